import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import readMart from './handler.ts'

const COLUMNS = [
  { name: 'week_start', type: 'date' },
  { name: 'amount', type: 'numeric(19,4)' },
]
const RECORD = {
  mart: 'agg_sales_weekly',
  access: 'user',
  rowRules: {},
  schemaNumber: 7,
  key: ['week_start'],
  columns: COLUMNS,
  builtAt: new Date('2017-07-01T00:00:00Z'),
  position: null,
  changedAt: null,
}

/** A store that knows one mart; what it was asked is kept. `failures` are thrown one by one by queries of the mart. */
async function start(
  failures: Error[] = [],
  row: object = { week_start: '2017-06-26', amount: '1.0000' },
): Promise<{ caller: StartedFunction; asked: { text: string; values: unknown[] | undefined }[] }> {
  const asked: { text: string; values: unknown[] | undefined }[] = []
  const query = async (text: string, values?: unknown[]) => {
    asked.push({ text, values })
    if (text.includes('from ops.mart where')) return values?.[0] === 'agg_sales_weekly' ? [RECORD] : []
    if (text.includes('from ops.mart')) return [{ mart: 'agg_sales_weekly' }]
    const failure = failures.shift()
    if (failure) throw failure
    return [row]
  }
  const store = { transaction: (work: (transaction: object) => Promise<unknown>) => work({ query }) }
  return { caller: await startFunction(readMart, { resources: { store: store as unknown as Store } }), asked }
}

test('a mart is read from the tables behind its view, with every value as a parameter', async () => {
  const { caller, asked } = await start()
  const { status, body } = await caller.call({
    mart: 'agg_sales_weekly',
    filters: { week_start: { gte: '2017-01-01', lt: '2018-01-01' } },
    orderBy: '-week_start',
    limit: 3,
  })
  assert.equal(status, 200)
  assert.deepEqual(body.rows, [{ week_start: '2017-06-26', amount: '1.0000' }])
  assert.deepEqual(body.asOf, { changedAt: null, position: null })
  assert.deepEqual(asked.at(-1), {
    text: 'select * from mart_7."agg_sales_weekly" where "week_start" >= $1::date and "week_start" < $2::date order by "week_start" desc nulls last limit 3',
    values: ['2017-01-01', '2018-01-01'],
  })
})

test('a number that JSON does not have is text', async () => {
  const { caller } = await start([], {
    week_start: null,
    amount: Number.NaN,
    ratio: Number.NEGATIVE_INFINITY,
  })
  const { status, body } = await caller.call({ mart: 'agg_sales_weekly' })
  assert.equal(status, 200)
  assert.deepEqual(body.rows, [{ week_start: null, amount: 'NaN', ratio: '-Infinity' }])
})

test('a mart that is not there is a 404 that lists those that are', async () => {
  const { caller } = await start()
  const { status, body } = await caller.get('mart=sales')
  assert.equal(status, 404)
  assert.equal(body.detail, 'no mart "sales": there are agg_sales_weekly')
})

test('an unknown column is refused with its field', async () => {
  const { caller } = await start()
  const { status, body } = await caller.get('mart=agg_sales_weekly&filters.week=2017-06-26')
  assert.equal(status, 400)
  assert.deepEqual(body.errors, [
    { field: 'filters.week', detail: 'no column "week": there are week_start, amount' },
  ])
})

test('a table that was dropped between the plan and the query is looked up again, once', async () => {
  const dropped = Object.assign(new Error('relation does not exist'), { code: '42P01' })
  assert.equal((await (await start([dropped])).caller.call({ mart: 'agg_sales_weekly' })).status, 200)
  assert.equal(
    (await (await start([dropped, dropped])).caller.call({ mart: 'agg_sales_weekly' })).status,
    500,
  )
})

test('a store that does not answer is a 503', async () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  assert.equal((await (await start([lost])).caller.call({ mart: 'agg_sales_weekly' })).status, 503)
})
