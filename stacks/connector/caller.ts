import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type BusRecord, toJsonBatch } from '../../shared/bus/index.ts'
import { type BatchResult, type Host, MAX_BATCH_BYTES } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { toBusEvent } from '../../shared/events/index.ts'
import { makeTraceparent, readTraceId } from '../../shared/telemetry/index.ts'
import { type Delivery, describeReply, type Reply, readRetryAfter } from './reply.ts'
import type { Token } from './token.ts'

export type { Delivery, Reply } from './reply.ts'

/** The limit of a function that does not say its own: the longest that any of ours has. */
const LONGEST_CALL_MS = 10 * 60_000
/** Beyond its own limit a function has this long to say that it was reached, and its reply to come. */
const MARGIN_MS = 10_000
/** A call that takes longer is worth asking how long it may. */
const ASK_AFTER_MS = 5000
/** A function that does not say within this time how long its calls may take does not answer calls either. */
const ASK_TIMEOUT_MS = 10_000
/** Keep-alive on a silent connection: a vanished machine is detected before the limit. */
const KEEP_ALIVE_MS = 10_000

/** How the connector reaches functions: within its own process, or over HTTP. The signal's abort ends a call. */
export type Caller = {
  deliver(name: string, records: BusRecord[], signal?: AbortSignal): Promise<Delivery>
  /** Hands over one CloudEvent whose data is a function's input: a schedule that is due, an object that appeared. */
  call(
    name: string,
    event: { id: string; type: string; source: string; data: unknown },
    signal?: AbortSignal,
  ): Promise<Reply>
}

/** A call that reached nobody, or that was not answered. */
const notAnswered = (detail: string): Reply => ({ status: 503, body: { detail } })

function toDelivery({ body, ...reply }: Reply): Delivery {
  const { results } = (body ?? {}) as { results?: BatchResult[] }
  const detail = reply.status < 300 ? '' : describeReply({ ...reply, body })
  return { ...reply, results: Array.isArray(results) ? results : [], detail }
}

/** Calls functions of this process, whose hosts enforce their time limits. */
export function makeLocalCaller(hosts: Map<string, Host>): Caller {
  return {
    async deliver(name, records, signal) {
      const host = hosts.get(name)
      if (!host) return toDelivery(notAnswered(`there is no function ${name}`))
      const { status, results, problem } = await host.deliver(records.map(toBusEvent), signal)
      return status === 200 ? { status, results, detail: '' } : toDelivery(toReply(status, problem))
    },
    async call(name, event, signal) {
      const host = hosts.get(name)
      if (!host) return notAnswered(`there is no function ${name}`)
      const { status, body } = await host.invoke({
        method: 'POST',
        path: '/',
        query: '',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: Buffer.from(JSON.stringify({ specversion: '1.0', ...event })),
        signal,
      })
      return toReply(status, JSON.parse(String(body)))
    },
  }
}

function toReply(status: number, body: unknown, retryAfter?: string): Reply {
  const { reason } = (body ?? {}) as { reason?: unknown }
  const retryAfterMs = readRetryAfter(retryAfter)
  return {
    status,
    body,
    ...(typeof reason === 'string' && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

type HttpCallerOptions = {
  /**
   * By function name; `*` is for all others, with `{name}` for the name. Several instances of a function are
   * separated by `|` and called in turn.
   */
  urls: Map<string, string>
  /** Access token for functions that ask for one. */
  token: Token
  /** Aborts calls in flight, which then count as not answered. */
  signal: AbortSignal
}

/** Calls functions over HTTP. A call ends with the function's own time limit and a margin, whatever happens to the function. */
export function makeHttpCaller({ urls, token, signal: stopping }: HttpCallerOptions): Caller {
  let turn = 0
  const limits = makeLimits()
  let refused: string | undefined
  const postTo = async (
    url: URL,
    type: string,
    body: Buffer[],
    bearer: string | undefined,
    signal: AbortSignal,
  ) => {
    const headers = {
      'content-type': type,
      'content-length': body.reduce((sum, piece) => sum + piece.length, 0),
      traceparent: makeTraceparent(readTraceId(undefined)),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    }
    const limit = limits.begin(url)
    try {
      return await send(url, { method: 'POST', headers }, body, AbortSignal.any([signal, limit.signal]))
    } catch (error) {
      // After a restart the same address may run another version.
      limits.forget(url)
      throw error
    } finally {
      limit.end()
    }
  }
  const post = async (
    name: string,
    type: string,
    body: Buffer[],
    ownSignal?: AbortSignal,
  ): Promise<Reply> => {
    const instances = (urls.get(name) ?? urls.get('*')?.replaceAll('{name}', name))?.split('|') ?? []
    if (instances.length === 0) return notAnswered(`no URL for the function ${name}: check FUNCTION_URLS`)
    let bearer: string | undefined
    try {
      bearer = await token(refused)
    } catch (error) {
      return notAnswered(describeError(error))
    }
    const signal = ownSignal ? AbortSignal.any([stopping, ownSignal]) : stopping
    const first = turn++
    let problem: unknown
    for (let i = 0; i < instances.length; i++)
      try {
        const url = new URL(instances[(first + i) % instances.length] ?? '')
        const reply = await postTo(url, type, body, bearer, signal)
        if (reply.status === 401) refused = bearer
        return reply
      } catch (error) {
        problem = error
        // Only one instance may get the call: the next is tried only if this one cannot have received it.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') break
      }
    return notAnswered(describeError(problem))
  }
  return {
    async deliver(name, records, signal) {
      const type = 'application/cloudevents-batch+json'
      return toDelivery(await post(name, type, toJsonBatch(records), signal))
    },
    call: (name, event, signal) =>
      post(
        name,
        'application/cloudevents+json',
        [Buffer.from(JSON.stringify({ specversion: '1.0', ...event }))],
        signal,
      ),
  }
}

/** Time limits by URL. A function reports its own with its readiness; the first slow call asks for it. */
function makeLimits() {
  const known = new Map<string, number>()
  const ask = async (url: URL) => {
    const ready = new URL(`${url.pathname.replace(/\/$/, '')}/_/ready`, url)
    const { body } = await send(ready, { method: 'GET' }, [], AbortSignal.timeout(ASK_TIMEOUT_MS))
    const { timeoutMs } = (body ?? {}) as { timeoutMs?: unknown }
    const limitMs = typeof timeoutMs === 'number' ? timeoutMs : LONGEST_CALL_MS
    known.set(url.href, limitMs)
    return limitMs
  }
  return {
    /** Its signal aborts when the call has taken too long, or when the function does not even say how long it may take. */
    begin(url: URL): { signal: AbortSignal; end(): void } {
      const startedAt = performance.now()
      const ended = new AbortController()
      let timer: NodeJS.Timeout
      const abortAfter = (limitMs: number) => {
        const ms = limitMs + MARGIN_MS
        const stop = () => ended.abort(new Error(`${url.host} has not answered within ${ms} ms`))
        timer = setTimeout(stop, Math.max(0, startedAt + ms - performance.now()))
      }
      let isOver = false
      const askFirst = () =>
        ask(url).then(
          limitMs => isOver || abortAfter(limitMs),
          cause => ended.abort(new Error(`${url.host} does not answer`, { cause })),
        )
      const limitMs = known.get(url.href)
      if (limitMs === undefined) timer = setTimeout(askFirst, ASK_AFTER_MS)
      else abortAfter(limitMs)
      return {
        signal: ended.signal,
        end() {
          isOver = true
          clearTimeout(timer)
        },
      }
    },
    forget: (url: URL) => void known.delete(url.href),
  }
}

/**
 * Not by fetch(), which gives up on an answer that takes longer than five minutes to begin: a build may.
 * @throws the signal's reason where it aborts before the whole reply is there
 */
function send(url: URL, options: RequestOptions, body: Buffer[], signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const sent = request(url, options, response => {
      readReply(response).then(resolve, reject).finally(settled)
    })
    const cut = () => {
      // First, because destroying a reply midway raises another error of its own.
      reject(signal.reason)
      sent.destroy()
    }
    const settled = () => signal.removeEventListener('abort', cut)
    signal.addEventListener('abort', cut, { once: true })
    sent.once('socket', socket => socket.setKeepAlive(true, KEEP_ALIVE_MS))
    sent.on('error', error => {
      settled()
      reject(error)
    })
    for (const piece of body) sent.write(piece)
    sent.end()
  })
}

/** A reply that is not JSON comes from something in front of the function, and counts by its status. */
async function readReply(response: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_BATCH_BYTES) throw new Error(`the reply has more than ${MAX_BATCH_BYTES} bytes`)
    pieces.push(piece)
  }
  const { statusCode = 502, headers } = response
  const text = Buffer.concat(pieces).toString()
  try {
    return toReply(statusCode, text === '' ? {} : JSON.parse(text), headers['retry-after'])
  } catch {
    const type = headers['content-type'] ?? 'no content type'
    const problem = { title: `something in front of the function answered (${type}, no JSON)` }
    // A page instead of results: it did not come from the function.
    return toReply(statusCode < 300 ? 502 : statusCode, problem, headers['retry-after'])
  }
}
