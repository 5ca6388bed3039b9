import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { makeRandom } from '../../stacks/demo/random.ts'
import { type Demo, startDemo, waitFor } from '../support/demo.ts'
import { ROOT } from '../support/postgres.ts'

/**
 * Rows of every fact and aggregate, traced to the rows of the source that made them, which are read at the source itself and
 * add up to what the mart says.
 */
const SEED = 20261126
const ROWS_PER_MART = 25
const MOST_ROWS = 20_000

type Row = Record<string, string | number | boolean | null>
type SourceRow = { system: string; table: string; key: Record<string, string>; mart: string }
type Trace = { row: Row; rows: SourceRow[]; rowCount: number; sql: { model: string }[] }

let demo: Demo
let source: pg.Client
before(async () => {
  demo = await startDemo({ env: { DEMO_DAYS: '150', DEMO_SHOP: 'still' } })
  source = new pg.Client({ connectionString: demo.source })
  await source.connect()
  await waitFor('the first marts', async () => demo.printed().includes('the page is at'), 400_000)
})
after(async () => {
  await source?.end()
  await demo?.stop()
})

const trace = (mart: string, key: Row, column?: string) =>
  demo.call<Trace>('trace-row', { mart, key, limit: MOST_ROWS, ...(column && { column }) })

/** The traced rows of a table, as they are at the source. */
async function readAtSource(rows: SourceRow[], table: string): Promise<Row[]> {
  const keys = rows.filter(row => row.table === table).map(row => row.key)
  if (keys.length === 0) return []
  const columns = Object.keys(keys[0] ?? {})
  const { rows: found } = await source.query<Row>(
    `select t.* from dbo.${pg.escapeIdentifier(table)} as t
     join jsonb_to_recordset($1::jsonb) as k (${columns.map(name => `${pg.escapeIdentifier(name)} text`).join(', ')})
       on ${columns.map(name => `k.${pg.escapeIdentifier(name)} = t.${pg.escapeIdentifier(name)}::text`).join(' and ')}`,
    [JSON.stringify(keys)],
  )
  assert.equal(found.length, keys.length, `every traced row of ${table} is at the source`)
  return found
}

/** Exact, in ten-thousandths. */
const exact = (value: unknown) => {
  const [whole = '0', fraction = ''] = String(value).split('.')
  return BigInt(whole + fraction.padEnd(4, '0').slice(0, 4))
}
const sum = (rows: Row[], column: string) => rows.reduce((total, row) => total + exact(row[column]), 0n)

/** What a number of a mart is, told from rows of the source. */
type Check = { column: string; table: string; from: string; isNullable?: boolean }
const CHECKS: Record<string, Check[]> = {
  fct_sale: [{ column: 'amount', table: 'Sale', from: 'Amount' }],
  fct_order_item: [{ column: 'quantity', table: 'OrderItem', from: 'Quantity' }],
  fct_return: [{ column: 'quantity', table: 'Return', from: 'Quantity' }],
  fct_order: [{ column: 'order_id', table: 'Order', from: 'OrderID' }],
  fct_client_interaction: [],
  agg_sales_weekly: [
    { column: 'amount', table: 'Sale', from: 'Amount' },
    { column: 'quantity', table: 'Sale', from: 'Quantity' },
    { column: 'returned_quantity', table: 'Return', from: 'Quantity' },
  ],
  agg_sales_monthly: [
    { column: 'amount', table: 'Sale', from: 'Amount' },
    { column: 'returned_quantity', table: 'Return', from: 'Quantity' },
  ],
  agg_stock_coverage: [
    { column: 'stock_quantity', table: 'Inventory', from: 'Quantity', isNullable: true },
    { column: 'sold_quantity', table: 'Sale', from: 'Quantity' },
    { column: 'returned_quantity', table: 'Return', from: 'Quantity' },
  ],
  agg_client_rfm: [{ column: 'amount', table: 'Sale', from: 'Amount' }],
}

/** Rows of a mart in random order. */
async function sample(
  mart: string,
  count: number,
  random: () => number,
): Promise<{ rows: Row[]; key: string[] }> {
  const { rows, key } = await demo.call<{ rows: Row[]; key: string[] }>('read-mart', { mart, limit: 1000 })
  assert.ok(rows.length > 0, mart)
  const shuffled = rows
    .map(row => [random(), row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row)
  return { rows: shuffled.slice(0, count), key }
}

const keyOf = (row: Row, key: string[]): Row => Object.fromEntries(key.map(name => [name, row[name] ?? null]))

test(`random rows of every fact and aggregate are the sums of the source's rows (seed ${SEED})`, async () => {
  const random = makeRandom(SEED)
  let traced = 0
  for (const [mart, checks] of Object.entries(CHECKS)) {
    const { rows, key } = await sample(mart, ROWS_PER_MART, random)
    for (const row of rows) {
      const whole = await trace(mart, keyOf(row, key))
      assert.equal(whole.rows.length, whole.rowCount, `${mart} ${JSON.stringify(row)}`)
      for (const table of new Set(whole.rows.map(each => each.table))) await readAtSource(whole.rows, table)
      for (const { column, table, from, isNullable } of checks) {
        if (isNullable && row[column] === null) continue
        const { rows: made } = await trace(mart, keyOf(row, key), column)
        const total = sum(await readAtSource(made, table), from)
        assert.equal(total, exact(row[column]), `${mart}.${column} of ${JSON.stringify(row)}`)
      }
      traced += 1
    }
  }
  assert.ok(traced >= 200, `${traced} rows`)
})

test('stock before it was first seen is that stock with what was sold since and without what came back', async () => {
  const { rows, key } = await demo.call<{ rows: Row[]; key: string[] }>('read-mart', {
    mart: 'fct_inventory_snapshot',
    filters: { basis: 'derived' },
    orderBy: 'snapshot_date,stock_id',
    limit: 40,
  })
  for (const row of rows) {
    const { rows: made } = await trace('fct_inventory_snapshot', keyOf(row, key), 'quantity')
    const quantityOf = async (table: string) => sum(await readAtSource(made, table), 'Quantity')
    assert.equal(
      (await quantityOf('Inventory')) + (await quantityOf('Sale')) - (await quantityOf('Return')),
      exact(row.quantity),
      JSON.stringify(row),
    )
  }
})

test('the answer has the SQL from the mart back to the first models, and the versions that were read', async () => {
  const { rows, key } = await sample('agg_sales_weekly', 1, makeRandom(1))
  const { sql, ...answer } = await trace('agg_sales_weekly', keyOf(rows[0] ?? {}, key))
  const models = sql.map(({ model }) => model)
  assert.equal(models[0], 'agg_sales_weekly')
  for (const model of ['fct_sale', 'int_sale', 'stg_sale', 'dim_product'])
    assert.ok(models.includes(model), model)
  assert.ok(models.indexOf('fct_sale') < models.indexOf('stg_sale'))
  assert.ok('versions' in answer && 'adventureworks.Sale' in (answer.versions as object))
})

test('every question of docs/marts.md has an answer', async () => {
  const text = readFileSync(join(ROOT, 'docs', 'marts.md'), 'utf8')
  const store = new pg.Client({ connectionString: demo.store })
  await store.connect()
  try {
    const questions = [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql)
    assert.ok(questions.length >= 7)
    for (const sql of questions) assert.ok((await store.query(sql)).rows.length > 0, sql)
  } finally {
    await store.end()
  }
  const calls = [
    ...text.matchAll(
      /curl -s (?:-H '(?<header>.*?): (?<type>.*?)' -d '(?<body>.*?)' )?'?http:\/\/127.0.0.1:8080(?<path>[^'\s]*)/g,
    ),
  ]
  assert.ok(calls.length >= 4)
  for (const { groups: { body, path } = {} } of calls) {
    const response = await fetch(`${demo.gateway}${path}`, {
      ...(body !== undefined && { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    })
    // There has been no second publication to compare with.
    const expected = path?.includes('compare-builds') ? [200, 404] : [200]
    assert.ok(expected.includes(response.status), `${path}: ${await response.text()}`)
  }
})

test('a row, a column or a key that is not there is refused in one line', async () => {
  const refused = async (body: object) => {
    const response = await fetch(`${demo.gateway}/function/trace-row`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const problem = (await response.json()) as { detail: string }
    return [response.status, problem.detail] as const
  }
  assert.deepEqual(await refused({ mart: 'fct_sale', key: 'nothing' }), [
    404,
    'fct_sale has no row with sale_id nothing',
  ])
  assert.match((await refused({ mart: 'no_mart', key: '1' })).join(), /^404,no mart "no_mart": there are /)
  assert.match((await refused({ mart: 'fct_sale', key: '1', column: 'x' })).join(), /^400,no column "x"/)
  assert.match(
    (await refused({ mart: 'agg_sales_weekly', key: '1' })).join(),
    /^400,.*several columns: week_start/,
  )
  assert.match(
    (
      await refused({
        mart: 'agg_sales_weekly',
        key: { week_start: 'soon', category: 'Bikes', currency: 'USD' },
      })
    ).join(),
    /^400,key.week_start: must be a date/,
  )
  assert.match(
    (await refused({ mart: 'agg_sales_weekly', key: { week_start: '2017-06-26' } })).join(),
    /^400,.*the key of agg_sales_weekly is week_start, category, currency/,
  )
})
