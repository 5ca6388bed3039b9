import type { Source, SourceTable } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import {
  IncompatibleSchemaError,
  Table,
  tablePath,
  UnsupportedTableError,
} from '../../../shared/lake/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { landEvents } from './land-events.ts'

type Destination = { source: SourceTable; table: Table }

/**
 * Writes change events to the lake's Delta tables: per table one commit a batch, with how far each bus partition has
 * landed (offset and position) in the same commit. That makes a repeat harmless: an event up to there is skipped, by
 * whichever writer it comes.
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

  async handleBatch(events, { state, log }) {
    const landings = [...Map.groupBy(events, event => event.topic)].map(([topic, events]) => {
      const destination = state.destinations.get(topic)
      return destination ? landTopic(destination, events, log) : parkAll(events, 'unknown_table')
    })
    const settled = await Promise.allSettled(landings)
    // Thrown again for all: what has landed of the other tables is skipped when the batch comes again.
    for (const landing of settled) if (landing.status === 'rejected') throw landing.reason
    return settled.flatMap(landing => (landing.status === 'fulfilled' ? landing.value : []))
  },
})

/** Tables stay open between batches: their snapshots follow the log instead of being read anew. */
function findDestinations(sources: Source[], objects: ObjectStore): Map<string, Destination> {
  const destinations = sources.flatMap(({ system, tables }) =>
    tables.map((source): [string, Destination] => [
      source.topic,
      { source, table: new Table(objects, tablePath(system, source.name)) },
    ]),
  )
  return new Map(destinations)
}

function landTopic({ source, table }: Destination, events: BusEvent[], log: Logger): Promise<BatchResult[]> {
  return table.exclusive(async () => {
    try {
      if (!table.snapshot.exists) await table.refresh()
      const { results, mismatches } = await landEvents(table, source, events)
      for (const [column, those] of Map.groupBy(mismatches, mismatch => mismatch.column))
        log.warn(
          {
            table: table.path,
            column: column.name,
            type: column.type,
            events: those.length,
            first: those[0]?.eventId,
          },
          'values that are not of the declared type: events parked',
        )
      if (results.some(({ reason }) => reason === 'log_went_back'))
        log.error(
          { topic: source.topic },
          'the bus ends below what has landed: see docs/playbooks/restore.md',
        )
      return results
    } catch (error) {
      if (!(error instanceof IncompatibleSchemaError || error instanceof UnsupportedTableError)) throw error
      // The source file is to be mended, and then these events are good: they wait, and parking would lose their order.
      log.error({ table: table.path }, describeError(error))
      return events.map(({ id }) => ({ id, status: 'retry', reason: 'incompatible_schema' }))
    }
  })
}

async function parkAll(events: BusEvent[], reason: string): Promise<BatchResult[]> {
  return events.map(({ id }) => ({ id, status: 'parked', reason }))
}
