import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { makeRandom } from '../../stacks/demo/random.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { at, makeRawLake } from '../support/warehouse.ts'
import { report } from './report.ts'

/**
 * Builds that are killed at random, from their first second to the publication, while somebody reads the marts all the time:
 * what is read is always one build's. Then a disk that is full, where a file system of its own may be mounted.
 */
const KILLS = Number(process.env.KILLS ?? 30)
const SEED = Number(process.env.SEED ?? 20261127)

const home = mkdtempSync(join(tmpdir(), 'cordage-build-kills-'))
const postgres = await startTestPostgres()
await postgres.createStore('killed')
const url = postgres.url('killed').reveal()
const lake = makeRawLake(home)
const random = makeRandom(SEED)

/** @returns the program that builds, checks and publishes */
const start = () =>
  spawn(process.execPath, [join(ROOT, 'tests/support/build-once.ts')], {
    env: { ...process.env, CORDAGE_HOME: home, STORE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  })

async function runToEnd(): Promise<{ code: number | null; said: string; ms: number }> {
  const startedAt = performance.now()
  const child = start()
  let said = ''
  child.stderr.on('data', chunk => (said += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said, ms: performance.now() - startedAt }
}

let number = 0
/** One more sale, of one dollar: each build has a sum of its own. */
async function sell(): Promise<void> {
  number += 1
  const row = {
    SaleID: 1_000_000 + number,
    OrderID: 45079,
    LineNumber: 100 + number,
    SaleDate: '2017-06-30',
    ProductID: 480,
    ClientID: 11000,
    TerritoryID: 1,
    Quantity: 1,
    Amount: 1,
  }
  await lake.land([
    { table: 'Sale', op: 'c', position: at(5000 + number), changedAt: '2017-07-01T07:00:00Z', row },
  ])
}

/** Reads as a dashboard does, one statement after the other, until it is stopped. */
function poll() {
  const found = { reads: 0, torn: 0, stop: async () => {} }
  let isOver = false
  const polling = (async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    while (!isOver) {
      const { rows } = await client.query<{ facts: string; weeks: string; months: string; builds: string }>(
        `select (select sum(amount) from mart.fct_sale) as facts, (select sum(amount) from mart.agg_sales_weekly) as weeks,
           (select sum(amount) from mart.agg_sales_monthly) as months, (select count(distinct schema_number) from ops.mart) as builds`,
      )
      const [row] = rows
      found.reads += 1
      const sums = new Set([row?.facts, row?.weeks, row?.months].map(Number))
      if (sums.size > 1 || row?.builds !== '1') found.torn += 1
      await sleep(20)
    }
    await client.end()
  })()
  found.stop = async () => {
    isOver = true
    await polling
  }
  return found
}

async function soldInMarts(): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ count: string }>(
    'select count(*) as count from mart.fct_sale where sale_id::bigint > 1000000',
  )
  await client.end()
  return rows[0]?.count
}

try {
  await lake.writeDemo()
  const first = await runToEnd()
  if (first.code !== 0) throw new Error(first.said)
  report('build_kills.whole', first.ms / 1000, 's')
  const reader = poll()
  for (let kill = 0; kill < KILLS; kill++) {
    await sell()
    const child = start()
    const ended = once(child, 'close')
    await Promise.race([ended, sleep(random() * first.ms)])
    child.kill('SIGKILL')
    await ended
  }
  const last = await runToEnd()
  await reader.stop()
  report('build_kills.kills', KILLS, 'kills')
  report('build_kills.repaired', last.code === 0 ? 1 : 0, 'of 1', { atLeast: 1 })
  report('build_kills.lost_sales', number - Number(await soldInMarts()), 'sales', { atMost: 0 })
  report('build_kills.reads', reader.reads, 'reads')
  report('build_kills.torn_reads', reader.torn, 'reads', { atMost: 0 })
  await fillDisk()
} finally {
  await postgres.stop()
  await rm(home, { recursive: true, force: true })
}

/** A build in a file system that is too small for a second file beside the first. */
async function fillDisk(): Promise<void> {
  const folder = join(home, 'warehouse')
  const bytes = statSync(join(folder, 'warehouse.duckdb')).size
  const small = `${Math.round((bytes * 1.5) / 2 ** 20)}m`
  const aside = join(home, 'aside')
  mkdirSync(aside)
  const run = (program: string, ...args: string[]) => spawnSync(program, args).status === 0
  run('cp', '-a', `${folder}/.`, aside)
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${small}`, 'tmpfs', folder)) {
    process.stdout.write('# nothing may be mounted here: the full disk was left out\n')
    return
  }
  try {
    run('cp', '-a', `${aside}/warehouse.duckdb`, folder)
    await sell()
    const before = await soldInMarts()
    const reader = poll()
    const full = await runToEnd()
    process.stdout.write(`# ${full.said.trim().slice(0, 300)}\n`)
    report('build_kills.full_disk_failed', full.code === 1 ? 1 : 0, 'of 1', { atLeast: 1 })
    report('build_kills.full_disk_kept_marts', before === (await soldInMarts()) ? 1 : 0, 'of 1', {
      atLeast: 1,
    })
    run('mount', '-o', 'remount,size=2g', folder)
    const repaired = await runToEnd()
    await reader.stop()
    report('build_kills.repaired_after', repaired.code === 0 ? 1 : 0, 'of 1', { atLeast: 1 })
    report('build_kills.torn_reads_after', reader.torn, 'reads', { atMost: 0 })
  } finally {
    run('umount', folder)
  }
}
