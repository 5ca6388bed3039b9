import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretUrl } from '../../shared/config/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { type Demo, startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { compareIndex, compareLake } from '../support/equality.ts'
import { listFamily } from '../support/processes.ts'

/**
 * `make verify-upgrade FROM=<an older checkout, set up>`: a demo of the older code is killed in the middle of changes, and
 * this code starts on what it left: store, lake, bus, keys. Every change must be in the lake exactly once, index and marts
 * must follow; and the older code must refuse the store in one line.
 */
const FROM = process.argv[2] ?? ''
const ENV = { DEMO_RATE: '0', DEMO_SHOP: 'still', DEMO_DAYS: '60' }
const CHANGES = 3000
const RATE = 200

const home = mkdtempSync(join(tmpdir(), 'cordage-upgrade-'))
const say = (line: string) => process.stdout.write(`${line}\n`)

async function change(demo: Demo, seed: number, maxChanges: number, signal: AbortSignal): Promise<number> {
  return await runSimulator({ url: new SecretUrl(demo.source), rate: RATE, seed, maxChanges, signal })
}

/** Kills a demo with all that it has started, its Postgres among them, while changes are made. */
async function killAmidChanges(demo: Demo): Promise<void> {
  const abort = new AbortController()
  const changes = change(demo, 1, Number.POSITIVE_INFINITY, abort.signal).catch(() => 0)
  await new Promise(resolve => setTimeout(resolve, (CHANGES / RATE) * 1000))
  for (const { pid } of listFamily(demo.process.pid ?? 0)) process.kill(pid, 'SIGKILL')
  abort.abort()
  await changes
}

async function findDifferences(demo: Demo): Promise<string[]> {
  const source = new SecretUrl(demo.source)
  const store = openStore(new SecretUrl(demo.store))
  try {
    const lake = await compareLake({ source, store, home, lake: demo.lake, withLedger: true })
    const changes = Object.values(lake.tables).reduce((sum, table) => sum + table.changes, 0)
    say(`${changes} changes are in the lake`)
    return [...lake.differences, ...(await compareIndex(source, store))]
  } finally {
    await store.close()
  }
}

/** How the older code ends on a store that is newer than it. */
async function startOlder(): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, ['stacks/demo/main.ts'], {
    cwd: FROM,
    env: { ...process.env, ...ENV, CORDAGE_HOME: home, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  let said = ''
  child.stderr.on('data', chunk => (said += String(chunk)))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { code, lines: said.trim().split('\n') }
}

if (!existsSync(join(FROM, 'stacks/demo/main.ts'))) {
  process.stderr.write('FROM is no checkout of Cordage: set it to the folder of an older one\n')
  process.exit(2)
}
const problems: string[] = []
let demo: Demo | undefined
try {
  demo = await startDemo({ home, env: ENV, root: FROM })
  await waitUntilCaughtUp(demo)
  await killAmidChanges(demo)
  say('the older code was killed amid changes')

  demo = await startDemo({ home, env: ENV })
  await change(demo, 2, CHANGES, new AbortController().signal)
  const own = demo
  await waitFor('lake and index to equal the source', async () => {
    await waitUntilCaughtUp(own)
    problems.splice(0, problems.length, ...(await findDifferences(own)))
    return problems.length === 0
  }).catch(() => {})
  await demo.call('build-warehouse')
  await demo.call('publish-marts')
  const { rows } = await demo.call<{ rows: unknown[] }>('read-mart', { mart: 'agg_sales_weekly' })
  if (rows.length === 0) problems.push('the marts are empty')
  await demo.stop()

  const { code, lines } = await startOlder()
  say(`the older code says: ${lines.join(' / ')}`)
  if (code === 0 || lines.length !== 1) problems.push(`the older code ended with ${code}`)
} finally {
  await demo?.stop()
  rmSync(home, { recursive: true, force: true })
}
for (const problem of problems.slice(0, 20)) say(`FAIL  ${problem}`)
say(problems.length === 0 ? 'ok    nothing is lost, doubled or different' : `${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
