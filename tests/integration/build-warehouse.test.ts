import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import type { Flow } from '../../shared/lineage/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { duckdbFolder } from '../../shared/warehouse/index.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { checkColumnLineage } from '../support/lineage.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { at, type Change, cover, makeRawLake } from '../support/warehouse.ts'

/** The demo's own data: 56,046 lines, each sold at its list price. */
const SALES = 56_046
const AMOUNT = '24914586.8193'

const home = mkdtempSync(join(tmpdir(), 'cordage-warehouse-'))
const lake = makeRawLake(home)
let store: Store
let postgres: TestPostgres | undefined
const warehouse = openDuckdbWarehouse(duckdbFolder({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined }))
let build: StartedFunction
const logged: string[] = []
/** What each build has told that it reads and writes. */
const told: Flow[][] = []

const resources = () => ({
  store,
  objects: openObjects(pathToFileURL(join(home, 'objects')).href),
  warehouse,
})

type SetAside = { table: string; column: string; reason: string }

async function select(sql: string): Promise<unknown[][]> {
  return await warehouse.read(async ({ query }) => (await query(sql)).rows)
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  build = await startFunction(buildWarehouse, {
    resources: { ...resources(), sources: readSources(join(ROOT, 'sources')) },
    settings: { CORDAGE_HOME: home },
    onLog: line => logged.push(line),
    onLineage: flows => told.push(flows),
  })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('a lake in which nothing has landed gives a warehouse of empty tables, also to two concurrent calls', async () => {
  const told: [number, string][] = []
  const [{ status, body }, other] = await Promise.all([
    build.attempt({}),
    build.host.perform(
      { id: '', function: 'build-warehouse', input: {}, attempts: 1, failures: 0 },
      { signal: new AbortController().signal, report: (...said) => void told.push(said) },
    ),
  ])
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  // As a job it says how far it is.
  assert.ok(other.isDone, logged.join(''))
  assert.deepEqual([told.length > 100, told.at(-1)?.[0]], [true, 1])
  assert.match(told[0]?.[1] ?? '', /^1 of \d+ models and tests, last \w+$/)
  assert.deepEqual(body.versions, {})
  assert.equal(body.covered, null)
  assert.deepEqual(await select('select count(*) from fct_sale'), [['0']])
})

test("the demo's data gives its known figures, whole and to the cent", async () => {
  await lake.writeDemo()
  const { status, body } = await build.attempt({})
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  assert.equal((body.versions as Record<string, number>)['adventureworks.Sale'], 0)
  assert.deepEqual(body.warnings, [])
  assert.deepEqual(
    await select('select count(*), sum(amount), count(product_key), count(client_key) from fct_sale'),
    [[String(SALES), AMOUNT, String(SALES), String(SALES)]],
  )
  assert.deepEqual(await select('select sum(amount) from agg_sales_weekly'), [[AMOUNT]])
  assert.deepEqual(
    await select(
      "select order_count, quantity, amount from agg_sales_weekly where week_start = '2017-06-26' and category = 'Bikes'",
    ),
    [[185, '185.0000', '272329.3581']],
  )
})

test("lineage begins at the source's tables, and goes through staging to the marts", async () => {
  const manifest = await readFile(join(warehouse.stateFolder, 'target', 'manifest.json'), 'utf8')
  const { parent_map: parents } = JSON.parse(manifest) as { parent_map: Record<string, string[]> }
  const ancestors = (node: string): string[] => {
    const own = (parents[node] ?? []).filter(parent => !parent.startsWith('macro.'))
    return own.flatMap(parent => [parent, ...ancestors(parent)])
  }
  const edges = (name: string) => parents[`model.cordage.${name}`]
  assert.deepEqual(edges('stg_sale'), ['source.cordage.adventureworks.Sale'])
  assert.deepEqual(edges('hist_product'), ['source.cordage.adventureworks.Product'])
  assert.ok(edges('fct_sale')?.includes('model.cordage.int_sale'))
  assert.ok(edges('int_sale')?.includes('model.cordage.stg_sale'))
  const ofSales = new Set(ancestors('model.cordage.agg_sales_weekly'))
  for (const table of ['Sale', 'Product']) assert.ok(ofSales.has(`source.cordage.adventureworks.${table}`))
})

test('of each column of a model it is told what it is made of, and which versions were read', () => {
  const [whole, ...models] = told.at(-1) ?? []
  assert.deepEqual(whole, {})
  checkColumnLineage(
    models.map(({ part = '', reads = [], writes = [] }) => ({
      model: part,
      reads: reads.map(({ dataset }) => dataset),
      columns: Object.fromEntries(
        Object.entries(writes[0]?.columns ?? {}).map(([name, origins]) => [
          name,
          origins.map(({ dataset, column }) => [dataset, column]),
        ]),
      ),
    })),
  )
  const sales = models.find(({ part }) => part === 'stg_sale')
  assert.deepEqual(sales?.reads, [{ dataset: 'lake.adventureworks.Sale', version: '0' }])
})

/** How far the build went that saw the changes. */
let covered: unknown

test('changes show by position, deletions close the history, and sales keep the product of their day', async () => {
  const day = '2017-07-03T12:00:00+00:00'
  const [before] = await select("select name, category from dim_product where product_id = '312'")
  const product = {
    ProductID: 312,
    ProductNumber: 'BK-1',
    Name: before?.[0],
    Category: before?.[1],
    StandardCost: '1',
    ListPrice: '999.5',
    ModifiedDate: '2017-07-03 05:00:00',
  }
  await lake.land([
    { table: 'Product', op: 'u', position: at(0x2000), changedAt: day, row: product },
    { table: 'Client', op: 'd', position: at(0x2001), changedAt: day, row: { ClientID: 14657 } },
    { table: 'Sale', op: 'd', position: at(0x2002), changedAt: day, row: { SaleID: 2 } },
    {
      table: 'Sale',
      op: 'c',
      position: at(0x2003),
      changedAt: day,
      row: {
        SaleID: 60000,
        OrderID: 45079,
        LineNumber: 9,
        SaleDate: '2017-07-03',
        ProductID: 312,
        ClientID: 14657,
        TerritoryID: 4,
        Quantity: 1,
        Amount: '999.5',
      },
    },
  ])
  const nextDay = '2017-07-04T12:00:00+00:00'
  await lake.land([
    {
      table: 'Sale',
      op: 'c',
      position: at(0x4000),
      changedAt: nextDay,
      row: {
        SaleID: 60001,
        OrderID: 45079,
        LineNumber: 10,
        SaleDate: '2017-07-04',
        ProductID: 312,
        ClientID: 11000,
        TerritoryID: 4,
        Quantity: 1,
        Amount: '1',
      },
    },
    {
      table: 'Sale',
      op: 'c',
      position: at(0x4001),
      changedAt: nextDay,
      row: {
        SaleID: 60002,
        OrderID: 45079,
        LineNumber: 11,
        SaleDate: '2017-07-04',
        ProductID: 999999,
        ClientID: 11000,
        TerritoryID: 4,
        Quantity: 1,
        Amount: '1',
      },
    },
    {
      table: 'Transporter',
      op: 'r',
      position: at(0x5000, 0, 2),
      changedAt: nextDay,
      row: { TransporterID: 1, Name: 'ONE', ShipBase: '1', ShipRate: '1' },
    },
  ])
  await cover(store, at(0x4000), '2017-07-04T12:00:00.000Z')
  const { status, body } = await build.attempt({})
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  covered = body.covered
  const { pinned } = JSON.parse(await readFile(join(warehouse.stateFolder, 'systems.json'), 'utf8'))
  assert.equal(pinned.adventureworks.tables.Sale.covered_at, '2017-07-04T12:00:00.000Z')
  assert.deepEqual(await select("select count(*) from stg_client where client_id = '14657'"), [['0']])
  assert.deepEqual(await select("select is_current, valid_to from dim_client where client_id = '14657'"), [
    [false, '2017-07-03 12:00:00+00'],
  ])
  // 05:00 by the clocks of the source's zone, Los Angeles in summer.
  assert.deepEqual(await select("select modified_at from stg_product where product_id = '312'"), [
    ['2017-07-03 12:00:00+00'],
  ])
  assert.deepEqual(
    await select(
      "select product_key, list_price, is_current from dim_product where product_id = '312' order by version",
    ),
    [
      [
        '312-1',
        (await select("select list_price from dim_product where product_key = '312-1'"))[0]?.[0],
        false,
      ],
      ['312-2', '999.5000', true],
    ],
  )
  assert.deepEqual(
    await select(
      "select sale_id, product_key, client_key from fct_sale where sale_id in ('1', '2', '60000') order by sale_id",
    ),
    [
      ['1', '312-1', '29255-1'],
      ['60000', '312-2', '14657-1'],
    ],
  )
})

test('what landed beyond the position that every table has reached is left for the next build', async () => {
  assert.deepEqual(covered, { position: at(0x4000), changedAt: '2017-07-04T12:00:00.000Z' })
  assert.equal((await warehouse.read(async reader => reader.build)).position, at(0x4000))
  assert.deepEqual(await select("select sale_id from stg_sale where sale_id like '6000_' order by 1"), [
    ['60000'],
    ['60001'],
  ])
  assert.deepEqual(await select('select count(*) from stg_transporter'), [['5']])
})

const badSale = (SaleID: number, commit: number, row: Record<string, unknown>): Change => ({
  table: 'Sale',
  op: 'c',
  position: at(commit, 0, 2),
  changedAt: '2017-07-06T12:00:00+00:00',
  row: {
    SaleID,
    OrderID: 45079,
    LineNumber: SaleID - 59_000,
    SaleDate: '2017-07-06',
    ProductID: 312,
    ClientID: 11000,
    TerritoryID: 4,
    Quantity: 1,
    Amount: '1',
    ...row,
  },
})

/** What the build before held: the sum of the sales' amounts, and how many there are. */
let totals = [0, 0] as [number, number]
const readTotals = async () => {
  const [row = []] = await select('select sum(amount), count(*) from fct_sale')
  return [Number(row[0]), Number(row[1])] as [number, number]
}

test('a key that a completed second snapshot no longer shows is gone; what a source lacks is a warning', async () => {
  totals = await readTotals()
  await lake.land([
    { table: 'Transporter', epoch: 2 },
    badSale(60010, 0x7000, { Amount: null }),
    badSale(60011, 0x7001, { SaleDate: '0202-11-05', Amount: '7' }),
    badSale(60012, 0x7002, { SaleDate: '9999-12-31', Amount: '0.5' }),
    badSale(60013, 0x7003, { SaleDate: null, Amount: '100' }),
    badSale(60014, 0x7004, { ProductID: null }),
    badSale(60015, 0x7005, { ClientID: 4_711_000 }),
  ])
  await cover(store, at(0x7fff, 0, 2), '2017-07-06T12:00:00Z')
  const { status, body } = await build.attempt({})
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  assert.deepEqual(await select('select name from stg_transporter'), [['ONE']])
  assert.deepEqual(body.warnings, ['nothing_is_set_aside'])
  const setAside = body.setAside as SetAside[]
  assert.deepEqual(
    setAside.map(({ table, column, reason }) => `${table}.${column} ${reason}`),
    [
      'Order.TransporterID unknown_reference',
      'Sale.Amount missing',
      'Sale.ClientID unknown_reference',
      'Sale.ProductID missing',
      'Sale.ProductID unknown_reference',
      'Sale.SaleDate date_out_of_range',
      'Sale.SaleDate missing',
    ],
  )
  assert.deepEqual(setAside[4], {
    system: 'adventureworks',
    table: 'Sale',
    column: 'ProductID',
    what: 'reference',
    reason: 'unknown_reference',
    rows: 1,
    keys: ['60002'],
  })
})

test('a bad row is set aside by table, key, column and reason; the rest is built, and the totals say what is missing', async () => {
  const rows = await select(
    "select row_key, column_name, what, reason, amount from set_aside where entity = 'sale' and row_key like '6001_' order by row_key",
  )
  assert.deepEqual(rows, [
    ['60010', 'Amount', 'value', 'missing', null],
    ['60011', 'SaleDate', 'row', 'date_out_of_range', '7.0000'],
    ['60012', 'SaleDate', 'row', 'date_out_of_range', '0.5000'],
    ['60013', 'SaleDate', 'row', 'missing', '100.0000'],
    ['60014', 'ProductID', 'reference', 'missing', null],
    ['60015', 'ClientID', 'reference', 'unknown_reference', null],
  ])
  const [after] = await select(
    "select (select sum(amount) from fct_sale), (select count(*) from fct_sale), (select sum(amount) from agg_sales_monthly), (select sum(amount) from set_aside where what = 'row'), (select count(*) from dim_date)",
  )
  const [amount, count] = totals
  // Of the rows with bad references two have an amount, and so has one of those that were left for this build.
  const total = amount + 3
  assert.deepEqual(after?.slice(0, 4), [total.toFixed(4), String(count + 4), total.toFixed(4), '107.5000'])
  assert.ok(Number(after?.[4]) < 2000, 'the calendar is that of the sales that there are')
})

test('while a table is still being read nothing is built, and the answer says so', async () => {
  await store.query(
    'update bus.partition set heartbeat_position = null, heartbeat_at = null where topic_id = (select min(topic_id) from bus.partition)',
  )
  const { status, body } = await build.attempt({})
  assert.equal(status, 409)
  assert.match(String(body.detail), /the tables of adventureworks are still being read/)
})

test('bad input is refused with its field', async () => {
  const { status, body } = await build.call({ threads: 0, other: 1 })
  assert.equal(status, 400)
  assert.deepEqual(
    (body.errors as { field: string }[]).map(error => error.field),
    ['threads', 'other'],
  )
})
