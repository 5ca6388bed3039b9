import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { makeRandom } from '../../stacks/demo/random.ts'
import { untilThrough } from '../faults/kills.ts'
import { waitFor } from '../support/demo.ts'
import { compareLake } from '../support/equality.ts'
import { type Fleet, makeFleet } from '../support/fleet.ts'
import { ROOT } from '../support/postgres.ts'
import { readCpuSeconds } from '../support/processes.ts'
import { report } from './report.ts'

/**
 * The initial snapshot of eleven tables: killed again and again, and its speed from the source to committed Delta files
 * for each second of processor time, beside DuckDB copying the same tables to Parquet.
 */
const SEED = Number(process.env.SEED ?? 20260105)
const KILLS = Number(process.env.KILLS ?? 10)
const TIMES = Number(process.env.TIMES ?? 14)

const run = promisify(execFile)
const log = (line: string) => process.stdout.write(`# ${line}\n`)

/** The history so many times over, under other numbers; the ledger that tests keep of the demo's source is left out. */
const MULTIPLY = `set session_replication_role = replica;
  insert into dbo."Order" select "OrderID" + n * 1000000, "OrderNumber" || '-' || n, "OrderDate", "ClientID", "TerritoryID", "TransporterID", "Status"
    from dbo."Order", generate_series(1, $TIMES) n;
  insert into dbo."OrderItem" select "OrderID" + n * 1000000, "LineNumber", "ProductID", "Quantity", "UnitPrice"
    from dbo."OrderItem", generate_series(1, $TIMES) n;
  insert into dbo."Sale" select "SaleID" + n * 1000000, "OrderID" + n * 1000000, "LineNumber", "SaleDate", "ProductID", "ClientID", "TerritoryID", "Quantity", "Amount"
    from dbo."Sale", generate_series(1, $TIMES) n;
  analyze`.replaceAll('$TIMES', String(TIMES - 1))

async function openFleet(): Promise<{ fleet: Fleet; client: pg.Client; rows: number }> {
  const fleet = await makeFleet({ days: 911, hasOwnServer: true })
  const client = new pg.Client({ connectionString: fleet.source.reveal() })
  await client.connect()
  await client.query(MULTIPLY)
  await client.query('checkpoint')
  return { fleet, client, rows: await countRows(client) }
}

async function countRows(client: pg.Client): Promise<number> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select relname as name from pg_stat_user_tables where schemaname = 'dbo'`,
  )
  let sum = 0
  for (const { name } of tables) {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from dbo.${pg.escapeIdentifier(name)}`,
    )
    sum += rows[0]?.n ?? 0
  }
  return sum
}

async function stateOf({ store }: Fleet): Promise<{ state: string; isReading: boolean } | undefined> {
  const [row] = await store.query<{ state: string; isReading: boolean }>(
    `select state, reading <> '{}' as "isReading" from ingest.capture`,
  )
  return row
}

const isRead = async (fleet: Fleet) => (await stateOf(fleet))?.state === 'streaming'

async function killedAgainAndAgain(): Promise<void> {
  const { fleet, client, rows } = await openFleet()
  let oldest = 0
  let isOver = false
  const watch = (async () => {
    while (!isOver) {
      const { rows } = await client.query<{ age: number }>(
        `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as age
         from pg_stat_activity where application_name like 'cordage-%' and xact_start is not null`,
      )
      oldest = Math.max(oldest, rows[0]?.age ?? 0)
      await sleep(100)
    }
  })()
  try {
    log(`${rows} rows, SEED=${SEED}`)
    for (const member of fleet.members) if (member !== 'capture') fleet.start(member)
    const random = makeRandom(SEED)
    let kills = 0
    while (kills < KILLS && !(await isRead(fleet))) {
      fleet.start('capture')
      await waitFor('it to read', async () => (await stateOf(fleet))?.isReading || (await isRead(fleet)))
      await sleep(1000 + random() * 4000)
      await fleet.kill('capture')
      if (!(await isRead(fleet))) kills += 1
    }
    fleet.start('capture')
    await waitFor('all rows to be read', () => isRead(fleet), 600_000)
    await untilThrough(fleet)
    const [read] = await fleet.store.query<{ n: string }>(
      `select count(*) as n from bus.event where value like '{"op":"r"%'`,
    )
    const { source, store, home, lake } = fleet
    const { differences } = await compareLake({ source, store, home, lake, withLedger: false })
    report('snapshot_rows', rows, 'rows')
    report('snapshot_kills', kills, 'kills', { atLeast: KILLS })
    report('snapshot_rows_read', Number(read?.n) / rows, 'times', { atMost: 1.2 })
    report('snapshot_longest_transaction', oldest, 's', { atMost: 30 })
    report('snapshot_differences', differences.length, 'differences', { atMost: 0 })
  } finally {
    isOver = true
    await watch
    await client.end()
    await fleet.stop()
  }
}

async function howFast(): Promise<void> {
  const { fleet, client, rows } = await openFleet()
  try {
    const ours = () => ({
      capture: readCpuSeconds(fleet.pidOf('capture')),
      connector: readCpuSeconds(fleet.pidOf('consume')),
      'land-changes': readCpuSeconds(fleet.pidOf('land-changes')),
      store: readCpuSeconds(fleet.postgres.pid),
    })
    for (const member of fleet.members) if (member !== 'capture') fleet.start(member)
    await sleep(3000)
    fleet.start('capture')
    const before = { ...ours(), capture: 0 }
    const startedAt = performance.now()
    await waitFor('all rows to be read', () => isRead(fleet), 600_000)
    report('snapshot_read_in', (performance.now() - startedAt) / 1000, 's')
    await untilThrough(fleet)
    const took = (performance.now() - startedAt) / 1000
    const after = ours()
    let sum = 0
    for (const [name, seconds] of Object.entries(after)) {
      const own = seconds - before[name as keyof typeof before]
      sum += own
      report(`snapshot_cpu_${name}`, (own / rows) * 1e6, 'µs/row')
    }
    report('snapshot_in_the_lake', took, 's')
    report('snapshot_rows_per_second', rows / took, 'rows/s')
    report('snapshot_rows_per_cpu_second', rows / sum, 'rows/CPU-s', { atLeast: 40_000 })
    const { stdout } = await run(
      join(ROOT, '.venvs/test/bin/python'),
      [
        join(ROOT, 'tests', 'bench', 'initial_snapshot_baseline.py'),
        fleet.source.reveal(),
        join(fleet.home, 'parquet'),
      ],
      { maxBuffer: 1024 * 1024 },
    )
    const baseline = JSON.parse(stdout) as { rows: number; cpu: number; seconds: number }
    report('snapshot_duckdb_rows_per_cpu_second', baseline.rows / baseline.cpu, 'rows/CPU-s')
    report('snapshot_beside_duckdb', rows / sum / (baseline.rows / baseline.cpu), 'times')
  } finally {
    await client.end()
    await fleet.stop()
  }
}

if (process.env.ONLY_SPEED !== '1') await killedAgainAndAgain()
await howFast()
