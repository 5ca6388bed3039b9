import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { type Demo, startDemo, waitFor } from '../support/demo.ts'

/** Nothing that Chromium does by itself: it must reach this server and nobody else. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    } catch {}
  return undefined
}

const executablePath = findChromium()
const skip = executablePath === undefined && 'no chromium, chromium-browser or google-chrome on the PATH'

describe('the page, in a real browser on a living demo', { skip }, () => {
  let demo: Demo
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const foreign: string[] = []

  before(async () => {
    // Half a year and a bit: as many weeks of sales as the page draws.
    demo = await startDemo({ env: { DEMO_DAYS: '200' } })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGS })
    page = await browser.newPage()
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(error.message))
    page.on('request', request => {
      if (!request.url().startsWith(demo.gateway)) foreign.push(request.url())
    })
    await page.goto(demo.gateway)
  })

  after(async () => {
    await browser?.close()
    await demo?.stop()
    if (demo) rmSync(demo.home, { recursive: true, force: true })
  })

  const textOf = async (place: Locator) => (await place.textContent()) ?? ''
  const atSource = async (sql: string) => {
    const client = new pg.Client({ connectionString: demo.source })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  const product = (sku: string) => page.locator('#products li', { hasText: sku })
  const search = async (query: string, sku: string) => {
    await page.fill('#query', query)
    await product(sku).first().waitFor()
  }

  test('before the first build it says that nothing is built yet, and when it will be', async () => {
    await page.getByText(/Nothing has been built yet\..* built at \d\d:\d\d/).waitFor({ timeout: 10_000 })
  })

  test('a query that is typed shows products, how they matched and how fresh they are', async () => {
    await waitFor(
      'the initial snapshot of the source',
      async () => {
        const { asOf } = await demo.call<{ asOf: { changedAt: string | null } }>('search-products', {})
        return asOf.changedAt !== null
      },
      120_000,
    )
    await waitFor('its words to be known', async () => {
      const { interpreted } = await demo.call<{ interpreted: { corrected: unknown } }>('search-products', {
        query: 'sport helmt',
      })
      return JSON.stringify(interpreted).includes('helmet')
    })
    await page.locator('#query').pressSequentially('sport helmt', { delay: 30 })
    // What was typed so far is searched too, and may show the same product.
    await page.locator('#summary', { hasText: /Searched for sport helmet.* in [\d.,]+ ms/ }).waitFor()
    assert.match(await textOf(product('HL-U509-B')), /Sport-100 Helmet, Blue[\s\S]*Blue[\s\S]*\d+\.\d\d/)
    await page.getByText(/Holds every change made at the source up to/).waitFor({ timeout: 20_000 })
  })

  test('a facet narrows the results down, and its chip takes it away again', async () => {
    await search('sport helmet', 'HL-U509-B')
    await page.getByRole('button', { name: /^Red/ }).click()
    await product('HL-U509-B').waitFor({ state: 'detached' })
    assert.match(page.url(), /color=Red/)
    await page.getByRole('button', { name: 'Remove the filter Colour: Red' }).click()
    await product('HL-U509-B').waitFor()
  })

  test('a price that changes at the source changes in the page without a reload', async () => {
    await search('HL-U509-R', 'HL-U509-R')
    await atSource(`update dbo."Product" set "ListPrice" = 1234.56 where "ProductNumber" = 'HL-U509-R'`)
    await product('HL-U509-R').getByText('1,234.56').waitFor()
  })

  test("a product's name is shown as text, whatever it holds", async () => {
    const name = '<img src=x onerror="document.title=1">'
    await atSource(`update dbo."Product" set "Name" = '${name}' where "ProductNumber" = 'HL-U509'`)
    await page.fill('#query', 'HL-U509')
    await product('HL-U509').getByText(name).waitFor()
    assert.equal(await page.locator('#products img').count(), 0)
    assert.equal(await page.title(), 'Cordage')
  })

  test('nothing found is said in words', async () => {
    await page.fill('#query', 'bike under 0.01')
    await page.getByText('No product fits these words and filters.').waitFor()
    await page.fill('#query', '')
  })

  test('the freshness of every table moves', async () => {
    const row = page.locator('#tables tr', { has: page.getByRole('rowheader', { name: 'Inventory' }) })
    const seen = new Set<string>()
    await waitFor(
      'three different figures',
      async () => {
        seen.add(await textOf(row))
        return seen.size >= 3
      },
      20_000,
    )
    assert.equal(await page.locator('#tables tr').count(), 11)
    assert.match(await textOf(row), /\d(\.\d)? s/)
  })

  test('weekly sales are drawn once the marts are published, with a table of the same', async () => {
    await page.locator('#sales-picture .week').nth(25).waitFor({ timeout: 150_000 })
    await page.getByText('The same as a table').click()
    assert.equal(await page.locator('#sales-rows tbody tr').count(), 26)
    assert.match(await textOf(page.locator('#sales-rows tbody tr').nth(1)), /\d{1,2} \w+ \d{4}US\$[\d,]+/)
    assert.match(await textOf(page.locator('#marts')), /agg_sales_weekly/)
  })

  test('durations, sizes and axes are in figures that people use', async () => {
    const figures = await page.evaluate(async () => {
      const { duration, durationInWords, bytes, axisTicks } = await import('/format.js' as string)
      return [
        [40, 9949, 59_499, 60_000, 3_600_000, 86_400_000 * 2].map(duration),
        [40, 1400, 90_000, 86_400_000 * 2].map(durationInWords),
        [0, 999, 1000, 93_520, 4_294_967_296].map(bytes),
        axisTicks(0),
        axisTicks(468_000),
        axisTicks(7),
      ]
    })
    assert.deepEqual(figures, [
      ['0.0 s', '9.9 s', '59 s', '1 min', '1 h', '2 days'],
      ['less than a second', '1 second', '2 minutes', '2 days'],
      ['0 bytes', '999 bytes', '1.0 kB', '94 kB', '4.3 GB'],
      [0, 1],
      [0, 200_000, 400_000, 600_000],
      [0, 2, 4, 6, 8],
    ])
  })

  test('no error in the console, and no request to any other host', () => {
    assert.deepEqual(complaints, [])
    assert.deepEqual(foreign, [])
  })

  test('a server that is gone is told, and what is shown stays', async () => {
    await demo.stop()
    await page.getByText(/The server has not answered since/).waitFor({ timeout: 10_000 })
    assert.equal(await page.locator('#tables tr').count(), 11)
  })
})
