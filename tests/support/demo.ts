import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './postgres.ts'

export type Demo = {
  home: string
  gateway: string
  source: string
  store: string
  lake: string
  process: ChildProcess
  /** What the demo has printed so far. */
  printed(): string
  call<T>(name: string, body?: object): Promise<T>
  /** Ends it as Ctrl-C does, and removes a folder that was made for it. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts `make demo`'s program in a folder of its own and waits until its functions answer. */
export async function startDemo(
  options: {
    home?: string
    env?: Record<string, string>
    /** The checkout whose demo it is. */
    root?: string
  } = {},
): Promise<Demo> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'cordage-demo-'))
  rmSync(join(home, 'demo.json'), { force: true })
  const child = spawn(process.execPath, ['stacks/demo/main.ts'], {
    cwd: options.root ?? ROOT,
    env: { ...process.env, CORDAGE_HOME: home, PORT: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += String(chunk)))
  while (!existsSync(join(home, 'demo.json'))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the demo ended: ${printed}`)
    await sleep(50)
  }
  await sleep(50)
  const about = JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as Pick<
    Demo,
    'gateway' | 'source' | 'store' | 'lake'
  >
  return {
    ...about,
    home,
    process: child,
    printed: () => printed,
    async call<T>(name: string, body: object = {}) {
      const response = await fetch(`${about.gateway}/function/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=300' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGINT')
        await ended
      }
      if (options.home === undefined) rmSync(home, { recursive: true, force: true })
      return child.exitCode
    },
  }
}

export type StartedProgram = {
  /** What it has printed so far, on both ways. */
  printed(): string
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts one of our programs and lets it run. Settings of the environment that runs the tests do not reach it. */
export function startProgram(program: string, env: Record<string, string>): StartedProgram {
  const child = spawn(process.execPath, [program], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += String(chunk)))
  return {
    printed: () => printed,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise(resolve => child.once('exit', resolve))
        child.kill('SIGINT')
        await ended
      }
      return child.exitCode
    },
  }
}

/** Asks until it is so. @throws Error after `timeoutMs` */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const until = Date.now() + timeoutMs
  let last: unknown
  while (Date.now() < until) {
    try {
      const answer = await ask()
      if (answer) return answer
    } catch (error) {
      last = error
    }
    await sleep(100)
  }
  throw new Error(`waited in vain for ${what}`, { cause: last })
}

type Status = { tables: { topic: string; consumer: string; eventsBehind: number; lagMs: number | null }[] }

/** Waits until everything that the source has is landed and indexed, give or take `behind` events. */
export async function waitUntilCaughtUp(demo: Demo, behind = 0): Promise<void> {
  await waitFor(
    'the demo to catch up',
    async () => {
      const { tables } = await demo.call<Status>('show-status')
      const consumers = new Set(tables.map(table => table.consumer))
      return (
        consumers.size === 3 &&
        tables.every(table => table.eventsBehind <= behind && table.lagMs !== null && table.lagMs < 10_000)
      )
    },
    120_000,
  )
}
