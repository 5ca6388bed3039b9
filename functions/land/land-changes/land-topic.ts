import type { SourceTable } from '../../../shared/config/index.ts'
import type { BatchResult } from '../../../shared/contract/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import {
  countValues,
  IncompatibleSchemaError,
  sourceColumns,
  type Table,
  UnsupportedTableError,
  WiderSchemaError,
  widenTable,
} from '../../../shared/lake/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { landEvents } from './land-events.ts'

export type Destination = { system: string; source: SourceTable; table: Table }

/** A table of up to so many values (rows times columns) is rewritten during landing when a column becomes wider: ten seconds. */
const WIDEN_IN_PASSING_VALUES = 10_000_000

/** One topic's events into its table; what does not fit its columns has them widened, waits, or is parked. */
export async function landTopic(
  destination: Destination,
  events: BusEvent[],
  log: Logger,
): Promise<BatchResult[]> {
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

export function answerAll(events: BusEvent[], status: 'parked' | 'retry', reason: string): BatchResult[] {
  return events.map(({ id }) => ({ id, status, reason }))
}
