import type { Source, SourceTable } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import {
  countValues,
  IncompatibleSchemaError,
  sourceColumns,
  Table,
  tablePath,
  UnsupportedTableError,
  WiderSchemaError,
  widenTable,
} from '../../../shared/lake/index.ts'
import { type Flow, landingFlow } from '../../../shared/lineage/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { landEvents } from './land-events.ts'

type Destination = { system: string; source: SourceTable; table: Table }

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

/** A table of up to so many values (rows times columns) is rewritten during landing when a column becomes wider: ten seconds. */
const WIDEN_IN_PASSING_VALUES = 10_000_000

async function landTopic(destination: Destination, events: BusEvent[], log: Logger): Promise<BatchResult[]> {
  const { source, table } = destination
  const refresh = () => table.exclusive(() => table.refresh())
  for (let isFresh = false; ; isFresh = true)
    try {
      if (!table.snapshot.exists) await refresh()
      return await land(destination, events, log)
    } catch (error) {
      if (error instanceof UnsupportedTableError) {
        // Once the table is rewritten, these events fit.
        log.error({ table: table.path }, describeError(error))
        return answerAll(events, 'retry', 'unsupported_table')
      }
      const isWider = error instanceof WiderSchemaError
      if (!isWider && !(error instanceof IncompatibleSchemaError)) throw error
      // Another writer may have changed the columns.
      if (!isFresh) await refresh()
      else if (!isWider) {
        // All of them, also the snapshot's end: without the rows before it, it would mark their keys deleted.
        log.error(
          { table: table.path, topic: source.topic, events: events.length, problem: error.message },
          'columns that do not fit the lake: events parked, to be replayed once the source file is corrected',
        )
        return answerAll(events, 'parked', 'incompatible_schema')
      } else if (countValues(table) > WIDEN_IN_PASSING_VALUES) {
        log.warn({ table: table.path }, `${error.message}: events wait until compact-lake has rewritten it`)
        return answerAll(events, 'retry', 'table_is_widened')
      } else await table.exclusive(() => widenTable(table, sourceColumns(source)))
    }
}

async function land({ source, table }: Destination, events: BusEvent[], log: Logger): Promise<BatchResult[]> {
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
      'the bus ends before the landed offsets: see docs/playbooks/restore.md',
    )
  return results
}

function answerAll(events: BusEvent[], status: 'parked' | 'retry', reason: string): BatchResult[] {
  return events.map(({ id }) => ({ id, status, reason }))
}
