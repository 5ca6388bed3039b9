import { Cron } from 'croner'
import type { ScheduleTrigger } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { LEASE_RETRY_MS, type Leases, type Store, underLease } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller } from './caller.ts'
import { pause } from './wake.ts'

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
 * Calls a function when its schedule is due, once however many connectors run: whoever writes the run's row first has
 * it. Runs that were missed while nobody was there collapse to one.
 */
export async function keepSchedule(options: ClockOptions): Promise<void> {
  const { name, index, schedule, store, signal, log } = options
  const id = `${name}/${index}`
  const cron = new Cron(schedule.cron, { timezone: schedule.timeZone, paused: true })
  let after: Date | undefined
  let claimed: Date | undefined
  while (!signal.aborted) {
    try {
      after ??= await lastDue(store, id)
      const due = latestDue(cron, after, new Date())
      if (!due) {
        const next = cron.nextRun(after)
        await pause(Math.min(next ? next.getTime() - Date.now() + 1 : MAX_SLEEP_MS, MAX_SLEEP_MS), signal)
        continue
      }
      // Ours already where the store went away between the claim and the run's end.
      if (claimed?.getTime() === due.getTime() || (await claim(store, id, due))) {
        claimed = due
        await runOnce(options, id, due)
      }
      after = due
    } catch (error) {
      if (signal.aborted) return
      log.error({ schedule: id, error: describeError(error) }, 'a scheduled run failed and is tried again')
      await pause(LEASE_RETRY_MS, signal)
    }
  }
}

/** When the schedule was due that somebody last took; now for one that never was. */
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

async function claim(store: Store, schedule: string, due: Date): Promise<boolean> {
  const rows = await store.query(
    'insert into ops.schedule_run (schedule, due_at) values ($1, $2) on conflict do nothing returning schedule',
    [schedule, due],
  )
  return rows.length > 0
}

async function runOnce(
  { name, schedule, store, leases, caller, log, signal }: ClockOptions,
  id: string,
  due: Date,
): Promise<void> {
  await underLease(leases, `exclusive/${schedule.exclusive ?? name}`, signal, async () => {
    // With the lock in hand, a run of this schedule that is still "running" was cut off with its process.
    await store.query(
      `update ops.schedule_run set status = 'abandoned' where schedule = $1 and due_at < $2 and status = 'running'`,
      [id, due],
    )
    const source = `/schedules/${id}`
    const reply = await caller.call(name, {
      id: `${id}/${due.toISOString()}`,
      type: 'cordage.schedule.v1',
      source,
      data: schedule.input,
    })
    const isDone = reply.status < 300
    if (!isDone && signal.aborted) {
      // Cut off because we stop: it is due again at the next start.
      await store.query('delete from ops.schedule_run where schedule = $1 and due_at = $2', [id, due])
      return
    }
    if (!isDone)
      log.error({ schedule: id, status: reply.status, reply: reply.body }, 'a scheduled run failed')
    await store.query(
      'update ops.schedule_run set finished_at = now(), status = $3, detail = $4 where schedule = $1 and due_at = $2',
      [id, due, isDone ? 'done' : 'failed', isDone ? null : JSON.stringify(reply.body)],
    )
  })
}
