import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import { readSources, SecretUrl } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { startTrino, type TrinoServer } from '../../stacks/infra/trino.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { at, type Change, cover, makeRawLake } from '../support/warehouse.ts'

/** One lake, and a warehouse built from it on each engine. */
const home = mkdtempSync(join(tmpdir(), 'cordage-trino-'))
const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
const lake = makeRawLake(home)
const sources = readSources(join(ROOT, 'sources'))
const logged: string[] = []
let postgres: TestPostgres | undefined
let trino: TrinoServer | undefined
let store: Store
let engines: Record<
  'duckdb' | 'trino',
  { warehouse: Warehouse; build: StartedFunction; publish: StartedFunction }
>

async function openEngine(url: string | undefined, database: string) {
  const settings = { CORDAGE_HOME: home, WAREHOUSE_URL: url === undefined ? undefined : new SecretUrl(url) }
  const warehouse = openWarehouse(settings)
  const marts = await postgres?.createStore(database)
  assert.ok(marts)
  const onLog = (line: string) => logged.push(line)
  return {
    warehouse,
    build: await startFunction(buildWarehouse, {
      resources: { store, objects, sources, warehouse },
      settings,
      onLog,
    }),
    publish: await startFunction(publishMarts, { resources: { store: marts, warehouse }, onLog }),
    marts,
  }
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  trino = await startTrino({ home: join(home, 'trino'), password: 'p@ss:word/1' })
  engines = {
    duckdb: await openEngine(undefined, 'marts_duckdb'),
    trino: await openEngine(trino.secureUrl, 'marts_trino'),
  }
})
after(async () => {
  await trino?.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

async function build(engine: 'duckdb' | 'trino') {
  const { status, body } = await engines[engine].build.call({})
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
       where table_schema = '${schema}' and table_name not in ('build', 'mart') order by table_name, ordinal_position`,
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

const commonType = (type: string) => type.toLowerCase().replace(/^timestamp\(\d\)/, 'timestamp')

/** An instant as both engines write it: DuckDB leaves zeros away, and the zone is +00 or UTC. */
function commonText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const [, second, fraction = ''] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)?(?:\+00| UTC)$/.exec(value) ?? []
  return second === undefined ? value : `${second}${fraction.replace(/\.?0+$/, '')}Z`
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

test('of a lake in which nothing has landed both engines make the same empty tables', async () => {
  for (const engine of ['trino', 'duckdb'] as const) assert.deepEqual((await build(engine)).versions, {})
  await assertSameModels()
})

test('every model has the same columns, types and rows on both engines', async t => {
  await lake.writeDemo()
  const onTrino = await build('trino')
  const onDuckdb = await build('duckdb')
  assert.deepEqual(onTrino.versions, onDuckdb.versions)
  assert.deepEqual(onTrino.warnings, onDuckdb.warnings)
  t.diagnostic(`${await assertSameModels()} rows; trino ${onTrino.tookMs} ms, duckdb ${onDuckdb.tookMs} ms`)
})
