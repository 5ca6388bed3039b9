import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../../shared/errors/index.ts'

/** Where `make setup-infra` puts the programs. */
export const TOOLS = resolve(fileURLToPath(new URL('../../.tools/infra/', import.meta.url)))

export type Server = {
  pid: number
  /** Ends it as its operator would. */
  stop(): Promise<void>
  /** SIGKILL, and gone when this returns. */
  kill(): Promise<void>
}

export type ServerOptions = {
  /** For messages. */
  name: string
  command: string
  args: string[]
  env?: Record<string, string>
  /** Folder of its own, made where it is not there; its log lies in it. */
  home: string
  /** Resolves once it answers; anything thrown means not yet. */
  isReady(): Promise<unknown>
  readyWithinMs?: number
}

/**
 * Runs a server of the development stack and waits until it answers. A small shell stands between: its standard input is
 * this process, and when that ends, however it ends, the shell stops the server.
 * @throws ConfigError that names the log, where it ends or does not answer in time
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { name, command, args, home, isReady, readyWithinMs = 60_000 } = options
  const logFile = join(home, `${name}.log`)
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  const script = '"$@" </dev/null & server=$!; echo $server >&3; cat >/dev/null; kill $server; wait $server'
  const guard = spawn('/bin/sh', ['-c', script, 'guard', command, ...args], {
    cwd: home,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', log, log, 'pipe'],
    detached: true,
  })
  const ended = new Promise<void>(resolve => guard.once('exit', () => resolve()))
  const pid = await readPid(guard)
  const server: Server = {
    pid,
    async stop() {
      guard.stdin?.end()
      await ended
    },
    async kill() {
      signalIfThere(pid, 'SIGKILL')
      guard.stdin?.end()
      await ended
    },
  }
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; ) {
    const isUp = await isReady().then(
      () => true,
      () => false,
    )
    if (isUp) return server
    if (!isThere(pid)) break
    await sleep(100)
  }
  await server.kill()
  throw new ConfigError(`${name} did not start: see ${logFile}`)
}

function readPid(guard: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.once('error', reject)
    guard.stdio[3]?.once('data', chunk => resolve(Number(String(chunk))))
  })
}

function isThere(pid: number): boolean {
  return signalIfThere(pid, 0)
}

function signalIfThere(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
