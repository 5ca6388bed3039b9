import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../errors/index.ts'
import type { Lease, Leases, Store } from '../store/index.ts'
import { type Logger, makeCounter } from '../telemetry/index.ts'
import { sendCallbacks } from './callback.ts'
import {
  type ClaimedJob,
  claimJob,
  type Ending,
  endAttempt,
  findCancelled,
  findOpenJobs,
  type Progress,
  saveProgress,
} from './job-store.ts'

/** Interval between checks for jobs that others have started, or left. */
const LOOK_MS = 1000
/** Interval between checks for cancellation of running jobs; progress is written as often. */
const BEAT_MS = 500
/** After a failure a job is left alone for so long, doubled each time. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000

const ended = makeCounter({
  name: 'cordage_jobs_total',
  help: 'Attempts of jobs by how they ended',
  labels: ['function', 'state'],
})

/** Reports a job's progress: the share that is done, from 0 to 1, and a sentence. */
export type Report = (share: number, text: string) => void

/** How an attempt ended. `again`: whether to retry, and whether the attempt counts. */
export type Outcome =
  | { isDone: true; result: unknown }
  | {
      isDone: false
      problem: { reason: string } & Record<string, unknown>
      again: 'never' | 'limited' | 'always'
    }

/** A function whose jobs are run here. */
export type JobFunction = {
  name: string
  /** Most attempts of a job that fails or whose process dies. */
  maxAttempts: number
  perform(job: ClaimedJob, options: { signal: AbortSignal; report: Report }): Promise<Outcome>
}

export type JobRunner = {
  /** Checks for jobs at once. */
  wake(): void
  /** Stops running jobs; another process resumes them. */
  close(): Promise<void>
}

type Running = { lease: Lease; function: string; cancel: AbortController; progress?: Progress | undefined }

/**
 * Runs the jobs of these functions, one of each at a time, whoever started them. A job belongs to one process while that
 * renews its lease; if the process dies, the next that finds the job runs it again.
 */
export function startJobRunner(options: {
  store: Pick<Store, 'query'>
  leases: Leases
  functions: JobFunction[]
  /** Signs callbacks. */
  callbackSecret?: string | undefined
  log: Logger
}): JobRunner {
  const { store, leases, log, callbackSecret: secret } = options
  const functions = new Map(options.functions.map(one => [one.name, one]))
  const running = new Map<string, Running>()
  const stopping = new AbortController()
  const attempts = new Set<Promise<void>>()
  let waker = Promise.withResolvers<void>()
  const wake = () => waker.resolve()

  const attempt = async (id: string, own: JobFunction, entry: Running): Promise<void> => {
    const { lease, cancel } = entry
    const job = await claimJob(store.query, id, lease)
    if (!job) return
    const report: Report = (share, text) => {
      entry.progress = { id, fencing: lease.fencing, share: Math.min(Math.max(share, 0), 1), text }
    }
    const signal = AbortSignal.any([lease.signal, cancel.signal, stopping.signal])
    const outcome = job.failures < own.maxAttempts ? await own.perform(job, { signal, report }) : DIED
    // Another process has it: this attempt's outcome is dropped.
    if (lease.signal.aborted) return
    const ending = endingOf(outcome, job, own, {
      isCancelled: cancel.signal.aborted,
      isStopping: stopping.signal.aborted,
    })
    await endAttempt(store.query, id, lease, ending)
    ended.inc({ function: own.name, state: ending.state })
    if (ending.state === 'failed')
      log.error({ job: id, function: own.name, problem: ending.problem }, 'a job failed')
  }

  const begin = async (id: string, own: JobFunction): Promise<void> => {
    const lease = await leases.tryAcquire(`job/${id}`)
    if (!lease) return
    const entry = { lease, function: own.name, cancel: new AbortController() }
    running.set(id, entry)
    const done = attempt(id, own, entry)
      .catch(error => log.error({ job: id, error: describeError(error) }, 'a job could not be finished'))
      .finally(async () => {
        running.delete(id)
        await leases.release(lease).catch(() => {})
        attempts.delete(done)
        wake()
      })
    attempts.add(done)
  }

  const look = async () => {
    const busy = new Set([...running.values()].map(one => one.function))
    const free = [...functions.keys()].filter(name => !busy.has(name))
    if (free.length === 0) return
    for (const { id, function: name } of await findOpenJobs(store.query, free, leases.owner)) {
      const own = functions.get(name)
      if (own && !stopping.signal.aborted) await begin(id, own)
    }
  }

  const beat = async () => {
    if (running.size === 0) return
    const updates = [...running.values()].flatMap(({ progress }) => progress ?? [])
    for (const one of running.values()) one.progress = undefined
    if (updates.length > 0) await saveProgress(store.query, updates)
    for (const id of await findCancelled(store.query, [...running.keys()]))
      running.get(id)?.cancel.abort(new Error('the job was cancelled'))
  }

  const loop = async (everyMs: number, work: () => Promise<void>, woken: () => Promise<void>) => {
    while (!stopping.signal.aborted) {
      await work().catch(error => log.warn({ problem: describeError(error) }, 'cannot maintain the jobs'))
      await Promise.race([sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {}), woken()])
    }
  }
  const loops = [
    loop(LOOK_MS, look, async () => {
      await waker.promise
      waker = Promise.withResolvers()
    }),
    loop(BEAT_MS, beat, () => NEVER),
    ...(secret
      ? [
          loop(
            LOOK_MS,
            () => sendCallbacks(store, [...functions.keys()], { secret, log, signal: stopping.signal }),
            () => NEVER,
          ),
        ]
      : []),
  ]

  return {
    wake,
    async close() {
      stopping.abort(new Error('the process stops'))
      await Promise.all([...loops, ...attempts])
    },
  }
}

const NEVER = new Promise<void>(() => {})

const DIED: Outcome = {
  isDone: false,
  again: 'never',
  problem: {
    type: 'about:blank',
    title: 'Failed',
    status: 500,
    detail: 'the process that ran it died on every attempt',
    reason: 'process_died',
  },
}

function endingOf(
  outcome: Outcome,
  job: ClaimedJob,
  { maxAttempts }: JobFunction,
  { isCancelled, isStopping }: { isCancelled: boolean; isStopping: boolean },
): Ending {
  if (outcome.isDone) return { state: 'done', result: outcome.result }
  if (isCancelled) return { state: 'cancelled' }
  if (isStopping) return { state: 'waiting', afterMs: 0, because: 'stop' }
  const { problem, again } = outcome
  if (again === 'never' || (again === 'limited' && job.failures + 1 >= maxAttempts))
    return { state: 'failed', problem }
  return {
    state: 'waiting',
    problem,
    afterMs: Math.min(FIRST_WAIT_MS * 2 ** Math.min(job.attempts - 1, 10), LONGEST_WAIT_MS),
    because: again === 'limited' ? 'failure' : 'outage',
  }
}
