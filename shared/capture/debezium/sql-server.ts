import type { ColumnType, SourceTable } from '../../config/index.ts'
import type { RawRow } from '../admission.ts'
import type { DebeziumValue } from './read-value.ts'

/** Debezium's count, if it counts, moves from one sending to the next; the change's name does not. */
export type SqlServerPlace = {
  commit: bigint
  commitDigits: 20
  ordinal: number | undefined
  change: LogChange
}

/** A change of SQL Server's log. */
export type LogChange = {
  /** Its commit's LSN, 20 hex digits. */
  commit: string
  /** Its LSN and its number among the events at that LSN, in hex: compared as text, in the log's order. */
  at: string
  /** Its name in its commit, the same however often it is sent. */
  id: string
}

const LSN = /^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/i
const SERIAL_DIGITS = 8

/** The commit's LSN, and the change's own: a deferred update is a deletion and a creation at one LSN. */
export function readSqlServerPlace(
  origin: Record<string, unknown>,
  op: string,
  ordinal: number | undefined,
): SqlServerPlace | undefined {
  const commit = readLsn(origin.commit_lsn)
  const change = readLsn(origin.change_lsn)
  if (commit === undefined || change === undefined) return undefined
  const number = Number(origin.event_serial_no ?? 0)
  const at = `${change}${number.toString(16).padStart(SERIAL_DIGITS, '0')}`
  return {
    commit: BigInt(`0x${commit}`),
    commitDigits: 20,
    ordinal,
    change: { commit, at, id: `${at} ${op} ${origin.table}` },
  }
}

/** Three numbers of a width each, 0001f0af:00001b98:0005, as 20 digits. */
function readLsn(text: unknown): string | undefined {
  return typeof text === 'string' && LSN.test(text) ? text.replaceAll(':', '').toLowerCase() : undefined
}

/**
 * What SQL Server's change tables hold: the row after a change whole, of the row before no long value that did not change, and
 * of a deleted one no text or image at all. Debezium tells a null of the row after from a value that did not change by a mask
 * that it reads wrongly (debezium#8064), and a long value that was not recorded from a null only sometimes (#8078).
 */
export function mendSqlServerRows(table: SourceTable, { before, after }: Rows): void {
  for (const [name, value] of after ?? []) if (value === undefined) after?.set(name, null)
  for (const [name, value] of before ?? []) {
    const column = table.columns[name]
    const isLong = column?.type && LONG_KINDS.includes(column.type.kind)
    const isNeeded = table.key.includes(name) || name === table.client
    if (value === null && isLong && !isNeeded) before?.set(name, undefined)
  }
}

type Rows = Record<'before' | 'after', RawRow<DebeziumValue> | undefined>

/** Declared types of columns that may be varchar(max), nvarchar(max), text, varbinary(max) or image there. */
const LONG_KINDS: ColumnType['kind'][] = ['string', 'binary']
