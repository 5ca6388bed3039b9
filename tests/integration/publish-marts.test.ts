import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import readMart from '../../functions/report/read-mart/handler.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { type BuiltMart, writeBuild } from '../support/build.ts'
import { passChecks } from '../support/checks.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-marts-'))
const POSITION = '0001-0000000000003000-00000000'
const WEEKLY = `select date '2017-06-26' as week_start, 'Bikes' as category, 'USD' as currency, 185 as quantity,
  cast('272329.3581' as decimal(19, 4)) as amount, timestamptz '2017-06-30 10:00:00.123456+00' as updated_at
  union all select date '2017-06-19', 'Cloth,"ing"\n', 'USD', null, cast('-0.0001' as decimal(19, 4)), null
  union all select date '2017-06-19', '', 'USD', 2, 0, null`

let store: Store
let postgres: TestPostgres | undefined
let warehouse: Warehouse
let publish: StartedFunction
let read: StartedFunction

async function buildWith(marts: Record<string, BuiltMart>, changedAt?: string) {
  await writeBuild(warehouse, marts, { position: POSITION, changedAt })
  await passChecks(store, warehouse)
}

const weekly = { sql: WEEKLY, key: ['week_start', 'category', 'currency'] }
const schemas = async () =>
  (
    await store.query<{ name: string }>(
      `select nspname::text as name from pg_namespace where nspname ~ '^mart_' order by oid`,
    )
  ).map(row => row.name)

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  publish = await startFunction(publishMarts, { resources: { store, warehouse } })
  read = await startFunction(readMart, { resources: { store } })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})
beforeEach(() => buildWith({ agg_sales_weekly: weekly }))

test('before the first build there is nothing to publish yet, and reading says that no mart is there', async () => {
  const unbuilt = openWarehouse({ CORDAGE_HOME: join(home, 'unbuilt'), WAREHOUSE_URL: undefined })
  assert.equal(
    (await (await startFunction(publishMarts, { resources: { store, warehouse: unbuilt } })).call({})).status,
    503,
  )
  const { status, body } = await read.call({ mart: 'agg_sales_weekly' })
  assert.equal(status, 404)
  assert.match(
    String(body.detail),
    /no mart "agg_sales_weekly": none has been published yet: .* build-warehouse starts/,
  )
})

test('while the first build runs or is published, reading says so', async () => {
  for (const [lease, says] of [
    ['build-warehouse', /none has been published yet: a build is running/],
    ['publish-marts', /the first are being published: ask again in a few seconds/],
  ] as const) {
    await store.query(
      `insert into ops.lease (name, owner, fencing, expires_at) values ($1, 'test', 1, now() + interval '1 minute')
       on conflict (name) do update set expires_at = excluded.expires_at`,
      [lease],
    )
    assert.match(String((await read.call({ mart: 'agg_sales_weekly' })).body.detail), says)
  }
  await store.query('update ops.lease set expires_at = now()')
})

test('every value arrives as it was: quotes, empty texts, nulls, decimals, instants', async () => {
  const { status, body } = await publish.call({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(body.marts, { agg_sales_weekly: 3 })
  const rows = await store.query('select * from mart.agg_sales_weekly order by amount')
  assert.deepEqual(rows, [
    {
      week_start: '2017-06-19',
      category: 'Cloth,"ing"\n',
      currency: 'USD',
      quantity: null,
      amount: '-0.0001',
      updated_at: null,
    },
    {
      week_start: '2017-06-19',
      category: '',
      currency: 'USD',
      quantity: 2,
      amount: '0.0000',
      updated_at: null,
    },
    {
      week_start: '2017-06-26',
      category: 'Bikes',
      currency: 'USD',
      quantity: 185,
      amount: '272329.3581',
      updated_at: new Date('2017-06-30T10:00:00.123Z'),
    },
  ])
  const [record] = await store.query('select rows, position, changed_at, versions from ops.mart')
  assert.deepEqual(record, {
    rows: '3',
    position: POSITION,
    changed_at: new Date('2017-07-03T13:00:00Z'),
    versions: { 'adventureworks.Sale': 3 },
  })
})

test('a mart with texts of any length is published', async () => {
  // Of hashes, which do not compress: what an index holds is compressed first.
  const long = `select string_agg(sha256(cast(i as varchar)), '') from range(200) r(i)`
  await buildWith({
    dim_long: {
      sql: `select (${long}) as id, (${long}) as name, 1 as number`,
      key: ['id', 'number'],
      indexes: ['name'],
    },
  })
  const { status, body } = await publish.call({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(await store.query('select length(id) as id, length(name) as name from mart.dim_long'), [
    { id: 12800, name: 12800 },
  ])
})

test('who reads the warehouse reads one build to the end, also while the next one takes its place', async () => {
  await warehouse.read(async ({ query }) => {
    await buildWith({ dim_extra: { sql: 'select 1 as id', key: ['id'] } })
    assert.deepEqual((await query('select count(*) from agg_sales_weekly')).rows, [['3']])
  })
  assert.deepEqual(await warehouse.read(async ({ marts }) => marts.map(mart => mart.name)), ['dim_extra'])
})

test('npm run sql prints a table, takes queries from a pipe, and changes nothing', async () => {
  const sql = (args: string[], input = '') =>
    new Promise<{ code: number; printed: string }>(settle => {
      const env = { ...process.env, CORDAGE_HOME: home }
      const child = execFile(
        process.execPath,
        [join(ROOT, 'stacks/local/sql.ts'), ...args],
        { env },
        (error, stdout, stderr) =>
          settle(
            error ? { code: Number(error.code), printed: stdout + stderr } : { code: 0, printed: stdout },
          ),
      )
      child.stdin?.end(input)
    })
  const table = [
    'category       amount',
    '────────  ───────────',
    'Bikes     272329.3581',
    '(1 row)',
    '',
  ].join('\n')
  const query = "select category, amount from agg_sales_weekly where category = 'Bikes'"
  assert.deepEqual(await sql([query]), {
    code: 0,
    printed: table,
  })
  assert.match((await sql([], `tables;\n${query};\n`)).printed, /agg_sales_weekly +3 +6[\s\S]*Bikes/)
  assert.deepEqual((await sql(['delete from agg_sales_weekly'])).code, 1)
  assert.match((await sql(['select nothing'])).printed, /"nothing" was not found/)
  assert.equal((await sql(['--on', 'elsewhere', 'select 1'])).code, 78)
})

test('a reader in a loop neither fails nor waits while marts are published twenty times', async () => {
  await publish.call({})
  let reading = true
  let reads = 0
  let longestMs = 0
  const reader = (async () => {
    while (reading) {
      const startedAt = performance.now()
      const [row] = await store.query<{ n: string }>('select count(*) as n from mart.agg_sales_weekly')
      assert.equal(row?.n, '3')
      longestMs = Math.max(longestMs, performance.now() - startedAt)
      reads += 1
    }
  })()
  for (let i = 0; i < 20; i++) assert.equal((await publish.call({})).status, 200)
  reading = false
  await reader
  assert.ok(reads > 100, `${reads} reads`)
  assert.ok(longestMs < 500, `the longest read took ${longestMs} ms`)
  assert.equal((await schemas()).length, 2)
})

test('publishing waits for a long query without blocking others, and a transaction sees full tables on both sides', async () => {
  await publish.call({})
  const client = await store.pool.connect()
  await client.query('begin isolation level repeatable read')
  await client.query('select count(*) from mart.agg_sales_weekly')
  const publishing = publish.call({})
  const deadline = performance.now() + 600
  while (performance.now() < deadline) {
    const startedAt = performance.now()
    await store.query('select count(*) from mart.agg_sales_weekly')
    assert.ok(performance.now() - startedAt < 300)
  }
  await client.query('commit')
  client.release()
  assert.equal((await publishing).status, 200)

  const snapshot = await store.pool.connect()
  await snapshot.query('begin isolation level repeatable read')
  await snapshot.query('select 1 from pg_class limit 1')
  await publish.call({})
  const { rows } = await snapshot.query('select count(*) as n from mart.agg_sales_weekly')
  assert.equal(rows[0].n, '3')
  await snapshot.query('commit')
  snapshot.release()
})

test('a view whose columns changed is recreated and keeps the rights on it; one that is gone is dropped', async () => {
  await store.query('drop role if exists dashboards')
  await store.query('create role dashboards')
  await publish.call({})
  await store.query('grant select on mart.agg_sales_weekly to dashboards')
  await buildWith({
    agg_sales_weekly: { sql: "select 1 as week_number, 'x' as category", key: ['week_number'] },
    dim_extra: { sql: 'select 1 as id', key: ['id'] },
  })
  const { status, body } = await publish.call({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(await store.query('select * from mart.agg_sales_weekly'), [
    { week_number: 1, category: 'x' },
  ])
  const [right] = await store.query<{ can: boolean }>(
    `select has_table_privilege('dashboards', 'mart.agg_sales_weekly', 'select') as can`,
  )
  assert.equal(right?.can, true)
  await buildWith({ agg_sales_weekly: weekly })
  await publish.call({})
  assert.deepEqual(
    await store.query(
      `select table_name::text from information_schema.views where table_schema = 'mart'
         and table_name not in ('vector_product_embeddings', 'mart_forecast_product_day', 'mart_reco_client_top_n')`,
    ),
    [{ table_name: 'agg_sales_weekly' }],
  )
})

test('a mart that breaks its key is not published, and nothing of it stays behind', async () => {
  await publish.call({})
  const before = await schemas()
  await buildWith({ agg_sales_weekly: { sql: `${WEEKLY} union all ${WEEKLY}`, key: weekly.key } })
  assert.equal((await publish.call({})).status, 500)
  assert.deepEqual(await schemas(), before)
  assert.equal((await read.call({ mart: 'agg_sales_weekly' })).status, 200)
})

test("somebody's own view on a published table keeps that schema alive and the publication going", async () => {
  await publish.call({})
  const [schema] = (await schemas()).slice(-1)
  await store.query(`create view public.mine as select * from ${schema}.agg_sales_weekly`)
  for (let i = 0; i < 3; i++) assert.equal((await publish.call({})).status, 200)
  assert.ok((await schemas()).includes(String(schema)))
  await store.query('drop view public.mine')
})

test('rows are filtered, ordered and limited, over POST and over GET', async () => {
  await publish.call({})
  const { status, body } = await read.call({
    mart: 'agg_sales_weekly',
    filters: { amount: { gte: 0 } },
    orderBy: '-week_start,category',
    limit: 1,
  })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(body.asOf, { changedAt: '2017-07-03T13:00:00.000Z', position: POSITION })
  assert.deepEqual(body.rows, [
    {
      week_start: '2017-06-26',
      category: 'Bikes',
      currency: 'USD',
      quantity: 185,
      amount: '272329.3581',
      updated_at: '2017-06-30T10:00:00.123Z',
    },
  ])
  assert.deepEqual((body.columns as unknown[])[4], { name: 'amount', type: 'numeric(19,4)' })
  const rowsOf = async (query: string) =>
    ((await read.get(query)).body.rows as { category: string }[]).map(row => row.category)
  assert.deepEqual(await rowsOf('mart=agg_sales_weekly&filters.week_start=2017-06-26'), ['Bikes'])
  assert.deepEqual(await rowsOf('mart=agg_sales_weekly&filters.amount.lt=0&limit=5'), ['Cloth,"ing"\n'])
  assert.deepEqual(await rowsOf('mart=agg_sales_weekly&filters.quantity=2'), [''])
  assert.deepEqual(await rowsOf('mart=agg_sales_weekly&filters.category=Bikes&filters.category=None'), [
    'Bikes',
  ])
  assert.deepEqual(await rowsOf('mart=agg_sales_weekly&filters.updated_at.gt=2017-06-30T10:00:00Z'), [
    'Bikes',
  ])
  assert.deepEqual(await rowsOf("mart=agg_sales_weekly&filters.category=' or 1=1 --"), [])
  const empty = await read.call({ mart: 'agg_sales_weekly', filters: { quantity: null } })
  assert.equal((empty.body.rows as unknown[]).length, 1)
})

test('a mart that the store refuses is named to the caller, and the previous marts stay', async () => {
  await publish.call({})
  const before = await schemas()
  await buildWith({ agg_sales_weekly: { ...weekly, key: ['week_start'] } })
  const { status, body } = await publish.call({})
  assert.deepEqual([status, body.title, body.reason], [500, 'Failed', 'mart_refused'])
  assert.match(
    String(body.detail),
    /^mart agg_sales_weekly cannot be published, and the previous marts stay \(/,
  )
  assert.deepEqual(await schemas(), before)
})

test('a NUL, which other databases have in texts, is left out', async () => {
  await buildWith({ dim_text: { sql: `select 'a' || chr(0) || 'b' as name`, key: ['name'] } })
  assert.equal((await publish.call({})).status, 200)
  assert.deepEqual(await store.query('select name from mart.dim_text'), [{ name: 'ab' }])
})

test('what cannot be read is refused with its field, and never a 500', async () => {
  await publish.call({})
  const mart = 'agg_sales_weekly'
  const refused: [Record<string, unknown>, number, string][] = [
    [{}, 400, 'mart'],
    [{ mart: 'agg_sales_daily' }, 404, 'mart'],
    [{ mart: 'a\0b' }, 404, 'mart'],
    [{ mart: '"; drop table ops.mart; --' }, 404, 'mart'],
    [{ mart, limit: 10_000 }, 400, 'limit'],
    [{ mart, limit: 0 }, 400, 'limit'],
    [{ mart, other: 1 }, 400, 'other'],
    [{ mart, orderBy: 'week_start; select 1' }, 400, 'orderBy'],
    [{ mart, orderBy: '--week_start' }, 400, 'orderBy'],
    [{ mart, filters: { week: '2017-06-26' } }, 400, 'filters.week'],
    [{ mart, filters: { 'x"y\0': 1 } }, 400, 'filters.x"y\0'],
    [{ mart, filters: { week_start: 'soon' } }, 400, 'filters.week_start'],
    [{ mart, filters: { week_start: '2017-02-30' } }, 400, 'filters.week_start'],
    [{ mart, filters: { quantity: 1.5 } }, 400, 'filters.quantity'],
    [{ mart, filters: { quantity: { gte: '99999999999999999999' } } }, 400, 'filters.quantity.gte'],
    [{ mart, filters: { category: 'a\0' } }, 400, 'filters.category'],
    [{ mart, filters: { amount: 'NaN' } }, 400, 'filters.amount'],
    [{ mart, filters: { amount: { between: 1 } } }, 400, 'filters.amount.between'],
    [{ mart, filters: { updated_at: '2017-06-30T10:00:00+23:00' } }, 400, 'filters.updated_at'],
    [{ mart, filters: 'x' }, 400, 'filters'],
  ]
  for (const [input, wanted, field] of refused) {
    const { status, body } = await read.call(input)
    assert.equal(status, wanted, `${JSON.stringify(input)}: ${JSON.stringify(body)}`)
    assert.equal((body.errors as { field: string }[])[0]?.field, field, JSON.stringify(body))
  }
  for (const filters of [
    { amount: '9'.repeat(30) },
    { updated_at: '0001-01-02' },
    { week_start: '9999-12-31' },
    { category: '\ud800' },
  ])
    assert.equal((await read.call({ mart, filters })).status, 200, JSON.stringify(filters))
})
