import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '../errors/index.ts'
import { registry } from '../telemetry/index.ts'
import { isLoopback } from './access.ts'
import { readBody } from './body.ts'
import type { Host } from './host.ts'
import type { FunctionReply, FunctionRequest } from './message.ts'
import { onlyGet, plainReply, problemReply } from './reply.ts'

/** Longest body of a public, user or operator function. */
export const MAX_BODY_BYTES = 1024 * 1024
/** Longest body of an internal function: a batch. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024

/** Answers a request that belongs to a function: its calls, its health, its readiness. */
export async function answer(host: Host, request: FunctionRequest): Promise<FunctionReply> {
  if (request.path === '/') return host.dispatch(request)
  return await answerProbe(request, () => readiness(host))
}

const readiness = (host: Host) =>
  plainReply(
    host.isReady() ? 200 : 503,
    JSON.stringify({ status: host.isReady() ? 'ready' : 'starting', timeoutMs: host.timeoutMs }),
  )

/** What every Cordage process serves: health, readiness, metrics. */
export async function answerProbe(
  request: FunctionRequest,
  ready: () => FunctionReply | Promise<FunctionReply>,
): Promise<FunctionReply> {
  const refused = onlyGet(request)
  if (refused) return refused
  switch (request.path) {
    case '/_/health':
      return plainReply(200, '{"status":"ok"}')
    case '/_/ready':
      return await ready()
    case '/metrics':
      return plainReply(200, await registry.metrics(), registry.contentType)
    default:
      return problemReply(404, 'Not found', `there is nothing at ${request.path.slice(0, 200)}`)
  }
}

export function bodyLimitOf(host: Host): number {
  return host.definition.access === 'internal' ? MAX_BATCH_BYTES : MAX_BODY_BYTES
}

/** Finds who answers a path: the reply's maker and its body limit. */
export type Router = (path: string) => {
  maxBytes: number
  path: string
  answer(request: FunctionRequest): Promise<FunctionReply> | FunctionReply
}

/** Probes come by a pod's address or without a Host, and their answers are not secret. */
const PROBE = /^(\/function\/[a-z0-9-]+)?\/_\/(health|ready)$|^\/healthz$/
const METRICS = /^(\/function\/[a-z0-9-]+)?\/metrics$/

/**
 * A web page of another origin must not reach a server on the user's own machine: the browser sends its own Origin,
 * and after DNS rebinding a foreign Host.
 */
function refuseForeign(request: IncomingMessage, path: string, publicHosts: string[]): string | undefined {
  const allowed = (name: string) =>
    isLoopback(name) || publicHosts.includes(name) || publicHosts.includes('*')
  const host = hostName(`http://${request.headers.host ?? ''}`)
  // Prometheus asks a pod by its address. A page that has rebound its name to ours cannot send an address as its Host.
  const isAnswered = PROBE.test(path) || (METRICS.test(path) && (host === undefined || isIP(host) !== 0))
  if (isAnswered && request.headers.origin === undefined) return undefined
  if (host === undefined || !allowed(host)) return 'Host'
  const origin = request.headers.origin
  if (origin === undefined) return undefined
  const from = hostName(origin)
  return from === undefined || !allowed(from) || !sameOrigin(origin, request.headers.host)
    ? 'Origin'
    : undefined
}

function hostName(url: string): string | undefined {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return undefined
  }
}

function sameOrigin(origin: string, host: string | undefined): boolean {
  return new URL(origin).host === host
}

/** Aborts when the connection ends before the reply has been sent. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  const close = () => {
    if (!response.writableFinished) gone.abort(new Error('the caller disconnected'))
  }
  if (response.closed) close()
  else response.once('close', close)
  return gone.signal
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  publicHosts: string[],
  route: Router,
): Promise<FunctionReply> {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const foreign = refuseForeign(request, path, publicHosts)
  if (foreign)
    return problemReply(403, 'Forbidden', `the ${foreign} header names another site; see PUBLIC_HOSTS`)
  const target = route(path)
  const body = request.method === 'POST' ? await readBody(request, target.maxBytes) : Buffer.alloc(0)
  if (!Buffer.isBuffer(body)) return body
  let signal: AbortSignal | undefined
  return target.answer({
    // HEAD is answered like GET; Node omits the body.
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: target.path,
    query: mark === -1 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body,
    // Created on demand: most calls are answered before.
    get signal() {
      signal ??= goneSignal(response)
      return signal
    },
  })
}

/** How long the rest of a refused body is read and discarded. */
const LINGER_MS = 2000

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: FunctionReply,
  last: boolean,
): void {
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(last && { connection: 'close' }),
  })
  if (request.complete || request.method !== 'POST') return void response.end(body)
  // If the connection closed mid-body, the sender would see an error instead of the reply.
  response.write(body)
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, LINGER_MS)
  request.once('end', end).resume()
}

/** Replies that are not fully sent yet, by server. */
const unsent = new WeakMap<Server, Set<ServerResponse>>()

/** requestTimeout bounds slow senders; the headers' limit is Node's 16 KiB and answers 431. We check the Host ourselves. */
const OPTIONS = { requestTimeout: 60_000, keepAliveTimeout: 65_000, requireHostHeader: false }

export function makeServer(route: Router, publicHosts: string[]): Server {
  const open = new Set<ServerResponse>()
  const server = createServer(OPTIONS, (request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
    reply(request, response, publicHosts, route)
      .then(made =>
        send(request, response, made, made.status === 413 || made.status === 415 || !server.listening),
      )
      .catch(() => response.destroy())
  })
  unsent.set(server, open)
  return server
}

/** @returns the port that was taken. @throws ConfigError where the port is taken by another */
export async function listen(server: Server, port: number, address: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => {
      const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
      reject(taken ? new ConfigError(`port ${port} is taken: set PORT to another`) : cause)
    })
    server.listen(port, address, resolve)
  })
  return (server.address() as AddressInfo).port
}

/** How long a stop waits for a slow caller. */
const LAST_REPLIES_MS = 5000

/** Stops accepting, answers the calls in flight, and closes what is left. */
export async function closeServer(server: Server, hosts: Iterable<Host>): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  await Promise.all([...hosts].map(host => host.drain()))
  const sent = [...(unsent.get(server) ?? [])].map(response => once(response, 'close'))
  await Promise.race([Promise.all(sent), sleep(LAST_REPLIES_MS, undefined, { ref: false })])
  server.closeAllConnections()
  await closed
}
