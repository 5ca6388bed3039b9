import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '../support/demo.ts'
import { heading, type Room, textOf } from './room.ts'

/** The tests of sales and of the views about data, once marts are published. */
export function testData(room: Room): void {
  test('the freshness of every table moves', async () => {
    const { page } = room
    await page.goto('/data/freshness')
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
    assert.equal(await page.locator('#tables tbody tr').count(), 15)
    assert.match(await textOf(row), /\d(\.\d)? s/)
  })

  test('weekly sales are drawn once the marts are published, with a table of the same', async () => {
    const { page } = room
    await page.goto('/')
    await page.locator('.period').nth(25).waitFor({ timeout: 300_000 })
    await page.getByText('The same as a table').click()
    const rows = page.getByRole('table', { name: 'Sales per period and category' }).locator('tbody tr')
    assert.equal(await rows.count(), 26)
    assert.match(await textOf(rows.nth(1)), /\d{1,2} \w+ \d{4}US\$[\d,]+/)
    assert.match(await textOf(page.locator('#marts')), /agg_sales_weekly/)
  })

  test('sales by month have an address, and back leads to those by week', async () => {
    const { page } = room
    await page.goto('/sales')
    await page.getByRole('heading', { name: 'Weekly sales' }).waitFor()
    await page.getByRole('link', { name: 'By month' }).click()
    await page.getByRole('heading', { name: 'Monthly sales' }).waitFor()
    await page.reload()
    await page
      .getByRole('rowheader', { name: /^\w+ \d{4}$/ })
      .first()
      .waitFor()
    assert.equal(new URL(page.url()).search, '?per=month')
    await page.goBack()
    await page.getByRole('heading', { name: 'Weekly sales' }).waitFor()
  })

  test('the rows of a chosen mart are shown, in an order that the address keeps', async () => {
    const { page } = room
    await page.goto('/data')
    await page.getByRole('link', { name: 'dim_territory' }).click()
    const rows = page.locator('#rows tbody tr')
    await rows.nth(9).waitFor()
    await page.getByRole('link', { name: 'region' }).click()
    await page.getByRole('link', { name: 'region ↓' }).waitFor()
    const first = await textOf(rows.first())
    assert.match(first, /United Kingdom|Southwest/)
    await page.reload()
    await page.getByRole('link', { name: 'region ↓' }).waitFor()
    assert.equal(await textOf(rows.first()), first)
    await page.goto('/data?mart=fct_sale')
    await page.getByRole('button', { name: 'Show more' }).click()
    await rows.nth(99).waitFor()
    await page.reload()
    await rows.nth(99).waitFor()
  })

  test('what people search for is counted after a build, and what fails is named by what was typed, where that is kept', async () => {
    const { page } = room
    await page.goto('/data')
    const card = page.getByRole('region', { name: 'What people search for' })
    await card.getByText(/^searches since \d+ \w+ \d{4}$/).waitFor()
    await card.getByText('found nothing', { exact: true }).waitFor()
    const failing = { searches: 4, foundNothing: 3, reformulated: 1, clicks: 0, lastSearchedAt: '2026-01-02' }
    const queries = [
      { ...failing, queryKey: 'a'.repeat(64), text: 'unicycle' },
      { ...failing, queryKey: 'b'.repeat(64), text: null },
    ]
    const comparison = {
      ...{ searches: 150, preferLearned: 60, preferPlain: 40, low: 0.502, high: 0.6906 },
      ...{ p: 0.0574, winner: 'undecided' },
    }
    await page.route('**/function/show-searches', async route => {
      const response = await route.fetch()
      const answer = (await response.json()) as object
      await route.fulfill({
        response,
        json: { ...answer, failing: queries, comparison, zeroResultRate: 0.125 },
      })
    })
    await page.reload()
    await card.getByText('12.5 %').waitFor()
    assert.deepEqual(await card.locator('#failing-queries tbody th').allTextContents(), [
      '“unicycle”',
      'bbbbbbbbbb… (text not kept)',
    ])
    await card.getByText(/^Text not kept: set SEARCH_QUERIES=kept/).waitFor()
    await card
      .getByText(
        'Of 150 interleaved searches 100 prefer a ranking, 60 of them the learnt one, between 50.2 % and 69.1 % (p 0.0574): not decided yet.',
      )
      .waitFor()
    await page.unroute('**/function/show-searches')
  })

  test('a build shows among the runs, and as a job', async () => {
    const { page } = room
    await page.goto('/data/runs')
    await page
      .locator('#jobs tr', { hasText: 'build-warehouse' })
      .filter({ hasText: 'done' })
      .first()
      .waitFor()
    await page
      .getByText(/^next at \d\d:\d\d$/)
      .first()
      .waitFor()
  })

  test('lineage leads from a table to its topic, to search, to the lake and to the marts', async () => {
    const { page } = room
    await page.goto('/data/lineage')
    const table = page.getByRole('row', { name: /^Product cdc\.adventureworks\.Product / })
    assert.match(await textOf(table), /(\w{4}-\w{16}-\w{8}){2}$/)
    assert.match(await textOf(page.getByRole('row', { name: /^fct_sale / })), /\w{4}-\w{16}-\w{8}/)
  })

  test('the graph leads from a mart back to its column at the source, a click at a time, and the address follows', async () => {
    const { page } = room
    await page.goto('/data/lineage?dataset=mart.agg_sales_weekly&column=amount')
    const box = (name: RegExp) => page.locator('.graph a', { hasText: name })
    await page.locator('.graph .centre', { hasText: /mart.*agg_sales_weekly/s }).waitFor()
    await box(/model.*stg_sale/s).waitFor()
    await page.locator('.graph', { hasText: 'read-mart' }).waitFor()
    await box(/source · adventureworks.*Sale/s).click()
    await page.locator('.graph .centre', { hasText: /source.*Amount/s }).waitFor()
    assert.equal(new URL(page.url()).search, '?dataset=source.adventureworks.Sale&column=Amount')
    await page.getByLabel('Direction', { exact: true }).selectOption('upstream')
    await box(/lake/).waitFor({ state: 'detached' })
    assert.match(new URL(page.url()).search, /&direction=upstream$/)
    await page.goBack()
    await box(/lake · adventureworks.*Sale/s).waitFor()
    await page.getByLabel('Table', { exact: true }).selectOption('lake.adventureworks.Client')
    await box(/model.*stg_client/s).waitFor()
    await page.getByLabel('Column', { exact: true }).selectOption('BirthDate')
    await page.locator('.graph .centre', { hasText: 'BirthDate' }).waitFor()
  })

  test('quality says that the last build passed its checks and set nothing aside, and which build that was', async () => {
    const { page } = room
    await page.goto('/data/quality')
    await page.getByText('Nothing. The last build passed every check.').waitFor()
    await page.getByText(/^Built at \d\d:\d\d, passed every check; \d+ checks$/).waitFor()
    await page
      .getByRole('row', { name: /passed/ })
      .first()
      .waitFor()
    await page.getByText('None. Every change that was read has been taken.').waitFor()
    await page.getByText('Nothing. The last build took every value.').waitFor()
    await heading(page, '/data/quality').waitFor()
  })

  test('durations, sizes and axes are in figures that people use', async () => {
    const figures = await room.page.evaluate(async () => {
      const { duration, durationInWords, bytes, axisTicks } = await import('/data/format.js' as string)
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
}
