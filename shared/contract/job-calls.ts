import type { Settings } from '../config/index.ts'
import { BadInputError } from '../errors/index.ts'
import { type NewJob, type Outcome, startJob } from '../jobs/index.ts'
import type { Query } from '../store/index.ts'
import type { Identity } from './access.ts'
import { idOf } from './batch.ts'
import type { BatchResult } from './define.ts'
import type { FunctionReply, Message, RawEvent } from './message.ts'
import type { Problem } from './problem.ts'

/** Where a function's jobs are kept, and who is told that there is a new one. */
export type JobDesk = { query: Query; started(): void }

/** Schedules wait for one another: a run that has not begun yet stands for the next as well. */
const SCHEDULE = 'cordage.schedule.v1'

const fromEvent = ({ id, source, type }: RawEvent): Partial<NewJob> => ({
  ...(typeof id === 'string' && typeof source === 'string' && { eventId: `${source}#${id}` }),
  ...(type === SCHEDULE && typeof source === 'string' && { series: source }),
})

/** Starts the job that a request asks for. @returns its id */
export async function startRequested(
  desk: JobDesk,
  job: { function: string; input: unknown },
  {
    message,
    identity,
    callbackUrl,
  }: { message: Message | undefined; identity: Identity | undefined; callbackUrl: string | undefined },
): Promise<string> {
  const id = await startJob(desk.query, {
    ...job,
    ...(message?.kind === 'event' && fromEvent(message.event)),
    requestedBy: identity?.subject,
    callbackUrl,
  })
  desk.started()
  return id
}

/** A job for each event of a batch. @param parse refuses an input */
export async function startEach(
  desk: JobDesk,
  name: string,
  events: RawEvent[],
  parse: (data: unknown) => unknown,
): Promise<BatchResult[]> {
  const results: BatchResult[] = []
  for (const event of events) {
    const id = idOf(event)
    try {
      await startJob(desk.query, { function: name, input: parse(event.data), ...fromEvent(event) })
      results.push({ id, status: 'done' })
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error
      results.push({ id, status: 'parked', reason: error.reason })
    }
  }
  desk.started()
  return results
}

/** Where the caller wants to be told of a job's end: only hosts that the settings name, so that nothing else is reached. */
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

/** What a function's reply says of an attempt at a job. */
export function toOutcome({ status, body }: FunctionReply): Outcome {
  const said = JSON.parse(body) as unknown
  if (status < 300) return { isDone: true, result: said }
  const problem = said as Problem
  // What is away comes back; what nobody foresaw, or took too long, may go better once more.
  const isOutage = status === 503 || status === 429 || status === 409
  const isBroken = problem.reason === 'unknown_error' || status === 504
  return { isDone: false, problem, again: isOutage ? 'always' : isBroken ? 'limited' : 'never' }
}
