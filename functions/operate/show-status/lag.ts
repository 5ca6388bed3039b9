import type { Query } from '../../../shared/store/index.ts'
import { makeGauge } from '../../../shared/telemetry/index.ts'

let query: Query | undefined

/** Read at each scrape, for whoever scrapes this function: the connectors, which do the reading, listen on no port. */
const behind = makeGauge({
  name: 'cordage_bus_events_behind',
  help: 'Events of a topic that a function has not read yet',
  labels: ['function', 'topic'],
  collect: readLag,
})
const lag = makeGauge({
  name: 'cordage_bus_lag_seconds',
  help: 'Age of the moment at the source up to which a function has read a topic',
  labels: ['function', 'topic'],
})
const parked = makeGauge({
  name: 'cordage_parked_events',
  help: 'Events set aside, by reason',
  labels: ['function', 'reason'],
})

/** Has the gauges tell what this store says. */
export function exportLag(from: Query): void {
  query = from
}

async function readLag(): Promise<void> {
  for (const gauge of [behind, lag, parked]) gauge.reset()
  if (!query) return
  try {
    await readStore(query)
  } catch {
    // A store that is away leaves them out: what is not known is not told.
  }
}

async function readStore(query: Query): Promise<void> {
  const readers = await query<{ consumer: string; topic: string; behind: string; lag: string | null }>(
    `select "group" as consumer, topic, sum(events_behind) as behind,
       case when bool_and(changed_at is not null) then extract(epoch from clock_timestamp() - min(changed_at)) end as lag
     from bus.coverage group by 1, 2`,
  )
  for (const reader of readers) {
    const labels = { function: reader.consumer, topic: reader.topic }
    behind.set(labels, Number(reader.behind))
    if (reader.lag !== null) lag.set(labels, Number(reader.lag))
  }
  const aside = await query<{ function: string; reason: string; count: string }>(
    'select function, reason, count(*) as count from ops.parked group by 1, 2',
  )
  for (const row of aside) parked.set({ function: row.function, reason: row.reason }, Number(row.count))
}
