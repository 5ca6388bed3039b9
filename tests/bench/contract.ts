import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { listFunctions, loadFunction } from '../../stacks/project.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { median, quantile, report } from './report.ts'

/**
 * What a call costs beyond its work: a function behind the contract beside a bare node:http handler that does the same,
 * called in turn. Then, for every bundle without a model: from spawn to its first answer, beside a bare server's, and what
 * it takes when idle.
 */
const CALLS = Number(process.env.CALLS ?? 20_000)
const WARM_UP = 3000
const SPAWNS = 5

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function post(port: number, body: string, keepAlive = true): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', headers, agent: keepAlive ? agent : false },
      response => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Until the first answer that is no "starting". */
async function untilAnswered(port: number, body: string): Promise<void> {
  for (;;) {
    const status = await post(port, body, false).catch(() => 503)
    if (status !== 503) return
    await sleep(1)
  }
}

async function spawnServer(
  args: string[],
  env: Record<string, string>,
): Promise<{ child: ChildProcess; port: number }> {
  const port = await takeFreePort()
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'warn', ...env },
  })
  return { child, port }
}

/** A server of three lines, without a file to read: what Node itself takes to start. */
const BARE_SERVER =
  "require('node:http').createServer((_, response) => response.end('{}')).listen(process.env.PORT, '127.0.0.1')"

async function measureBareStart(): Promise<number> {
  const own: number[] = []
  for (let i = 0; i < SPAWNS; i++) {
    const start = performance.now()
    const { child, port } = await spawnServer(['-e', BARE_SERVER], {})
    await untilAnswered(port, '{}')
    own.push(performance.now() - start)
    child.kill()
  }
  return median(own)
}

async function measureCalls(folder: string): Promise<void> {
  const bundle = await bundleFunction(
    { stage: 'bench', name: 'greet-bench', path: join(ROOT, 'tests', 'bench', 'greet-bench') },
    ROOT,
    folder,
  )
  const servers = [
    await spawnServer(['tests/bench/contract-bare.ts'], {}),
    await spawnServer([join(bundle, 'index.js')], { CORDAGE_HOME: folder }),
  ]
  try {
    const body = JSON.stringify({ name: 'Ada', times: 2 })
    for (const { port } of servers) await untilAnswered(port, body)
    const micros: [number[], number[]] = [[], []]
    for (let i = 0; i < CALLS + WARM_UP; i++)
      for (const [which, { port }] of servers.entries()) {
        const start = process.hrtime.bigint()
        const status = await post(port, body)
        if (status !== 200) throw new Error(`answered ${status}`)
        if (i >= WARM_UP) micros[which as 0 | 1].push(Number(process.hrtime.bigint() - start) / 1000)
      }
    const [bare, contract] = micros
    report('contract_bare_p50', median(bare), 'us')
    report('contract_call_p50', median(contract), 'us')
    report('contract_call_p99', quantile(contract, 0.99), 'us')
    report('contract_cost_p50', median(contract) - median(bare), 'us', { atMost: 150 })
    report('contract_ratio_p50', median(contract) / median(bare), 'times')
  } finally {
    agent.destroy()
    for (const { child } of servers) child.kill()
  }
}

async function measureStarts(home: string, storeUrl: string): Promise<void> {
  mkdirSync(join(home, 'objects'), { recursive: true })
  const env = {
    CORDAGE_HOME: home,
    STORE_URL: storeUrl,
    OBJECTS_URL: pathToFileURL(join(home, 'objects')).href,
    SOURCES: join(ROOT, 'sources'),
  }
  const bareMs = await measureBareStart()
  report('contract_start_bare', bareMs, 'ms')
  const spawns: number[] = []
  const sizes: number[] = []
  for (const folder of listFunctions(ROOT)) {
    if ((await loadFunction(folder)).uses.includes('models')) continue
    const bundle = await bundleFunction(folder, ROOT, join(home, 'dist'))
    const own: number[] = []
    for (let i = 0; i <= SPAWNS; i++) {
      const start = performance.now()
      const { child, port } = await spawnServer([join(bundle, 'index.js')], env)
      // Refused by its schema, which is an answer, and takes nothing but the start.
      await untilAnswered(port, '{"noSuchField":1}')
      // The first start of all fills the compile cache.
      if (i > 0) own.push(performance.now() - start)
      else report(`contract_first_start_${folder.name}`, performance.now() - start, 'ms')
      if (i === SPAWNS) {
        await sleep(1000)
        sizes.push(residentMegabytes(child.pid ?? 0))
        report(`contract_idle_rss_${folder.name}`, sizes.at(-1) ?? 0, 'MB', { atMost: 90 })
      }
      child.kill()
    }
    report(`contract_start_${folder.name}`, median(own), 'ms', { atMost: 250 })
    spawns.push(median(own))
  }
  report('contract_start_slowest', Math.max(...spawns), 'ms', { atMost: 250 })
  report('contract_start_ratio', Math.max(...spawns) / bareMs, 'times')
  report('contract_idle_rss_largest', Math.max(...sizes), 'MB', { atMost: 90 })
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}

const postgres = await startTestPostgres()
const folder = mkdtempSync(join(postgres.home, 'bench-'))
try {
  await measureCalls(folder)
  await postgres.createStore('bench')
  await measureStarts(postgres.home, postgres.url('bench').reveal())
} finally {
  rmSync(folder, { recursive: true, force: true })
  await postgres.stop()
}
