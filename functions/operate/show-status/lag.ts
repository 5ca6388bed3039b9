import type { Query } from '../../../shared/store/index.ts'
import { makeGauge } from '../../../shared/telemetry/index.ts'

let query: Query | undefined

/**
 * Has the gauges below tell what this store says, at each scrape of this function: of several connectors each knows only
 * what it reads itself.
 */
export function exportLag(from: Query): void {
  query = from
}

const behind = makeGauge({
  name: 'cordage_bus_events_behind',
  help: 'Events of a topic that a function has not read yet',
  labels: ['function', 'topic'],
  collect: () =>
    readStore<{ function: string; topic: string; behind: string }>(
      'select "group" as function, topic, sum(events_behind) as behind from bus.coverage group by 1, 2',
      rows => {
        behind.reset()
        for (const { behind: events, ...labels } of rows) behind.set(labels, Number(events))
      },
    ),
})

const lag = makeGauge({
  name: 'cordage_bus_lag_seconds',
  help: 'Age of the moment at the source up to which a function has read a topic',
  labels: ['function', 'topic'],
  collect: () =>
    readStore<{ function: string; topic: string; lag: string }>(
      `select "group" as function, topic, extract(epoch from clock_timestamp() - min(changed_at)) as lag
       from bus.coverage group by 1, 2 having bool_and(changed_at is not null)`,
      rows => {
        lag.reset()
        for (const { lag: seconds, ...labels } of rows) lag.set(labels, Number(seconds))
      },
    ),
})

const parked = makeGauge({
  name: 'cordage_parked_events',
  help: 'Events set aside, by reason',
  labels: ['function', 'reason'],
  collect: () =>
    readStore<{ function: string; reason: string; count: string }>(
      'select function, reason, count(*) as count from ops.parked group by 1, 2',
      rows => {
        parked.reset()
        for (const { count, ...labels } of rows) parked.set(labels, Number(count))
      },
    ),
})

const replaced = makeGauge({
  name: 'cordage_replaced_values',
  help: 'Values that became null because their type cannot hold them, or because their row names no client',
  labels: ['system', 'table', 'column', 'reason'],
  collect: () =>
    readStore<{ system: string; table: string; column: string; reason: string; count: string }>(
      'select system, table_name as table, column_name as column, reason, count from ingest.replaced_value',
      rows => {
        replaced.reset()
        for (const { count, ...labels } of rows) replaced.set(labels, Number(count))
      },
    ),
})

const failing = makeGauge({
  name: 'cordage_failing_checks',
  help: 'Checks that did not pass in the last build, and are not silenced',
  labels: ['check', 'severity'],
  collect: () =>
    readStore<{ check: string; severity: string }>(
      `select check_name as "check", severity from ops.quality_result
       where run_id = (select max(run_id) from ops.quality_run) and state = 'failed'`,
      rows => {
        failing.reset()
        for (const labels of rows) failing.set(labels, 1)
      },
    ),
})

async function readStore<Row extends object>(text: string, tell: (rows: Row[]) => void): Promise<void> {
  try {
    tell((await query?.<Row>(text)) ?? [])
  } catch {
    // Export nothing if the query fails.
    tell([])
  }
}
