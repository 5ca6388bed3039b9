import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeFreePort } from '../../shared/store/embedded.ts'

export type HttpReply = {
  status: number
  type: string
  headers: IncomingHttpHeaders
  body: string
  json(): Record<string, unknown>
}

export type FunctionServer = {
  url: string
  /** Sends any request, `host` and `origin` included. */
  send(options: {
    method?: string
    path?: string
    headers?: Record<string, string>
    body?: string | Buffer
  }): Promise<HttpReply>
  /** Posts a value as JSON, or under another content type. */
  post(value: unknown, type?: string, headers?: Record<string, string>): Promise<HttpReply>
  /** Ends it as a host does. @returns its exit code */
  terminate(): Promise<number | null>
  kill(): void
  process: ChildProcess
  /** What it has logged. */
  log(): string
}

/** Starts a function from its bundle alone, as a container would, and waits until it is ready. */
export async function startBundle(folder: string, env: Record<string, string>): Promise<FunctionServer> {
  const port = await takeFreePort()
  const child = spawn(process.execPath, [join(folder, 'index.js')], {
    // Nothing of the checkout or of this process's settings may be needed.
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', chunk => (log += String(chunk)))
  const send: FunctionServer['send'] = ({ method = 'GET', path = '/', headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path, headers, agent: false }
      const sent = request(options, response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            headers: response.headers,
            body: text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          })
        })
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const server: FunctionServer = {
    url: `http://127.0.0.1:${port}`,
    process: child,
    log: () => log,
    send,
    post: (value, type = 'application/json', headers = {}) =>
      send({
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body: typeof value === 'string' ? value : JSON.stringify(value),
      }),
    async terminate() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }
      return child.exitCode
    },
    kill: () => child.kill('SIGKILL'),
  }
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`${folder} ended: ${log}`)
    const reply = await send({ path: '/_/ready' }).catch(() => undefined)
    if (reply?.status === 200) return server
    await sleep(25)
  }
  child.kill('SIGKILL')
  throw new Error(`${folder} was not ready in 10 s: ${log}`)
}
