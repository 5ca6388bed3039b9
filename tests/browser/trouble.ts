import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADDRESSES, linkTo, type Room, withPage } from './room.ts'

const MARKUP = '<img src=x onerror="document.title=1">'
/** What the page tells apart by its value, or reads a time or a number from. */
const KEPT = [
  'state',
  'mart',
  'consumer',
  'schedule',
  'currency',
  'amount',
  'type',
  'position',
  'orderBy',
  'at',
]

const RUN = {
  builtAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:20Z',
  state: 'failed',
  checks: 2,
  failed: 1,
  warned: 0,
  silenced: 1,
  problem: null,
}
/** What the demo's own shop has none of. */
const SET_ASIDE = {
  parked: [
    {
      function: 'land-changes',
      topic: 'cdc.shop.Sale',
      reason: 'too_large',
      count: 2,
      oldestAt: '2026-01-01',
    },
  ],
  replaced: [
    { system: 'shop', table: 'Sale', column: 'Amount', reason: 'nan', count: 2, lastAt: '2026-01-01' },
  ],
  failed: [{ schedule: 'compact-lake/0', dueAt: '2026-01-01', detail: 'no room' }],
  quality: {
    lastRun: RUN,
    findings: [
      {
        check: 'sales_have_an_order',
        model: 'check_sale',
        column: null,
        severity: 'critical',
        state: 'failed',
        description: "Each sale's order exists.",
        observed: '2 rows',
        expected: 'none',
        failing: 2,
        keys: [{ sale_id: 'one', order_id: 'two' }],
        since: '2026-01-01T00:00:00Z',
      },
    ],
    runs: [RUN],
    silences: [
      { check: 'stock_is_not_negative', reason: 'counted again', by: 'anna', until: '2026-01-02T00:00:00Z' },
    ],
  },
}

/** Every text of an answer with markup in it. */
function poison(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map(item => poison(item, key))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poison(item, name)]))
  const isText = typeof value === 'string' && !KEPT.includes(key) && Number.isNaN(Date.parse(value))
  return isText ? `${value}${MARKUP}` : value
}

/** The tests of hostile values and of answers that do not come, once marts are published. */
export function testTrouble(room: Room): void {
  test('in every view text is text, whatever the answers hold', async () => {
    await withPage(room, {}, async page => {
      await page.route(/\/function\/|\/schedules\.json/, async route => {
        const response = await route.fetch()
        const answer = (await response.json()) as object
        const isStatus = 'parked' in answer
        await route.fulfill({ response, json: poison(isStatus ? { ...answer, ...SET_ASIDE } : answer) })
      })
      for (const address of [
        ...ADDRESSES,
        '/data?mart=dim_territory',
        '/search?q=helmet',
        '/propositions?for=nobody',
      ]) {
        await page.goto(address)
        await page.locator('#view').getByText(MARKUP).filter({ visible: true }).first().waitFor()
        assert.equal(await page.locator('img[src=x]').count(), 0, address)
        assert.notEqual(await page.title(), '1')
      }
    })
  })

  test('a function that fails is said so, and what is shown stays', async () => {
    await withPage(room, {}, async page => {
      await page.goto('/search?q=helmet')
      await page.locator('#products li').first().waitFor()
      const broken = { status: 500, contentType: 'application/problem+json', body: '{"detail":"it broke"}' }
      await page.route('**/function/search-products', route => route.fulfill(broken))
      await page.route('**/function/read-mart', route => route.fulfill(broken))
      await page.fill('#query', 'gloves')
      await page.getByText('The search was refused: it broke').waitFor()
      assert.ok((await page.locator('#products li').count()) > 0)
      await linkTo(page, '/sales').click()
      await page.getByText('This could not be read: it broke').waitFor()
      await page.unroute('**/function/read-mart')
      await page.locator('.period').first().waitFor({ timeout: 15_000 })
      await page.getByText('This could not be read').waitFor({ state: 'detached' })
    })
  })
}
