import type { SqlType, Value } from '../tds/types.ts'
import type { CapturedColumn, CaptureInstance, ChangeRow } from './cdc-state.ts'
import type { LoggedChange } from './log.ts'
import type { Lsn } from './lsn.ts'
import { cellOf, type StoredRow } from './table.ts'
import { equalValues, isMax, isOldLarge, storeValue } from './values.ts'

/** Ways in which servers were seen to differ, which a reader has to bear. */
export type CaptureHabits = {
  /** A `bit not null` is NULL in deletes. */
  losesBitsOfDeletes: boolean
  /** Later statements of a transaction have lower sequence values: `__$command_id` alone orders them. */
  disordersSeqvals: boolean
}

/** @returns the rows of a change table that a logged change makes, as Microsoft documents them */
export function makeChangeRows(
  instance: CaptureInstance,
  change: LoggedChange,
  { startLsn, seqval, habits }: { startLsn: Lsn; seqval: Lsn; habits: CaptureHabits },
): ChangeRow[] {
  const { columns } = instance
  const { kind, before = [], after = [], command } = change
  const make = (
    operation: ChangeRow['operation'],
    row: StoredRow,
    changed: (column: CapturedColumn) => boolean,
  ): ChangeRow => ({
    startLsn,
    seqval,
    operation,
    commandId: command,
    updateMask: makeMask(columns, changed),
    values: columns.map(column => capturedValue(column, row, operation, changed(column), habits)),
  })
  const all = () => true
  switch (kind) {
    case 'insert':
      return [make(2, after, all)]
    case 'delete':
      return [make(1, before, all)]
    case 'deferred update':
      return [make(1, before, all), make(2, after, all)]
    case 'update': {
      const changed = ({ columnId, isComputed }: CapturedColumn) =>
        !isComputed && !equalValues(before[columnId - 1], after[columnId - 1])
      return columns.some(changed) ? [make(3, before, changed), make(4, after, changed)] : []
    }
  }
}

/** A bit for each captured column, by its ordinal; the lowest ordinals are in the last byte. */
function makeMask(columns: readonly CapturedColumn[], changed: (column: CapturedColumn) => boolean): Buffer {
  const mask = Buffer.alloc((columns.length + 7) >> 3)
  for (const column of columns) {
    if (!changed(column)) continue
    const bit = column.ordinal - 1
    const at = mask.length - 1 - (bit >> 3)
    mask[at] = (mask[at] as number) | (1 << (bit & 7))
  }
  return mask
}

const DELETE = 1
const BEFORE = 3

/** A change table does not hold every value: some that it shows as NULL were never NULL in the row. */
function capturedValue(
  { columnId, type, isComputed, isNullable }: CapturedColumn,
  row: StoredRow,
  operation: ChangeRow['operation'],
  isChanged: boolean,
  { losesBitsOfDeletes }: CaptureHabits,
): Value {
  if (isComputed) return null
  if (isOldLarge(type) && (operation === DELETE || operation === BEFORE)) return null
  if (isMax(type) && operation === BEFORE && !isChanged) return null
  if (losesBitsOfDeletes && operation === DELETE && type.name === 'bit' && !isNullable) return null
  const value = cellOf(row, columnId)
  return value === null ? null : storeValue(type, value)
}

/** The order of a change table's clustered index. */
export function compareChanges(a: Place, b: Place): number {
  if (a.startLsn !== b.startLsn) return a.startLsn < b.startLsn ? -1 : 1
  if (a.commandId !== b.commandId) return a.commandId - b.commandId
  if (a.seqval !== b.seqval) return a.seqval < b.seqval ? -1 : 1
  return a.operation - b.operation
}
type Place = { startLsn: Lsn; commandId: number; seqval: Lsn; operation: number }

/** A change table's column takes another type: all that it holds is converted. @throws SqlError where a value does not fit */
export function alterCaptured(instance: CaptureInstance, columnId: number, type: SqlType): ChangeRow[] {
  const index = instance.columns.findIndex(column => column.columnId === columnId)
  return instance.changes.items
    .slice(0, instance.changes.length)
    .map(row => ({ ...row, values: row.values.with(index, storeValue(type, row.values[index] ?? null)) }))
}
