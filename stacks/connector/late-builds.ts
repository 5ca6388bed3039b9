import { Cron } from 'croner'
import type { AlertKey, Alerts } from '../../shared/alerts/index.ts'
import type { Trigger } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import type { Query } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import { pause } from './wake.ts'

const BUILDER = 'build-warehouse'
const LOOK_EVERY_MS = 60_000
/** A build may fail or take its time once. */
const LATE_INTERVALS = 2

const LATE: AlertKey = { name: 'build_late', severity: 'critical', labels: {} }

type Options = {
  triggers: Trigger[]
  store: { query: Query }
  alerts: Alerts
  log: Logger
  signal: AbortSignal
}

/** Tells when no build has finished for two intervals of its schedule, and when one has again. */
export async function watchBuilds({ triggers, store, alerts, log, signal }: Options): Promise<void> {
  const intervalMs = shortestIntervalMs(triggers)
  if (intervalMs === undefined) return
  const startedAt = Date.now()
  // Another process may have told so before.
  let wasLate: boolean | undefined
  while (!signal.aborted) {
    try {
      const finishedAt = await lastFinished(store.query)
      // What was off is not late.
      const lateMs = Date.now() - Math.max(finishedAt?.getTime() ?? 0, startedAt)
      const isLate = lateMs > LATE_INTERVALS * intervalMs
      if (isLate) await alerts.send([describe(finishedAt)])
      else if (wasLate !== false) await alerts.resolve([LATE])
      wasLate = isLate
    } catch (error) {
      log.warn({ problem: describeError(error) }, 'cannot tell whether a build is late')
    }
    await pause(LOOK_EVERY_MS, signal)
  }
}

/** Between the runs of the schedule that comes most often. @returns undefined where nothing builds by itself */
export function shortestIntervalMs(triggers: Trigger[]): number | undefined {
  const schedules = triggers.find(trigger => trigger.function === BUILDER)?.schedules ?? []
  const intervals = schedules.flatMap(({ cron, timeZone }) => {
    const [next, afterNext] = new Cron(cron, { timezone: timeZone, paused: true }).nextRuns(2)
    return next && afterNext ? [afterNext.getTime() - next.getTime()] : []
  })
  return intervals.length > 0 ? Math.min(...intervals) : undefined
}

async function lastFinished(query: Query): Promise<Date | null> {
  const [row] = await query<{ finished_at: Date | null }>(
    `select max(finished_at) as finished_at from ops.job_record where function = $1 and state = 'done'`,
    [BUILDER],
  )
  return row?.finished_at ?? null
}

const describe = (finishedAt: Date | null) => ({
  ...LATE,
  summary: 'No build of the warehouse has finished for two intervals of its schedule',
  description: `The last one finished ${finishedAt ? `at ${finishedAt.toISOString()}` : 'never, or more than a week ago'}. The marts are as old. What to do: docs/playbooks/failed-build.md`,
})
