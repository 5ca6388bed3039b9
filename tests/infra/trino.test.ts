import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { type Row, SecretUrl } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import {
  type Column,
  compact,
  deleteRows,
  openTable,
  stampBatch,
  widenTable,
} from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { connectTrino, type Trino } from '../../shared/warehouse/trino-client.ts'
import { parseTrinoUrl } from '../../shared/warehouse/trino-url.ts'
import { startTrino, type TrinoServer } from '../../stacks/infra/trino.ts'
import { append, COLUMNS, EXTREMES, LakeReader } from '../integration/lake-support.ts'
import { passChecks } from '../support/checks.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { at, cover, makeRawLake } from '../support/warehouse.ts'
import { learnFrom } from './learn-from.ts'
import { asTrinoReads, commonText, commonType, readOnTrino } from './read-trino.ts'
import { LISTS, landLists, landSearches, makeChanges, SEARCHES, WIDER } from './trino-changes.ts'

const run = promisify(execFile)
/** One lake, and a warehouse built from it on each engine. */
const home = mkdtempSync(join(tmpdir(), 'cordage-trino-'))
const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
const lake = makeRawLake(home)
const sources = readSources(join(ROOT, 'sources'))
const logged: string[] = []
let postgres: TestPostgres | undefined
let trino: TrinoServer | undefined
let store: Store
let reader: LakeReader
type Engine = { warehouse: Warehouse; build: StartedFunction; publish: StartedFunction; marts: Store }
let engines: Record<'duckdb' | 'trino', Engine>
/** Asks Trino past everything that Cordage keeps in it. */
let sql: Trino

async function openEngine(url: string | undefined, database: string): Promise<Engine> {
  const settings = { CORDAGE_HOME: home, WAREHOUSE_URL: url === undefined ? undefined : new SecretUrl(url) }
  const warehouse = openWarehouse(settings)
  const marts = await postgres?.createStore(database)
  assert.ok(marts)
  const onLog = (line: string) => logged.push(line)
  const resources = { store, objects, sources, warehouse }
  return {
    warehouse,
    build: await startFunction(buildWarehouse, { resources, settings, onLog }),
    publish: await startFunction(publishMarts, { resources: { store: marts, warehouse }, onLog }),
    marts,
  }
}

before(async () => {
  reader = new LakeReader()
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  trino = await startTrino({ home: join(home, 'trino'), password: 'p@ss:word/1' })
  engines = {
    duckdb: await openEngine(undefined, 'marts_duckdb'),
    trino: await openEngine(trino.secureUrl, 'marts_trino'),
  }
  sql = connectTrino(parseTrinoUrl(new SecretUrl(trino.url)))
})
after(async () => {
  reader.close()
  await trino?.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

async function build(engine: 'duckdb' | 'trino') {
  const { status, body } = await engines[engine].build.attempt({ threads: 4 })
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  return body
}

/** Every table of a build: its columns with their types, and its rows as sorted text. */
async function readAll(engine: 'duckdb' | 'trino') {
  const isTrino = engine === 'trino'
  return await engines[engine].warehouse.read(async ({ query }) => {
    const schema = isTrino ? (await query('select schema_name from warehouse.build')).rows[0]?.[0] : 'main'
    const { rows } = await query(
      `select table_name, column_name, data_type from information_schema.columns
       where table_schema = '${schema}' and table_name not in ('build', 'mart', 'model') order by table_name, ordinal_position`,
    )
    const tables = Map.groupBy(rows as [string, string, string][], ([table]) => table)
    const all: Record<string, { columns: Record<string, string>; rows: string[] }> = {}
    for (const [table, columns] of tables) {
      const texts = columns.map(([, name]) => `cast("${name}" as varchar)`)
      const found = await query(`select ${texts.join(', ')} from ${table}`)
      all[table] = {
        columns: Object.fromEntries(columns.map(([, name, type]) => [name, commonType(type)])),
        rows: found.rows.map(row => JSON.stringify(row.map(commonText))).sort(),
      }
    }
    return all
  })
}

async function assertSameModels(): Promise<number> {
  const [duckdb, trinos] = [await readAll('duckdb'), await readAll('trino')]
  assert.deepEqual(Object.keys(trinos), Object.keys(duckdb))
  let rows = 0
  for (const [table, { columns, rows: expected }] of Object.entries(duckdb)) {
    const found = trinos[table]
    assert.ok(found)
    assert.deepEqual(found.columns, columns, table)
    const differing = expected.findIndex((row, i) => row !== found.rows[i])
    assert.equal(found.rows[differing], expected[differing], `${table}, row ${differing}`)
    assert.equal(found.rows.length, expected.length, table)
    rows += expected.length
  }
  return rows
}

test('every model has the same columns, types and rows on both engines', async t => {
  // Transporters are the table in which nothing has landed.
  await lake.writeDemo('Product', 'Client', 'Order', 'OrderItem', 'Sale', 'Territory')
  await Promise.all([lake.land(makeChanges()), landSearches(objects), landLists(objects)])
  await cover(store, at(0x3000, 0, 2), '2017-07-03T13:00:00.000Z')
  const onTrino = await build('trino')
  const onDuckdb = await build('duckdb')
  assert.deepEqual(onTrino.versions, onDuckdb.versions)
  assert.deepEqual(onTrino.covered, onDuckdb.covered)
  assert.deepEqual(onTrino.warnings, onDuckdb.warnings)
  assert.deepEqual(onTrino.setAside, onDuckdb.setAside)
  assert.ok(!('adventureworks.Transporter' in (onTrino.versions as object)))
  const rows = await assertSameModels()
  assert.ok(rows > 200_000, `${rows} rows`)
  t.diagnostic(`${rows} rows; build on Trino ${onTrino.tookMs} ms, on DuckDB ${onDuckdb.tookMs} ms`)
})

test('publish-marts gives the same marts from either engine, and what is learnt from them is the same', async () => {
  const published: Record<string, unknown>[] = []
  for (const engine of ['duckdb', 'trino'] as const) {
    const { publish, marts, warehouse } = engines[engine]
    const { status, body } = await passChecks(marts, warehouse).then(() => publish.call({}))
    assert.equal(status, 200, logged.join(''))
    const hashes: Record<string, unknown> = {}
    for (const mart of Object.keys(body.marts as object))
      hashes[mart] = await marts.query(
        `select count(*), md5(string_agg(line, e'\n' order by line collate "C")) from (select m::text as line from mart.${mart} m) lines`,
      )
    const columns = await marts.query(
      'select mart, rows, columns, description, position, changed_at, versions from ops.mart order by mart',
    )
    const types = await marts.query(
      `select table_name::text, column_name::text, data_type::text, numeric_scale::text from information_schema.columns where table_schema = 'mart' order by 1, ordinal_position`,
    )
    const made = { hashes, columns, types, covered: body.covered, rows: body.marts }
    published.push({ ...made, learnt: await learnFrom(warehouse, marts, objects) })
  }
  const rows = published[0]?.rows as Record<string, number> | undefined
  assert.deepEqual([rows?.fct_search, rows?.fct_proposition], [SEARCHES, LISTS])
  assert.deepEqual(published[1], published[0])
})

test('npm run sql asks Trino, also for the names that stay', async () => {
  const ask = async (query: string) =>
    (
      await run(process.execPath, [join(ROOT, 'stacks/local/sql.ts'), query], {
        env: { ...process.env, CORDAGE_HOME: home, WAREHOUSE_URL: trino?.secureUrl },
      })
    ).stdout
  const count = /\n\d{5}\n\(1 row\)\n$/
  for (const name of ['fct_sale', 'warehouse.fct_sale', 'warehouse.feat_product_day'])
    assert.match(await ask(`select count(*) as total from ${name}`), count)
  assert.match(await ask('tables'), /agg_sales_weekly/)
})

test('a failed build on Trino leaves the previous one, and says what failed', async () => {
  const read = () =>
    engines.trino.warehouse.read(async ({ build, query }) => [
      build,
      (await query('select count(*) from fct_sale')).rows,
    ])
  const before = await read()
  // A second system with the same ids, which a start refuses.
  const [source] = sources
  assert.ok(source)
  const other = join(home, 'objects/lake/cdc_other')
  await cp(join(home, 'objects/lake/cdc_adventureworks'), other, { recursive: true })
  const clashing = await startFunction(buildWarehouse, {
    resources: {
      store,
      objects,
      sources: [source, { ...source, system: 'other' }],
      warehouse: engines.trino.warehouse,
    },
    settings: { CORDAGE_HOME: home },
  })
  const { status, body } = await clashing.attempt({ threads: 4 })
  await rm(other, { recursive: true })
  assert.deepEqual([status, body.reason], [500, 'failed_checks'])
  assert.match(
    String(body.detail),
    /test unique_stg_sale_sale_id: \d+ rows, such as \(unique_field \d+, n_records 2\)/,
  )
  assert.deepEqual(await read(), before)
})

test('a build is seen when it is finished, and the one before it stays until the next', async () => {
  const WAREHOUSE_URL = new SecretUrl(`${trino?.url}/steps`)
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL })
  const column = async (query: string) => (await sql.query(query)).map(([value]) => value)
  const builds = () =>
    column(
      `select schema_name from information_schema.schemata where schema_name like 'steps!_%' escape '!' order by 1`,
    )
  const read = () =>
    warehouse.read(async ({ marts, rows }) => {
      const found: unknown[] = []
      for (const mart of marts) for await (const page of rows(mart)) found.push(mart.name, ...page.flat())
      return found
    })
  const begin = async (mart: string) => {
    const { target, replace } = await warehouse.beginBuild()
    assert.ok(target.engine === 'trino')
    const make = (table: string, columns: string) =>
      sql.query(`create table ${target.schema}.${table} as select ${columns}`)
    const now = 'cast(current_timestamp as timestamp(3) with time zone)'
    await make('build', `${now} as built_at, 'p' as position, ${now} as changed_at, '{}' as versions`)
    await make('mart', `'${mart}' as name, '' as description, '["id"]' as "key", '[]' as indexes`)
    await make('model', `'feat_day' as name, '' as "sql", '[]' as parents`)
    for (const table of ['feat_day', mart]) await make(table, '1 as id')
    return { schema: target.schema, replace }
  }
  const first = await begin('dim_one')
  await assert.rejects(read(), /it has not been built yet/)
  await first.replace()
  const failed = await begin('dim_two')
  assert.deepEqual(await read(), ['dim_one', '1'])
  const second = await begin('dim_two')
  assert.deepEqual(await builds(), [first.schema, second.schema])
  assert.notEqual(second.schema, failed.schema)
  await second.replace()
  assert.deepEqual(await read(), ['dim_two', '1'])
  const third = await begin('dim_two')
  await third.replace()
  assert.deepEqual(await builds(), [second.schema, third.schema])
  const views = `select table_name from information_schema.tables where table_schema = 'steps' order by 1`
  assert.deepEqual(await column(views), ['build', 'dim_two', 'feat_day'])
})

test('delta-rs, DuckDB and Trino read every raw table alike: after merging, a new column, wider ones, and deletion', async () => {
  const path = 'lake/cdc_readers/Every_Type'
  const table = await openTable(objects, path)
  const narrow = COLUMNS.filter(({ name }) => name !== 'Wide')
  const [first, second, nulls] = EXTREMES as [Row, Row, Row]
  // Half a millisecond more and Trino's year would be 10000.
  const rows = [{ ...first, At: '9999-12-31T23:59:59.999499Z' }, second, nulls]
  rows.push(
    { ...first, id: 7, At: '2017-06-30T10:00:00.123500Z' },
    { ...second, id: 8, At: '1931-06-30T10:00:00.123499Z' },
  )
  const { Wide: _, ...narrowRow }: Row = { ...first, id: 9, At: null }
  await append(table, narrow, '5', [narrowRow])
  const agree = async (expected: number) => {
    const url = pathToFileURL(join(home, 'objects', path)).href
    await engines.trino.warehouse.registerTables?.([{ system: 'readers', table: 'Every_Type', url }])
    const request = { path: join(home, 'objects', path), order: ['id', 'month'] }
    const columns = table.snapshot.columns.filter(({ name }) =>
      [...COLUMNS, { name: 'month' }].some(other => other.name === name),
    )
    const names = columns.map(({ name }) => name)
    const pick = (read: Record<string, string | null>[]) =>
      read.map(row => JSON.stringify(names.map(name => row[name] ?? null))).sort()
    const deltaRs = await reader.ask<Record<string, string | null>[]>({ command: 'deltaRs', ...request })
    const duckdb = await reader.ask<Record<string, string | null>[]>({ command: 'duckdb', ...request })
    const onTrino = await readOnTrino(sql, 'cdc_readers.every_type', columns)
    assert.equal(deltaRs.length, expected)
    assert.deepEqual(pick(duckdb), pick(deltaRs))
    assert.deepEqual(pick(onTrino), pick(deltaRs.map(row => asTrinoReads(columns, row))))
  }
  await agree(1)
  for (let i = 0; i < 10; i++)
    await append(
      table,
      COLUMNS,
      '6',
      rows.map(row => ({ ...row, Text: `${row.Text}${i}` })),
    )
  await agree(51)
  assert.equal((await compact(table)).merged, 10)
  await agree(51)
  assert.ok((await widenTable(table, WIDER)) > 0)
  await agree(51)
  await append(table, WIDER, '6', [
    { ...second, id: 10, Small: '9999999999999999.9999', Day: '2017-06-30T23:59:59.999999', Flag: null },
  ])
  await agree(52)
  assert.equal((await deleteRows(table, [{ column: 'id', in: [7, 10] }])).rows, 11)
  await agree(41)
})

test("a table's properties name its schema version and its last batch, which merging leaves alone", async () => {
  const path = 'lake/cdc_readers/Stamped'
  const table = await openTable(objects, path)
  const properties = async () => {
    await stampBatch(table)
    const url = pathToFileURL(join(home, 'objects', path)).href
    await engines.trino.warehouse.registerTables?.([{ system: 'readers', table: 'Stamped', url }])
    const rows = await sql.query<[string, string]>(
      `select key, value from cdc_readers."stamped$properties" where key like 'cordage.%' order by key`,
    )
    return Object.fromEntries(rows)
  }
  const [id, big] = COLUMNS as [Column, Column]
  for (let i = 0; i < 10; i++) await append(table, [id], '6', [{ id: i }])
  assert.deepEqual(await properties(), { 'cordage.batchId': '9', 'cordage.schemaVersion': '1' })
  const { version } = table.snapshot
  assert.equal((await compact(table)).merged, 10)
  assert.deepEqual(await properties(), { 'cordage.batchId': '9', 'cordage.schemaVersion': '1' })
  assert.equal(table.snapshot.version, version + 1)
  await append(table, [id, big], '6', [{ id: 10, Big: '1' }])
  assert.deepEqual(await properties(), {
    'cordage.batchId': String(version + 2),
    'cordage.schemaVersion': '2',
  })
  // The version that a batch names is the table as it was with that batch and none after it.
  const rows = await sql.query('select count(*) from cdc_readers.stamped for version as of 9')
  assert.deepEqual(rows, [[10]])
})

test('a table that lies elsewhere now is registered again', async () => {
  const { warehouse } = engines.trino
  const count = async (folder: string) => {
    const url = pathToFileURL(join(home, 'objects', 'lake/cdc_readers', folder)).href
    await warehouse.registerTables?.([{ system: 'readers', table: 'moved', url }])
    return (await sql.query('select count(*) from cdc_readers.moved'))[0]?.[0]
  }
  assert.equal(await count('Stamped'), 11)
  assert.equal(await count('Every_Type'), 41)
})

test('what is wrong with a Trino is said in one line', async () => {
  const url = new URL(String(trino?.secureUrl).replace('trino:', 'http:'))
  const with_ = (change: (url: URL) => void) => {
    const changed = new URL(url)
    change(changed)
    return changed.href.replace('http:', 'trino:')
  }
  const wrong: [string, RegExp][] = [
    [
      with_(url => (url.password = 'other')),
      /^WAREHOUSE_URL: Trino at \S+ refuses user cordage or its password$/,
    ],
    [with_(url => (url.pathname = '/elsewhere')), /^WAREHOUSE_URL: Trino at \S+ has no catalog "elsewhere"$/],
    [with_(url => (url.port = '1')), /^warehouse: Trino at 127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)$/],
    [
      with_(url => url.searchParams.delete('ca')),
      /^WAREHOUSE_URL: Trino at \S+ cannot be trusted \(\w+\): see ssl= and ca=$/,
    ],
    [
      with_(url => url.searchParams.set('ca', '/nowhere.pem')),
      /^WAREHOUSE_URL: cannot read ca=\/nowhere\.pem/,
    ],
    [`${trino?.url}/never_built`, /^warehouse: it has not been built yet$/],
  ]
  for (const [bad, line] of wrong) {
    const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: new SecretUrl(bad) })
    const error = await warehouse.read(async () => 'read').catch(describeError)
    assert.match(error, line)
    assert.doesNotMatch(error, /\n|p@ss|p%40ss/)
  }
})

test('doctor says what a Trino lacks; a build waits for one that is away', async () => {
  const warehouseLine = async (url: string) => {
    const settings = { CORDAGE_HOME: join(home, 'doctor'), PORT: '0', WAREHOUSE_URL: url }
    const { stdout } = await runProgram(['stacks/doctor/main.ts', '--demo'], settings)
    return stdout.split('\n').find(line => /^\w+ +warehouse/.test(line)) ?? stdout
  }
  const url = String(trino?.url)
  assert.match(await warehouseLine(url), /^ok +warehouse +\S+, Trino 476$/)
  assert.match(await warehouseLine(url.replace('/lake', '/system')), /uses system: it must be delta_lake/)
  const away = await openEngine('trino://cordage@127.0.0.1:1/lake', 'marts_away')
  assert.equal((await away.build.attempt({})).status, 503)
  assert.equal((await away.publish.call({})).status, 503)
})
