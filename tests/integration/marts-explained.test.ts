import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import compareBuilds from '../../functions/report/compare-builds/handler.ts'
import readMetric from '../../functions/report/read-metric/handler.ts'
import traceRow from '../../functions/report/trace-row/handler.ts'
import type { Identity } from '../../shared/contract/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { type BuiltMart, writeBuild } from '../support/build.ts'
import { passChecks } from '../support/checks.ts'
import { startFunction } from '../support/function.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** Two publications of a small shop: what changed between them, its numbers by name, and where they come from. */
const POSITION = '0001-0000000000003000-00000000'
const ORIGIN =
  "'shop' as source_system, 'Sale' as source_table, '0001-1-' || sale_id as source_position, timestamptz '2020-01-01' as changed_at"

const sales = (rows: string): BuiltMart => ({
  sql: `select *, ${ORIGIN} from (values ${rows}) as s (sale_id, sale_date, product_key, territory_id, amount, currency)`,
  key: ['sale_id'],
  rowRules: { territory_id: 'territory' },
})
const FIRST = `('1', date '2020-01-01', 'p', 'north', 10.5, 'USD'), ('2', date '2020-01-31', 'q', 'south', 20, 'USD'), ('3', date '2020-02-01', 'p', 'north', 5, 'EUR')`
const SECOND = `('1', date '2020-01-01', 'p', 'north', 11.5, 'USD'), ('3', date '2020-02-01', 'p', 'north', 5, 'EUR'), ('4', date '2020-02-02', 'q', 'south', 7, 'USD')`

const others: Record<string, BuiltMart> = {
  dim_product: {
    sql: `select * from (values ('p', 'Bikes'), ('q', 'Gloves')) as d (product_key, category)`,
    key: ['product_key'],
  },
  fct_inventory_snapshot: {
    sql: `select * from (values ('a', date '2020-01-30', 3), ('a', date '2020-01-31', 2), ('a', date '2020-02-01', 9)) as i (stock_id, snapshot_date, quantity)`,
    key: ['stock_id', 'snapshot_date'],
  },
  agg_sales: {
    sql: `select 'all' as what, 1 as amount`,
    key: ['what'],
    trace: [
      { mart: 'fct_sale', where: `fct_sale.sale_id > '0'` },
      { mart: 'secret', where: 'true' },
    ],
  },
  secret: { sql: `select 'x' as id, ${ORIGIN.replace('sale_id', "'9'")}`, key: ['id'], access: 'boss' },
}

const category = {
  name: 'category',
  label: 'Category',
  mart: 'dim_product',
  join: 'product_key',
  column: 'category',
  synonyms: ['Warengruppe'],
}
const metric = (name: string, rest: object) => ({
  name,
  label: name,
  unit: 'count',
  mart: 'fct_sale',
  date: 'sale_date',
  synonyms: [],
  dimensions: [category],
  ...rest,
})
const METRICS = [
  metric('revenue', { measure: 'sum(amount)', unit: 'currency', synonyms: ['Umsatz'] }),
  metric('lines', { measure: 'count()' }),
  metric('revenue_per_line', { numerator: 'sum(amount)', denominator: 'count()', unit: 'currency' }),
  metric('stock', {
    measure: 'sum(quantity)',
    mart: 'fct_inventory_snapshot',
    date: 'snapshot_date',
    at: 'end',
    unit: 'quantity',
    dimensions: [],
  }),
]

const northerner: Identity = { isOperator: false, roles: [], claims: { territory: ['north'] } }
const home = mkdtempSync(join(tmpdir(), 'cordage-explained-'))
let store: Store
let postgres: TestPostgres | undefined
let warehouse: Warehouse

async function publish(rows: string): Promise<void> {
  await writeBuild(warehouse, { fct_sale: sales(rows), ...others }, { position: POSITION, metrics: METRICS })
  await passChecks(store, warehouse)
  const { status, body } = await (
    await startFunction(publishMarts, { resources: { store, warehouse } })
  ).call({})
  assert.equal(status, 200, JSON.stringify(body))
}
const resources = () => ({ store, sources: [] })
const ask = async (
  definition: typeof compareBuilds | typeof readMetric | typeof traceRow,
  body: object,
  caller?: Identity,
) => (await startFunction(definition, { resources: resources(), ...(caller && { caller }) })).call(body)

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('before there are two publications there is nothing to compare, which is said', async () => {
  const none = await ask(compareBuilds, {})
  assert.equal(none.status, 404)
  assert.match(String(none.body.detail), /no two publications to compare yet/)
  const unknown = await ask(readMetric, { metric: 'revenue' })
  assert.equal(unknown.status, 404)
  assert.match(String(unknown.body.detail), /no metric "revenue": none has been published yet/)
  await publish(FIRST)
  assert.equal((await ask(compareBuilds, {})).status, 404)
  await publish(SECOND)
})

test('what changed is counted by mart, key and column, with examples', async () => {
  const { status, body } = await ask(compareBuilds, {})
  assert.equal(status, 200, JSON.stringify(body))
  const marts = body.marts as { mart: string; added: number; removed: number; changed: number }[]
  assert.deepEqual(
    marts.filter(each => each.added + each.removed + each.changed > 0).map(each => each.mart),
    ['fct_sale'],
  )
  assert.deepEqual(
    marts.find(each => each.mart === 'fct_sale'),
    {
      mart: 'fct_sale',
      rowsBefore: 3,
      rowsAfter: 3,
      added: 1,
      removed: 1,
      changed: 1,
      columns: [{ column: 'amount', changed: 1 }],
      examples: [
        { change: 'changed', key: { sale_id: '1' }, columns: { amount: { before: 10.5, after: 11.5 } } },
        { change: 'removed', key: { sale_id: '2' }, columns: {} },
        { change: 'added', key: { sale_id: '4' }, columns: {} },
      ],
    },
  )
  assert.equal((body.kept as unknown[]).length, 2)
})

test('a caller compares the rows and marts that it may see, and no others', async () => {
  const { body } = await ask(compareBuilds, { examples: 10 }, northerner)
  const marts = body.marts as { mart: string; added: number; removed: number; changed: number }[]
  assert.ok(!marts.some(each => each.mart === 'secret'))
  const { added, removed, changed } = marts.find(each => each.mart === 'fct_sale') ?? {}
  assert.deepEqual([added, removed, changed], [0, 0, 1])
  const refused = await ask(compareBuilds, { mart: 'secret' }, northerner)
  assert.equal(refused.status, 404)
  assert.equal((await ask(compareBuilds, { from: 9999 })).status, 404)
})

test('an amount is split by currency, and never added up over several', async () => {
  const { status, body } = await ask(readMetric, { metric: 'Umsatz' })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(body.rows, [
    { currency: 'USD', value: '18.5' },
    { currency: 'EUR', value: '5.0' },
  ])
})

test('a number is split by period and dimension, filtered, and of a quotient exact', async () => {
  const split = await ask(readMetric, { metric: 'lines', by: ['month', 'Warengruppe'] })
  assert.deepEqual(split.body.rows, [
    { month: '2020-01-01', category: 'Bikes', value: '1' },
    { month: '2020-02-01', category: 'Bikes', value: '1' },
    { month: '2020-02-01', category: 'Gloves', value: '1' },
  ])
  const filtered = await ask(readMetric, {
    metric: 'lines',
    filters: { category: 'Bikes' },
    from: '2020-01-15',
  })
  assert.deepEqual(filtered.body.rows, [{ value: '1' }])
  const quotient = await ask(readMetric, { metric: 'revenue_per_line', to: '2020-02-02' })
  assert.deepEqual(quotient.body.rows, [
    { currency: 'USD', value: '9.2500' },
    { currency: 'EUR', value: '5.0000' },
  ])
})

test("a stock is that of the last day of each period, not the days' sum", async () => {
  assert.deepEqual((await ask(readMetric, { metric: 'stock' })).body.rows, [{ value: '9' }])
  assert.deepEqual((await ask(readMetric, { metric: 'stock', by: ['month'] })).body.rows, [
    { month: '2020-01-01', value: '2' },
    { month: '2020-02-01', value: '9' },
  ])
})

test('a caller reads numbers of the rows that it may see; what is not there is named', async () => {
  const own = await ask(readMetric, { metric: 'lines' }, northerner)
  assert.deepEqual(own.body.rows, [{ value: '2' }])
  const unknown = await ask(readMetric, { metric: 'lines', by: ['shoe size'] })
  assert.equal(unknown.status, 400)
  assert.match(String(unknown.body.detail), /lines has no dimension "shoe size": there are day, .*, category/)
  assert.match(
    String((await ask(readMetric, { metric: 'profit' })).body.detail),
    /there are lines, revenue, /,
  )
})

test('a trace shows the rows that the caller may see, and says what it keeps', async () => {
  const all = await ask(traceRow, { mart: 'agg_sales', key: 'all' })
  assert.equal(all.status, 200, JSON.stringify(all.body))
  assert.deepEqual([all.body.rowCount, all.body.hidden], [4, []])
  const own = await ask(traceRow, { mart: 'agg_sales', key: 'all' }, northerner)
  assert.deepEqual([own.body.rowCount, own.body.hidden], [2, ['secret']])
  const hidden = await ask(traceRow, { mart: 'fct_sale', key: '4' }, northerner)
  assert.equal(hidden.status, 404)
  assert.equal(hidden.body.detail, 'fct_sale has no row with sale_id 4')
})
