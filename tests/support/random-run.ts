import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import landChanges from '../../functions/land/land-changes/handler.ts'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import indexProducts from '../../functions/search/index-products/handler.ts'
import { topicsOf } from '../../shared/bus/index.ts'
import { openStoreBus } from '../../shared/bus/store-bus.ts'
import type { Capture } from '../../shared/capture/index.ts'
import { postgresCapture } from '../../shared/capture/postgres/index.ts'
import { SESSION_OPTIONS } from '../../shared/capture/postgres/types.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { plainName, readTriggers, SecretUrl, type Source } from '../../shared/config/index.ts'
import type { Host } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { makeLocalCaller } from '../../stacks/connector/caller.ts'
import { startConnector } from '../../stacks/connector/index.ts'
import { waitFor } from './demo.ts'
import { NOBODY, startFunction } from './function.ts'
import { makeCountingModels } from './models.ts'
import { ROOT, type TestPostgres } from './postgres.ts'
import { makeRandomShop, type RandomShop } from './random-shop.ts'

const run = promisify(execFile)

export type RandomOutcome = { accepted: number; refused: Map<string, number>; failures: string[] }

type Opened = { shop: RandomShop; system: string; url: SecretUrl; client: pg.Client; source: Source }

let batches = 0

/**
 * Runs some random shops at once: whatever check-source accepts is captured while its application works, and must be the
 * same in lake, index and marts afterwards; no statement of the application may fail because of us. Whatever it refuses
 * must say why by name.
 */
export async function runRandomShops(postgres: TestPostgres, seeds: number[]): Promise<RandomOutcome> {
  const outcome: RandomOutcome = { accepted: 0, refused: new Map(), failures: [] }
  const batch = ++batches
  const opened: Opened[] = []
  for (const seed of seeds) {
    const one = await open(postgres, makeRandomShop(seed), `s${batch}x${seed}`)
    if (!one) continue
    const capture: Capture = postgresCapture
    const { problems } = await capture.check(one.url, one.source)
    if (problems.length === 0) opened.push(one)
    else {
      for (const problem of problems) {
        const kind = problem.replaceAll(/["\w.$-]*s\d+x\d+["\w]*|\b(item|part_\d)\b/g, '…').slice(0, 60)
        outcome.refused.set(kind, (outcome.refused.get(kind) ?? 0) + 1)
        if (!isNamed(problem, one.shop))
          outcome.failures.push(`seed ${seed}: refused without a name: ${problem}`)
      }
      await one.client.end()
    }
  }
  outcome.accepted = opened.length
  if (opened.length > 0) outcome.failures.push(...(await capture(postgres, opened, batch)))
  return outcome
}

const isNamed = (problem: string, { table, columns }: RandomShop) =>
  [table, 'publication', 'part_', columns.id, columns.note].some(name => problem.includes(name))

/** @returns undefined where Postgres itself refuses what was made up */
async function open(postgres: TestPostgres, shop: RandomShop, system: string): Promise<Opened | undefined> {
  const admin = await postgres.createDatabase(system)
  const client = new pg.Client({
    connectionString: admin.reveal(),
    options: SESSION_OPTIONS.replace('search_path=pg_catalog', 'search_path=public'),
    types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
  })
  await client.connect()
  try {
    for (const statement of shop.sql) await client.query(statement.replaceAll('SYSTEM', system))
  } catch {
    await client.end()
    return undefined
  }
  const url = new URL(admin.reveal())
  if (shop.isReader) {
    await client.query(
      `create role ${system} login replication password 'read'; grant select on all tables in schema public to ${system}`,
    )
    url.username = system
    url.password = 'read'
  }
  const yaml = `connection: ${system}\ncapture: postgres\ntimeZone: UTC\nidPrefix: ${system}-\ntables:\n${shop.yaml.replaceAll(/^(?=.)/gm, '  ')}`
  return { shop, system, url: new SecretUrl(url.href), client, source: parseSource(`${system}.yml`, yaml) }
}

async function capture(postgres: TestPostgres, opened: Opened[], batch: number): Promise<string[]> {
  const failures: string[] = []
  const home = join(postgres.home, `batch-${batch}`)
  mkdirSync(join(home, 'objects', 'lake'), { recursive: true })
  const store = await postgres.createStore(`store_${batch}`)
  const sources = opened.map(({ source }) => source)
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const warehouse = openDuckdbWarehouse(join(home, 'warehouse'))
  const bus = openStoreBus(store)
  await bus.ensureTopics(topicsOf(sources))
  const resources = { store, objects, sources, warehouse, models: makeCountingModels().models }
  const started = [
    await startFunction(landChanges, { resources }),
    await startFunction(indexProducts, { resources }),
  ]
  const [land, index] = started.map(({ host }) => host) as [Host, Host]
  const logged: string[] = []
  const connector = await startConnector({
    owner: `batch ${batch}`,
    duties: ['capture', 'consume'],
    sources,
    connectionOf: source => opened.find(one => one.source === source)?.url ?? new SecretUrl(''),
    triggers: readTriggers(join(ROOT, 'triggers')).filter(({ function: name }) =>
      ['land-changes', 'index-products'].includes(name),
    ),
    store,
    bus,
    objects,
    alerts: NOBODY,
    caller: makeLocalCaller(
      new Map([
        ['land-changes', land],
        ['index-products', index],
      ]),
    ),
    masterKey: Buffer.alloc(32, 7),
    log: makeLogger({ level: 'warn', destination: { write: line => logged.push(line) } }),
  })
  try {
    await Promise.all(opened.map(one => change(one, failures)))
    const since = new Date()
    await waitFor(
      'everything to come through',
      async () => {
        const [place] = await store.query<{ ok: boolean }>(
          `select count(distinct "group") = 2 and bool_and(changed_at > $1) and sum(events_behind) = 0
             and not exists (select 1 from ingest.capture where state <> 'streaming' or reading <> '{}' or owed <> '{}') as ok
           from bus.coverage`,
          [since],
        )
        return place?.ok
      },
      90_000,
    ).catch(async error => {
      const stuck = await store.query<{ system: string; problem: string }>(
        'select system, problem from ingest.capture where problem is not null',
      )
      failures.push(
        `batch ${batch}: ${describeError(error)}: ${JSON.stringify(stuck)} ${logged.slice(-3).join(' ')}`,
      )
    })
    const parked = await store.query('select topic, reason, detail from ops.parked limit 3')
    if (parked.length > 0) failures.push(`parked: ${JSON.stringify(parked)}`)
    const build = await startFunction(buildWarehouse, { resources, settings: { CORDAGE_HOME: home } })
    const built = await build.attempt({})
    if (built.status !== 200) failures.push(`the build failed: ${JSON.stringify(built.body).slice(0, 500)}`)
    const lake = await readLake(join(home, 'objects', 'lake'))
    const marts =
      built.status === 200 ? await readMarts(join(home, 'warehouse', 'warehouse.duckdb')) : undefined
    for (const one of opened) {
      const rows = await readSource(one)
      compare(
        failures,
        one,
        'the lake',
        rows,
        latestOf(lake.get(`cdc_${one.system}/${plainName(one.shop.table)}`) ?? [], one),
      )
      const short = new Map([...rows].map(([id, row]) => [id, row.slice(0, 2)]))
      const indexed = await store.query<{ id: string; name: string | null }>(
        'select product_id as id, name from search.product where system = $1 and not is_deleted',
        [one.system],
      )
      compare(failures, one, 'the index', short, withoutPrefix(one, indexed))
      if (marts)
        compare(
          failures,
          one,
          'the marts',
          short,
          withoutPrefix(
            one,
            marts.filter(({ id }) => id.startsWith(`${one.system}-`)),
          ),
        )
    }
  } finally {
    await connector.close()
    for (const { client } of opened) await client.end()
    // Left behind, they would be in the next batch's way, and keep the log.
    await waitFor('the slots to be dropped', async () => {
      await store.query(
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active',
      )
      return (await store.query('select 1 from pg_replication_slots')).length === 0
    })
  }
  return failures
}

/** Lets the shop's application work: what Postgres refuses for its own reasons is taken back, as an application would. */
async function change({ shop, client }: Opened, failures: string[]): Promise<void> {
  for (const transaction of shop.changes) {
    await client.query('begin')
    try {
      for (const statement of transaction) await client.query(statement)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      const { message } = error as Error
      if (/replica identity|publication|cannot (update|delete)/i.test(message))
        failures.push(`seed ${shop.seed}: a statement of the shop failed: ${message}`)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** Rows by id: id, note, and the others, as the source prints them. */
type Rows = Map<string, (string | null)[]>

async function readSource({ shop, client }: Opened): Promise<Rows> {
  const names = [shop.columns.id, shop.columns.note, ...shop.columns.others].map(name =>
    pg.escapeIdentifier(name),
  )
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `select ${names.join(', ')} from ${pg.escapeIdentifier(shop.table)}`,
  })
  return new Map(rows.map(row => [String(row[0]), row.map(plain)]))
}

/** A value without what its type adds: zeros behind the point. */
const plain = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  const text = value === true ? 't' : value === false ? 'f' : String(value)
  return /^-?\d+\.\d*?0*$/.test(text) ? text.replace(/\.?0+$/, '') : text
}

type LakeRow = Record<string, unknown> & { _op: string; _position: string }

async function readLake(folder: string): Promise<Map<string, LakeRow[]>> {
  const { stdout } = await run(
    join(ROOT, '.venvs/test/bin/python'),
    [join(ROOT, 'tests', 'support', 'dump_lake.py'), folder],
    { maxBuffer: 512 * 1024 * 1024 },
  )
  const rows = stdout
    .split('\n')
    .filter(Boolean)
    .map(
      line =>
        JSON.parse(line, exactly as (key: string, value: unknown) => unknown) as {
          system: string
          table: string
          row: LakeRow
        },
    )
  return new Map(
    [...Map.groupBy(rows, ({ system, table }) => `${system}/${table}`)].map(([place, own]) => [
      place,
      own.map(({ row }) => row),
    ]),
  )
}

/** A number that a double does not hold stays as it is written. */
function exactly(_: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? context?.source : value
}

/** What the changes of a table come to: its rows now. */
function latestOf(changes: LakeRow[], { shop }: Opened): Rows {
  const rows: Rows = new Map()
  for (const row of changes.toSorted((a, b) => (a._position < b._position ? -1 : 1))) {
    const id = plain(row[shop.columns.id])
    if (row._op === 't') rows.clear()
    else if (row._op === 'd') rows.delete(String(id))
    else
      rows.set(
        String(id),
        [shop.columns.id, shop.columns.note, ...shop.columns.others].map(name => plain(row[name])),
      )
  }
  return rows
}

async function readMarts(file: string): Promise<{ id: string; name: string | null }[]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  try {
    const rows = (
      await connection.runAndReadAll('select product_id, name from dim_product where is_current')
    ).getRowsJson()
    return rows.map(([id, name]) => ({ id: String(id), name: name as string | null }))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const withoutPrefix = ({ system }: Opened, rows: { id: string; name: string | null }[]): Rows =>
  new Map(rows.map(({ id, name }) => [id.slice(system.length + 1), [id.slice(system.length + 1), name]]))

function compare(failures: string[], { shop }: Opened, where: string, expected: Rows, found: Rows): void {
  const text = (row: unknown) => JSON.stringify(row)?.slice(0, 150)
  for (const [id, row] of expected)
    if (JSON.stringify(found.get(id)) !== JSON.stringify(row))
      return void failures.push(`seed ${shop.seed}: ${where} has ${text(found.get(id))} for ${text(row)}`)
  for (const [id, row] of found)
    if (!expected.has(id))
      return void failures.push(`seed ${shop.seed}: ${where} has ${text(row)}, which is gone`)
}
