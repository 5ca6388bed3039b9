import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { json } from 'node:stream/consumers'
import { type BusRecord, toJsonBatch } from '../../shared/bus/index.ts'
import type { BatchResult, Host } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { toBusEvent } from '../../shared/events/index.ts'
import { makeTraceparent, readTraceId } from '../../shared/telemetry/index.ts'
import type { Token } from './token.ts'

/** What came back from a function: 200 with one result per event, or the status and text of its refusal. */
export type Delivery = { status: number; results: BatchResult[]; detail?: string }

/**
 * Statuses that say nothing about the events: the function is not there, does not know us, or has too much to do. They are
 * waited for.
 */
export const OUTAGE_STATUS = new Set([401, 403, 404, 405, 415, 429, 502, 503])

/** How the connector reaches functions: within its own process, or over HTTP. */
export type Caller = {
  deliver(name: string, records: BusRecord[]): Promise<Delivery>
  /** Hands over one CloudEvent whose data is a function's input: a schedule that is due, an object that appeared. */
  call(
    name: string,
    event: { id: string; type: string; source: string; data: unknown },
  ): Promise<{ status: number; body: unknown }>
}

/** Calls functions of this very process. */
export function makeLocalCaller(hosts: Map<string, Host>): Caller {
  const hostOf = (name: string) => hosts.get(name)
  return {
    async deliver(name, records) {
      const host = hostOf(name)
      return host
        ? host.deliver(records.map(toBusEvent))
        : { status: 503, results: [], detail: `no function ${name}` }
    },
    async call(name, event) {
      const host = hostOf(name)
      if (!host) return { status: 503, body: { detail: `no function ${name}` } }
      const reply = await host.invoke({
        method: 'POST',
        path: '/',
        query: '',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: Buffer.from(JSON.stringify({ specversion: '1.0', ...event })),
      })
      return { status: reply.status, body: JSON.parse(reply.body) }
    },
  }
}

type HttpCallerOptions = {
  /**
   * By function name; `*` is for all others, with `{name}` in the place of the name. Several copies of a function are
   * separated by `|` and called in turn.
   */
  urls: Map<string, string>
  /** Access token for functions that ask for one. */
  token: Token
  /** Cuts calls in flight off, which then count as not answered. */
  signal: AbortSignal
}

/** Calls functions over HTTP. How long a call may take is the function's own limit, which it answers for. */
export function makeHttpCaller({ urls, token, signal }: HttpCallerOptions): Caller {
  let turn = 0
  let refused: string | undefined
  const post = async (name: string, type: string, body: Buffer[]) => {
    const copies = (urls.get(name) ?? urls.get('*')?.replaceAll('{name}', name))?.split('|') ?? []
    if (copies.length === 0) return { status: 503, body: { detail: `no URL for the function ${name}` } }
    let bearer: string | undefined
    try {
      bearer = await token(refused)
    } catch (error) {
      return { status: 503, body: { detail: describeError(error) } }
    }
    const headers = {
      'content-type': type,
      'content-length': body.reduce((sum, piece) => sum + piece.length, 0),
      traceparent: makeTraceparent(readTraceId(undefined)),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    }
    const first = turn++
    let problem: unknown
    for (let i = 0; i < copies.length; i++)
      try {
        const url = new URL(copies[(first + i) % copies.length] ?? '')
        const reply = await send(url, { method: 'POST', headers, signal }, body)
        if (reply.status === 401) refused = bearer
        return reply
      } catch (error) {
        problem = error
        // Of two copies only one may be given the call: another is asked only where this one cannot have heard of it.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') break
      }
    return { status: 503, body: { detail: describeError(problem) } }
  }
  return {
    async deliver(name, records) {
      const { status, body } = await post(name, 'application/cloudevents-batch+json', toJsonBatch(records))
      const { results = [], detail = '' } = body as { results?: BatchResult[]; detail?: string }
      return { status, results, detail }
    },
    call: (name, event) =>
      post(name, 'application/cloudevents+json', [
        Buffer.from(JSON.stringify({ specversion: '1.0', ...event })),
      ]),
  }
}

/** Not by fetch(), which gives up on an answer that takes longer than five minutes to begin: a build may. */
function send(url: URL, options: RequestOptions, body: Buffer[]): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const sent = request(url, options, response => {
      json(response).then(answer => resolve({ status: response.statusCode ?? 503, body: answer }), reject)
    }).once('error', reject)
    for (const piece of body) sent.write(piece)
    sent.end()
  })
}
