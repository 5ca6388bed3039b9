import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { commitOf, isOfSnapshot, type NewRecord } from '../../shared/bus/index.ts'
import { SNAPSHOT_END } from '../../shared/events/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { type ConnectServer, startConnect } from '../../stacks/infra/connect.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { debeziumStatements } from '../../stacks/sqlserver-double/answers/debezium.ts'
import { jdbcStatements } from '../../stacks/sqlserver-double/answers/jdbc.ts'
import { systemClock } from '../../stacks/sqlserver-double/database/clock.ts'
import { makeDatabase } from '../../stacks/sqlserver-double/database/database.ts'
import { type ServedDouble, serveDouble } from '../../stacks/sqlserver-double/serve.ts'
import {
  createShop,
  type MadeChange,
  makeShopkeeper,
  type Shopkeeper,
  shopSource,
} from '../support/debezium-shop.ts'
import { parseDebeziumSource } from '../support/debezium-source.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { makeCertificate } from './certificate.ts'
import { startPipeline } from './debezium-pipeline.ts'
import { slowly } from './slow-rows.ts'

const SEED = Number(process.env.SEED ?? 20261128)
const CHANGES = Number(process.env.CHANGES ?? 4000)
/** Changes before the snapshot. */
const BEFORE = 300
/** A column that comes later, in the source file. */
const EXTRA = '\n      Extra: { type: int, as: extra }'
const LARGE = 240
/** Between two rows of a large transaction: longer than Connect keeps offsets unsaved, in all. */
const PAUSE_MS = 6
/** Kills in the middle of a large transaction, and at any other time. */
const KILLS = { inside: 5, anywhere: 3 }
/** The capture job, which there is for this, reads more often than SQL Server's. */
const SCAN_MS = 200

const run = promisify(execFile)
const home = mkdtempSync(join(tmpdir(), 'cordage-debezium-'))
const database = makeDatabase({ name: 'shop', clock: systemClock, habits: { disordersSeqvals: true } })
const rows = { pauseMs: 0 }
let postgres: TestPostgres
let store: Store
let kafka: KafkaServer
let double: ServedDouble
let connect: ConnectServer
let connectPort: number
const faults: Error[] = []

before(async () => {
  for (const folder of ['sources', 'secrets', 'certificate', 'lake']) mkdirSync(join(home, folder))
  connectPort = await takeFreePort()
  const starting = [startTestPostgres(), startKafka({ home: join(home, 'kafka') })] as const
  const tls = await makeCertificate(join(home, 'certificate'))
  double = await serveDouble(database, {
    ...{ user: 'cordage', password: 'geh€im', tls },
    statements: [...debeziumStatements, ...jdbcStatements].map(statement => slowly(statement, rows)),
    onFault: error => faults.push(error),
  })
  ;[postgres, kafka] = await Promise.all(starting)
  store = await postgres.createStore()
  writeFileSync(join(home, 'secrets', 'shop.url'), double.url, { mode: 0o600 })
  await startWorker()
})
after(async () => {
  await connect?.kill()
  await kafka?.stop()
  await double?.close()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** A worker at the address of the one before, which takes over that one's work. */
async function startWorker(): Promise<void> {
  connect = await startConnect({ home: join(home, 'connect'), broker: kafka.broker, port: connectPort })
}

async function kill(): Promise<void> {
  await connect.kill()
  await startWorker()
}

/** Puts what `npm run debezium` prints to Connect, as it is. */
async function configure(source: string): Promise<void> {
  writeFileSync(join(home, 'sources', 'shop.yml'), source)
  const settings = { CORDAGE_HOME: home, SOURCES: join(home, 'sources'), BUS_URL: kafka.url }
  const { code, stdout, stderr } = await runProgram(['stacks/debezium/main.ts', 'shop'], settings)
  assert.equal(code, 0, stderr)
  await connect.configure('shop', JSON.parse(stdout))
}

test('one Connect has the connectors of both databases, each of its version', async () => {
  const plugins = (await (await fetch(`${connect.url}/connector-plugins`)).json()) as Record<string, string>[]
  const found = new Map(plugins.map(plugin => [plugin.class?.split('.').at(-1), plugin.version]))
  assert.equal(found.get('SqlServerConnector'), '3.6.1.Final')
  assert.equal(found.get('PostgresConnector'), '3.7.0.Final')
})

test(`from SQL Server through Debezium to the lake each change comes once, at a place that never moves, whenever Connect is killed (SEED=${SEED})`, {
  timeout: 400_000,
}, async t => {
  const say = (what: string) => t.diagnostic(`${what} after ${process.uptime().toFixed(0)} s`)
  createShop(database)
  const keeper = makeShopkeeper(database, SEED)
  while (keeper.made.length < BEFORE) await keeper.small()
  database.scan()
  const [snapshot, readRows] = [keeper.made.length, keeper.allMarks()]
  const job = setInterval(() => database.scan(), SCAN_MS)
  const written: NewRecord[] = []
  const startFor = (columns: string) =>
    startPipeline({
      ...{ source: parseDebeziumSource('shop.yml', shopSource(columns)), store, kafkaUrl: kafka.url },
      ...{ objects: home, written: records => written.push(...records) },
    })
  let pipeline = await startFor('')
  try {
    await configure(shopSource())
    await waitFor('the snapshot', async () => written.some(({ type }) => type === SNAPSHOT_END))
    say('snapshot read')
    await killInTransactions(keeper, written, say)

    await addColumn(keeper, written)
    await pipeline.stop()
    pipeline = await startFor(EXTRA)
    keeper.extra.push('Extra')
    say('a column more')

    while (keeper.made.length < CHANGES) await keeper.small()
    await killAnywhere(keeper)
    await untilAdmitted(keeper.made, written)
    const made = keeper.made.slice(snapshot)
    const landed = await waitFor('everything to land', () => readLake(made.length), 60_000)
    checkLake(made, checkPositions(made, written), landed.changes)
    assert.deepEqual(landed.snapshot.map(({ Mark }) => Mark).sort(), readRows)
    assert.deepEqual([double.unknown, faults], [[], []])
    say(`${made.length} changes made, ${written.filter(isChange).length} sent`)
  } finally {
    clearInterval(job)
    await pipeline.stop()
  }
})

/** Connect is killed while it reads a large transaction, and reads the rest of it, or all of it, once more. */
async function killInTransactions(keeper: Shopkeeper, written: NewRecord[], say: (what: string) => void) {
  let inside = 0
  for (let kills = 0; kills < KILLS.inside; kills++) {
    for (let i = 0; i < 12; i++) await keeper.small()
    rows.pauseMs = PAUSE_MS
    const { lsn } = await keeper.large(LARGE)
    const part = Math.ceil(LARGE * (0.2 + 0.5 * keeper.random()))
    await waitFor('a part of the transaction', async () => countOf(lsn, written) > part)
    await connect.kill()
    const seen = countOf(lsn, written)
    if (seen < LARGE) inside += 1
    rows.pauseMs = 0
    await startWorker()
    say(`killed at ${seen} of ${LARGE} changes, started again`)
  }
  assert.ok(inside > 0, 'at least one transaction was cut')
}

/** Debezium's lists first, then the instance that captures the column; Cordage's own file once it comes. */
async function addColumn(keeper: Shopkeeper, written: NewRecord[]): Promise<void> {
  database.ddl.addColumn('Product', { name: 'Extra', type: 'int' })
  await configure(shopSource(EXTRA))
  database.enableTable({ table: 'Product', captureInstance: 'dbo_Product_2' })
  for (let i = 0; i < 40; i++) await keeper.small()
  await kill()
  await untilAdmitted(keeper.made, written)
}

async function killAnywhere(keeper: Shopkeeper): Promise<void> {
  // One was killed with the column.
  for (let kills = 1; kills < KILLS.anywhere; kills++) {
    await sleep(keeper.below(800))
    await kill()
    for (let i = 0; i < 20; i++) await keeper.small()
  }
}

const isChange = ({ type, position }: NewRecord) => type === 'cordage.change.v1' && !isOfSnapshot(position)

/** What tells a change from all others: a row's mark is made once, and once deleted. */
const nameOf = ({ op, mark }: Pick<MadeChange, 'op' | 'mark'>) => `${op} ${mark}`

function markOf(record: NewRecord): string {
  const { op, before, after } = JSON.parse(record.value)
  return nameOf({ op, mark: (after ?? before).Mark })
}

/** How many changes of a commit were admitted. */
function countOf(lsn: string, written: NewRecord[]): number {
  const commit = BigInt(`0x${lsn}`)
  return written.filter(record => commitOf(record.position) === commit).length
}

async function untilAdmitted(made: MadeChange[], written: NewRecord[]): Promise<void> {
  const last = made.at(-1)
  const name = last && nameOf(last)
  let seen = 0
  await waitFor(`${name} to be admitted`, async () => {
    const found = written.slice(seen).some(record => isChange(record) && markOf(record) === name)
    seen = written.length
    return found
  })
}

/** Every change was handed to the bus, always at one position, which no other has, in the order of its transaction. */
function checkPositions(made: MadeChange[], written: NewRecord[]): Map<string, string> {
  const positions = new Map<string, string>()
  for (const record of written.filter(isChange)) {
    const name = markOf(record)
    assert.equal(record.position, positions.get(name) ?? record.position, `${name} moved`)
    positions.set(name, record.position)
  }
  const missing = made.filter(change => !positions.has(nameOf(change)))
  assert.deepEqual(missing.map(nameOf), [])
  assert.equal(positions.size, made.length)
  assert.equal(new Set(positions.values()).size, made.length)
  for (const change of made)
    assert.equal(
      commitOf(positions.get(nameOf(change)) ?? '').toString(16),
      BigInt(`0x${change.lsn}`).toString(16),
    )
  for (const [table, changes] of Map.groupBy(made, change => change.table)) {
    const inOrder = changes.map(change => positions.get(nameOf(change)))
    assert.deepEqual(inOrder, inOrder.toSorted(), table)
  }
  return positions
}

type LakeRow = { [column: string]: string | number | boolean | null }

/** The rows in the lake, as delta-rs reads them, once there are as many changes. */
async function readLake(count: number) {
  const { stdout } = await run(
    join(ROOT, '.venvs/test/bin/python'),
    [join(ROOT, 'tests/support/dump_lake.py'), join(home, 'lake')],
    { maxBuffer: 256 * 1024 * 1024 },
  )
  const all = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { table: string; row: LakeRow })
  const { changes = [], snapshot = [] } = Object.groupBy(
    all.map(({ row }) => row),
    row => (isOfSnapshot(String(row._position)) ? 'snapshot' : 'changes'),
  )
  return changes.length >= count ? { changes, snapshot } : undefined
}

/** The lake has exactly these changes at their positions, and of each but a deletion the whole row. */
function checkLake(made: MadeChange[], positions: Map<string, string>, landed: LakeRow[]): void {
  const byPosition = new Map(landed.map(row => [`${row._position}`, row]))
  assert.deepEqual([landed.length, byPosition.size], [made.length, made.length])
  for (const change of made) {
    const row = byPosition.get(positions.get(nameOf(change)) ?? '')
    assert.equal(row?._op, change.op, nameOf(change))
    const expected = change.op === 'd' ? keyOnly(change) : change.row
    for (const [name, value] of Object.entries(expected))
      assert.equal(textOf(row?.[name] ?? null), textOf(value), `${nameOf(change)}: ${name}`)
  }
}

const keyOnly = ({ table, key }: MadeChange) => ({ [`${table}ID`]: key })

/** A value as text: of the double, or as it was read from the lake. */
function textOf(value: unknown): string | null {
  if (value === null) return null
  if (Buffer.isBuffer(value)) return `b'${value}'`
  return String(value).replace(/^(\d{4}-\d{2}-\d{2})T/, '$1 ')
}
