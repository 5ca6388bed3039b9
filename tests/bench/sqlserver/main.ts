import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../../shared/store/index.ts'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { waitFor } from '../../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { report } from '../report.ts'

/**
 * SQL Server's change data capture read from a double through the wire: changes a second onto the bus, and a large table's
 * snapshot killed again and again. The double, the capture and the store are processes of their own on the same cores.
 */
const CHANGES = Number(process.env.CHANGES ?? 300_000)
const ROWS = Number(process.env.ROWS ?? 2_000_000)
const KILLS = Number(process.env.KILLS ?? 10)

const start = (program: string, ...args: (string | number)[]) =>
  fork(join(import.meta.dirname, program), args.map(String), { execArgv: ['--max-old-space-size=8000'] })

async function startServer(rows: number, changes: number): Promise<{ server: ChildProcess; url: string }> {
  const server = start('server.ts', rows, changes)
  const [url] = (await once(server, 'message')) as [string]
  return { server, url }
}

const countEvents = async (store: Store, op: string) => {
  const [row] = await store.query<{ n: string; keys: string }>(
    `select count(*) as n, count(distinct key) as keys from bus.event where value like $1`,
    [`{"op":"${op}"%`],
  )
  return { events: Number(row?.n), keys: Number(row?.keys) }
}

const isStreaming = async (store: Store) => {
  const [row] = await store.query(`select 1 from ingest.capture where state = 'streaming' and reading = '{}'`)
  return row !== undefined
}

async function howFast(postgres: TestPostgres): Promise<void> {
  const store = await postgres.createStore('fast')
  const { server, url } = await startServer(0, CHANGES)
  const capture = start('capture.ts', postgres.url('fast').reveal(), url)
  await waitFor('it to stream', () => isStreaming(store))
  capture.kill('SIGSTOP')
  server.send('change')
  await once(server, 'message')
  capture.kill('SIGCONT')
  const startedAt = performance.now()
  await waitFor(
    'the changes to be on the bus',
    async () => {
      const [row] = await store.query<{ n: string }>('select sum(next_offset) as n from bus.partition')
      return Number(row?.n) >= CHANGES
    },
    600_000,
  )
  const seconds = (performance.now() - startedAt) / 1000
  const { events, keys } = await countEvents(store, 'c')
  report('sqlserver_changes_per_second', CHANGES / seconds, 'changes/s', { atLeast: 20_000 })
  report('sqlserver_changes_doubled', events - keys, 'changes', { atMost: 0 })
  report('sqlserver_changes_lost', CHANGES - keys, 'changes', { atMost: 0 })
  await endAll(capture, server)
}

async function killedAgainAndAgain(postgres: TestPostgres): Promise<void> {
  const store = await postgres.createStore('large')
  const { server, url } = await startServer(ROWS, 0)
  const random = makeRandom(1)
  let kills = 0
  let most = 0
  const startedAt = performance.now()
  let capture = start('capture.ts', postgres.url('large').reveal(), url)
  while (!(await isStreaming(store))) {
    await sleep(500)
    most = Math.max(most, readPeakBytes(capture))
    if (kills < KILLS && random() < 0.12) {
      await endAll(capture)
      kills += 1
      capture = start('capture.ts', postgres.url('large').reveal(), url)
    }
  }
  const { events, keys } = await countEvents(store, 'r')
  report('sqlserver_snapshot_rows', keys, 'rows', { atLeast: ROWS })
  report('sqlserver_snapshot_kills', kills, 'kills', { atLeast: KILLS })
  report('sqlserver_snapshot_rows_read', events / ROWS, 'times', { atMost: 1.2 })
  report('sqlserver_snapshot_rows_per_second', ROWS / ((performance.now() - startedAt) / 1000), 'rows/s')
  report('sqlserver_snapshot_peak_memory', most / 1e6, 'MB', { atMost: 400 })
  await endAll(capture, server)
}

/** The most memory that a process has had; 0 where it is gone. */
function readPeakBytes({ pid }: ChildProcess): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

async function endAll(...children: ChildProcess[]): Promise<void> {
  for (const child of children) {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

const postgres = await startTestPostgres()
try {
  await howFast(postgres)
  await killedAgainAndAgain(postgres)
} finally {
  await postgres.stop()
}
