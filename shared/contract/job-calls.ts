import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../config/index.ts'
import { BadInputError } from '../errors/index.ts'
import { findJob, type Job, type NewJob, type Outcome, startJob } from '../jobs/index.ts'
import type { Query } from '../store/index.ts'
import { idOf } from './batch.ts'
import type { BatchResult } from './define.ts'
import type { Identity } from './identity.ts'
import type { FunctionReply, Message, RawEvent } from './message.ts'
import type { Problem } from './problem.ts'
import { plainReply, problemReply } from './reply.ts'

/** Interval between checks whether an awaited job has ended. */
const LOOK_MS = 100
/** The longest that a caller may wait: proxies give up sooner. */
const MAX_WAIT_S = 600

/** Where a function's jobs are kept, and the runner to wake for a new one. */
export type JobDesk = { query: Query; started(): void }

/** A schedule's run that has not started yet also serves as the next one. */
const SCHEDULE = 'cordage.schedule.v1'

const fromEvent = ({ id, source, type }: RawEvent): Partial<NewJob> => ({
  ...(typeof id === 'string' && typeof source === 'string' && { eventId: `${source}#${id}` }),
  ...(type === SCHEDULE && typeof source === 'string' && { series: source }),
})

const askedBy = (identity: Identity | undefined): Partial<NewJob> => ({
  requestedBy: identity?.subject,
  requestedAs: identity,
})

/** Starts the job that a request asks for, and waits for its end for as long as the caller wishes. */
export async function answerStart(
  desk: JobDesk,
  job: { function: string; input: unknown },
  {
    message,
    identity,
    callbackUrl,
    waitMs,
    signal,
  }: {
    message: Message | undefined
    identity: Identity | undefined
    callbackUrl: string | undefined
    waitMs: number
    signal: AbortSignal
  },
): Promise<FunctionReply> {
  const id = await startJob(desk.query, {
    ...job,
    ...(message?.kind === 'event' && fromEvent(message.event)),
    ...askedBy(identity),
    callbackUrl,
  })
  desk.started()
  // X-Call-Id: OpenFaaS' name for the same.
  const headers = { location: `/jobs/${id}`, 'x-call-id': id }
  const ended = waitMs > 0 ? await waitForEnd(desk.query, id, waitMs, signal) : undefined
  if (!ended) return withHeaders(plainReply(202, JSON.stringify({ jobId: id })), headers)
  const applied = { ...headers, 'preference-applied': `wait=${waitMs / 1000}` }
  if (ended.state === 'done') return withHeaders(plainReply(200, JSON.stringify(ended.result)), applied)
  if (ended.state === 'cancelled')
    return problemReply(409, 'Cancelled', `the job ${id} was cancelled`, {
      reason: 'cancelled',
      headers: applied,
    })
  const problem = ended.problem as Problem
  return withHeaders(plainReply(problem.status, JSON.stringify(problem), 'application/problem+json'), applied)
}

const withHeaders = (reply: FunctionReply, headers: Record<string, string>): FunctionReply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
})

/** @returns the job, once it has ended; undefined where that takes longer */
async function waitForEnd(
  query: Query,
  id: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Job | undefined> {
  for (const until = Date.now() + waitMs; Date.now() < until; ) {
    const job = await findJob(query, id)
    if (job?.finishedAt) return job
    await sleep(Math.min(LOOK_MS, Math.max(until - Date.now(), 0)), undefined, { signal })
  }
  return undefined
}

/** How long a caller wishes to wait for a job's end: `Prefer: wait=<seconds>` (RFC 7240). */
export function readWaitMs(header: string | string[] | undefined): number {
  const [, seconds = '0'] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,6})/i.exec([header].flat().join(',')) ?? []
  return Math.min(Number(seconds), MAX_WAIT_S) * 1000
}

/** A job for each event of a batch. @param asked.parse refuses an input */
export async function startEach(
  desk: JobDesk,
  name: string,
  events: RawEvent[],
  { identity, parse }: { identity: Identity | undefined; parse: (data: unknown) => unknown },
): Promise<BatchResult[]> {
  const results: BatchResult[] = []
  for (const event of events) {
    const id = idOf(event)
    try {
      await startJob(desk.query, {
        function: name,
        input: parse(event.data),
        ...fromEvent(event),
        ...askedBy(identity),
      })
      results.push({ id, status: 'done' })
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error
      results.push({ id, status: 'parked', reason: error.reason })
    }
  }
  desk.started()
  return results
}

/** Where a job's end is posted: only to hosts that the settings name, so that no other can be reached. */
export function readCallback(
  header: string | string[] | undefined,
  { JOB_CALLBACK_SECRET, JOB_CALLBACK_HOSTS }: Settings,
): string | undefined {
  if (header === undefined) return undefined
  const refuse = (why: string) => new BadInputError(`X-Callback-Url: ${why}`, { field: 'X-Callback-Url' })
  if (JOB_CALLBACK_SECRET === undefined)
    throw refuse('callbacks are signed, and JOB_CALLBACK_SECRET is not set')
  const url = typeof header === 'string' && URL.canParse(header) ? new URL(header) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw refuse('must be an http or https URL without a user')
  if (!JOB_CALLBACK_HOSTS.includes(url.hostname))
    throw refuse(`${url.hostname} is not among JOB_CALLBACK_HOSTS`)
  return url.href
}

/** The outcome of a job's attempt, by the function's reply. */
export function toOutcome({ status, body }: FunctionReply): Outcome {
  const said = JSON.parse(String(body)) as unknown
  if (status < 300) return { isDone: true, result: said }
  const problem = said as Problem
  // An outage ends; an unknown failure or a timeout may succeed on a retry.
  const isOutage = status === 503 || status === 429 || status === 409
  const isBroken = problem.reason === 'unknown_error' || status === 504
  return { isDone: false, problem, again: isOutage ? 'always' : isBroken ? 'limited' : 'never' }
}
