import type { Source } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import { Table, tablePath } from '../../../shared/lake/index.ts'
import { type Flow, landingFlow } from '../../../shared/lineage/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import { answerAll, type Destination, landTopic } from './land-topic.ts'

/**
 * Writes change events to the lake's Delta tables: per table one commit a batch, with how far each bus partition has
 * landed (offset and position) in the same commit. That makes a repeat harmless: an event up to there is skipped,
 * whichever writer gets it.
 */
export default defineEventFunction({
  name: 'land-changes',
  summary: 'Writes change events to the lake, each exactly once',
  uses: ['objects', 'sources'],
  // A backlog's largest batches, of all tables at once, on a slow disk.
  timeoutMs: 120_000,

  init({ resources }) {
    return { destinations: findDestinations(resources.sources, resources.objects) }
  },

  async handleBatch(events, { state, log, lineage }) {
    const landings = [...Map.groupBy(events, event => event.topic)].map(async ([topic, events]) => {
      const destination = state.destinations.get(topic)
      if (!destination) return answerAll(events, 'parked', 'unknown_table')
      const results = await landTopic(destination, events, log)
      lineage(toFlow(destination, results))
      return results
    })
    const settled = await Promise.allSettled(landings)
    // Thrown again for all: what has landed of the other tables is skipped when the batch is redelivered.
    for (const landing of settled) if (landing.status === 'rejected') throw landing.reason
    return settled.flatMap(landing => (landing.status === 'fulfilled' ? landing.value : []))
  },
})

/** What has landed, in which version of its table. */
function toFlow({ system, source, table: { snapshot } }: Destination, results: BatchResult[]): Flow {
  const rows = results.filter(({ status }) => status === 'done').length
  return landingFlow(system, source, { rows, ...(snapshot.exists && { version: String(snapshot.version) }) })
}

/** Tables stay open between batches: their snapshots follow the log instead of being read from the start. */
function findDestinations(sources: Source[], objects: ObjectStore): Map<string, Destination> {
  const destinations = sources.flatMap(({ system, tables }) =>
    tables.map((source): [string, Destination] => [
      source.topic,
      { system, source, table: new Table(objects, tablePath(system, source.name)) },
    ]),
  )
  return new Map(destinations)
}
