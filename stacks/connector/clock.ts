import { Cron } from 'croner'
import type { ScheduleTrigger } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import {
  LEASE_RETRY_MS,
  type Lease,
  type Leases,
  type Query,
  type Store,
  underLease,
} from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller } from './caller.ts'
import { describeReply, judge } from './reply.ts'
import { pause, retryMs } from './wake.ts'

/** setTimeout's longest; a later run is waited for in steps. */
const MAX_SLEEP_MS = 60_000

type ClockOptions = {
  name: string
  index: number
  schedule: ScheduleTrigger
  store: Store
  leases: Leases
  caller: Caller
  log: Logger
  signal: AbortSignal
}

/**
 * Calls a function when its schedule is due, once however many connectors run: each due time has one row, and the holder of
 * the lock runs what the row says is still to be done. Runs that were missed while no connector ran collapse to one. A run
 * whose function is down or cannot run yet is retried with growing delay, and one whose connector was killed is run
 * again, until the next one is due.
 */
export async function keepSchedule(options: ClockOptions): Promise<void> {
  const { name, index, schedule, store, signal, log } = options
  const id = `${name}/${index}`
  const cron = new Cron(schedule.cron, { timezone: schedule.timeZone, paused: true })
  let after: Date | undefined
  while (!signal.aborted) {
    try {
      after ??= await lastDue(store, id)
      const due = latestDue(cron, after, new Date())
      if (due) {
        await store.query(
          `insert into ops.schedule_run (schedule, due_at, status) values ($1, $2, 'waiting') on conflict do nothing`,
          [id, due],
        )
        after = due
      }
      const waitMs = await runPending(options, id)
      const nextMs = (cron.nextRun(after)?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now() + 1
      await pause(Math.max(0, Math.min(nextMs, waitMs, MAX_SLEEP_MS)), signal)
    } catch (error) {
      if (signal.aborted) return
      log.error({ schedule: id, error: describeError(error) }, 'a scheduled run failed and is retried')
      await pause(LEASE_RETRY_MS, signal)
    }
  }
}

/** The due time of the schedule's last run; now for a schedule that never ran. */
async function lastDue(store: Store, id: string): Promise<Date> {
  const [row] = await store.query<{ due_at: Date | null }>(
    'select max(due_at) as due_at from ops.schedule_run where schedule = $1',
    [id],
  )
  return row?.due_at ?? new Date()
}

/** The last moment in (after, now] at which the schedule was due. */
export function latestDue(cron: Cron, after: Date, now: Date): Date | undefined {
  const first = cron.nextRun(after)
  if (!first || first > now) return undefined
  // The past is searched from its end, in growing steps, so that a year's absence costs as little as a minute's.
  for (let backMs = 60_000; now.getTime() - backMs > first.getTime(); backMs *= 2) {
    const found = lastBetween(cron, new Date(now.getTime() - backMs), now)
    if (found) return found
  }
  return lastBetween(cron, new Date(first.getTime() - 1000), now)
}

function lastBetween(cron: Cron, from: Date, to: Date): Date | undefined {
  let last: Date | undefined
  for (let next = cron.nextRun(from); next && next <= to; next = cron.nextRun(next)) last = next
  return last
}

type Run = { due_at: Date; attempts: number; wait_ms: number }

/** The last run that is due, unless it has ended. One that runs is either another's, who has the lock, or was cut off. */
async function findPending(query: Query, schedule: string): Promise<Run | undefined> {
  const [run] = await query<Run & { is_pending: boolean }>(
    `select due_at, attempts, status in ('waiting', 'running') as is_pending,
       greatest(0, extract(epoch from next_try_at - clock_timestamp()) * 1000)::float8 as wait_ms
     from ops.schedule_run where schedule = $1 order by due_at desc limit 1`,
    [schedule],
  )
  return run?.is_pending ? run : undefined
}

/** Runs what is due. @returns how long it can be left alone */
async function runPending(options: ClockOptions, id: string): Promise<number> {
  const { name, schedule, store, leases, signal } = options
  const pending = await findPending(store.query, id)
  if (!pending) return MAX_SLEEP_MS
  if (pending.wait_ms > 0) return pending.wait_ms
  return await underLease(leases, `exclusive/${schedule.exclusive ?? name}`, signal, async lease => {
    // The previous holder may have run it meanwhile.
    const run = await findPending(store.query, id)
    if (!run) return MAX_SLEEP_MS
    return run.wait_ms > 0 ? run.wait_ms : await runOnce(options, id, run, lease)
  })
}

/** Calls the function and writes down what came of it. @returns how long the schedule can be left alone */
async function runOnce(
  { name, schedule, store, caller, log, signal }: ClockOptions,
  id: string,
  { due_at: due, attempts }: Run,
  lease: Lease,
): Promise<number> {
  const attempt = attempts + 1
  await store.query(
    `update ops.schedule_run set status = case when due_at = $2 then 'running' else 'abandoned' end,
       attempts = case when due_at = $2 then $3 else attempts end, started_at = case when due_at = $2 then now() else started_at end
     where schedule = $1 and due_at <= $2 and status in ('waiting', 'running')`,
    [id, due, attempt],
  )
  if (attempt > 1) log.warn({ schedule: id, due, attempt }, 'retrying a scheduled run')
  const reply = await caller.call(
    name,
    {
      id: `${id}/${due.toISOString()}`,
      type: 'cordage.schedule.v1',
      source: `/schedules/${id}`,
      data: schedule.input,
    },
    lease.signal,
  )
  const verdict = judge(reply)
  const detail = verdict === 'done' ? null : `${reply.status}: ${describeReply(reply)}`
  // Interrupted because we stop, or because another has the lock: the next holder runs it again.
  const isCutOff = verdict !== 'done' && (signal.aborted || lease.signal.aborted)
  const isWaiting = verdict === 'outage' || isCutOff
  const waitMs = isCutOff ? 0 : retryMs(attempt, reply.retryAfterMs)
  if (detail && !isCutOff)
    log[isWaiting ? 'warn' : 'error'](
      { schedule: id, status: reply.status, reply: reply.body, ...(isWaiting && { waitMs }) },
      isWaiting ? 'a scheduled run waits and is retried' : 'a scheduled run failed',
    )
  // Under its number: if another has restarted the run meanwhile, that one ends it.
  await store.query(
    `update ops.schedule_run set status = $4, detail = $5,
       finished_at = case when $4 <> 'waiting' then now() end,
       next_try_at = case when $4 = 'waiting' then now() + $6 * interval '1 millisecond' end
     where schedule = $1 and due_at = $2 and attempts = $3`,
    [id, due, attempt, isWaiting ? 'waiting' : verdict === 'done' ? 'done' : 'failed', detail, waitMs],
  )
  return isWaiting ? waitMs : MAX_SLEEP_MS
}
