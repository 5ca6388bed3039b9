import { makePosition, type Position } from '../../bus/index.ts'
import type { SourceTable } from '../../config/index.ts'
import { ORDINALS_PER_CHANGE, type RawChange, type RawRow } from '../admission.ts'
import { makePace } from '../pace.ts'
import type { ColumnFacts, InstanceFacts } from './catalog.ts'
import type { Clock } from './clock.ts'
import { formatLsn, type Lsn, readLsn } from './lsn.ts'
import { bytesOf, type Cells, type Session } from './session.ts'
import { readChanges, readMoreChanges } from './statements.ts'
import type { Reached } from './table-identity.ts'
import { isLarge, selected } from './types.ts'
import { readSingle, type SqlServerValue } from './values.ts'

export const COMMIT_DIGITS = 20
/** Changes of a table that are read, and written, at a time. */
const MOST_CHANGES = 5000

export type SqlServerRow = RawRow<SqlServerValue>
export type SqlServerChange = RawChange<SqlServerValue>

/** A change table does not hold what it must. */
export class BrokenChangesError extends Error {
  override readonly name = 'BrokenChangesError'
}

/** What `__$operation` says. */
const DELETE = 1
const INSERT = 2
const BEFORE = 3
const AFTER = 4

/** Cells before the captured columns. */
const LEADING = 6

/** The place of a row of a change table, behind which reading goes on. */
type Cursor = { lsn: Lsn; seqval: Lsn; command: number; operation: number }

type FollowerOptions = {
  table: SourceTable
  columns: ColumnFacts[]
  instance: InstanceFacts
  /** All changes up to here are on the bus. */
  reached: Lsn
  /** The last change that is: one of a transaction that is not there as a whole. */
  last: Position | undefined
  epochAt(commit: Lsn): number
  clock: Clock
  /** Rows of its change table that are read at a time. */
  mostChanges?: number
}

export type Follower = ReturnType<typeof makeFollower>

/**
 * Reads a table's changes in the order in which the source made them, and numbers those of each transaction. The number, and
 * so the position, depends on nothing but the change table: what is read again has the position that it had. Each table is
 * numbered by itself, so that neither another table nor another reader moves it.
 */
export function makeFollower({
  table,
  columns,
  instance,
  reached: start,
  last,
  epochAt,
  clock,
  mostChanges = MOST_CHANGES,
}: FollowerOptions) {
  const names = columns.map(column => selected(column, 'c'))
  const rowOf = makeRowReader(columns, instance)
  // Few at a time where values are large: a round holds those of every table.
  const pace = makePace(bytesOf)
  let reached = start
  let cursor: Cursor | undefined
  let count = 0
  let before: SqlServerRow | undefined
  let committedAt: Date | undefined

  const ask = (session: Session, to: Lsn, limit: number): Promise<Cells[]> =>
    cursor
      ? session.query(readMoreChanges.text(instance.name, names), {
          limit: { int: limit },
          to: { lsn: to },
          lsn: { lsn: cursor.lsn },
          command: { int: cursor.command },
          seqval: { lsn: cursor.seqval },
          operation: { int: cursor.operation },
        })
      : session.query(readChanges.text(instance.name, names), {
          limit: { int: limit },
          to: { lsn: to },
          reached: { lsn: reached },
        })

  const enter = (lsn: Lsn, endTime: unknown) => {
    if (before) throw broken('an update has no row after it')
    if (cursor) reached = cursor.lsn
    count = 0
    if (!(endTime instanceof Date)) throw broken(`transaction ${formatLsn(lsn)} has no time`)
    committedAt = clock.toInstant(endTime, committedAt)
  }

  const broken = (what: string) =>
    new BrokenChangesError(
      `change table of ${instance.name}: ${what}: read the table again (npm run snapshot)`,
    )

  /** The change that a row of the change table ends; undefined for the first half of an update. */
  const take = (
    operation: number,
    row: SqlServerRow,
  ): Pick<SqlServerChange, 'op' | 'before' | 'after'> | undefined => {
    if (before && operation !== AFTER) throw broken('an update has no row after it')
    switch (operation) {
      case DELETE:
        return { op: 'd', before: row }
      case INSERT:
        return { op: 'c', after: row }
      case BEFORE:
        before = row
        return undefined
      case AFTER: {
        const change = { op: 'u' as const, before, after: row }
        before = undefined
        return change
      }
      default:
        throw broken(`operation ${operation} is unknown`)
    }
  }

  const read = (rows: Cells[]): SqlServerChange[] => {
    const changes: SqlServerChange[] = []
    let bytes: unknown
    for (const cells of rows) {
      const lsn = cursor && isSame(cells[0], bytes) ? cursor.lsn : readLsn(cells[0])
      bytes = cells[0]
      if (cursor?.lsn !== lsn) enter(lsn, cells[4])
      const operation = Number(cells[3])
      cursor = { lsn, command: Number(cells[1]), seqval: readLsn(cells[2]), operation }
      const change = take(operation, rowOf(cells, operation))
      if (!change || !committedAt) continue
      const position = makePosition(epochAt(lsn), lsn, count * ORDINALS_PER_CHANGE, COMMIT_DIGITS)
      count += 1
      if (last === undefined || position > last)
        changes.push({ ...change, table, position, changedAt: committedAt.toISOString() })
    }
    return changes
  }

  return {
    table,
    columns,
    instance,
    get reached() {
      return reached
    },
    at: (): Reached => ({ reached, instance: instance.objectId, isWithin: cursor !== undefined }),
    isBehind: (to: Lsn) => cursor !== undefined || reached < to,
    /** The next changes, up to a place in the log. */
    async next(session: Session, to: Lsn): Promise<SqlServerChange[]> {
      const limit = Math.min(mostChanges, pace.rows())
      const startedMs = performance.now()
      const rows = await ask(session, to, limit)
      pace.took(performance.now() - startedMs, rows)
      const changes = read(rows)
      if (rows.length < limit) {
        if (before) throw broken('an update has no row after it')
        reached = to
        cursor = undefined
      }
      return changes
    },
  }
}

function isSame(cell: unknown, other: unknown): boolean {
  return Buffer.isBuffer(cell) && Buffer.isBuffer(other) && cell.equals(other)
}

/**
 * Reads a row of a change table. A null may mean that the log does not have the value: of a column that cannot be null, of a
 * large value in a row before its change where it stayed as it was, and of text, ntext and image in every old row
 * (https://learn.microsoft.com/sql/relational-databases/system-tables/cdc-capture-instance-ct-transact-sql).
 */
function makeRowReader(columns: ColumnFacts[], instance: InstanceFacts) {
  const readers = columns.map(column => ({
    name: column.name,
    isSingle: column.typeName === 'real',
    isNullable: column.isNullable,
    isLegacy: ['text', 'ntext', 'image'].includes(column.typeName),
    isLarge: isLarge(column),
    /** Its place in the update mask, from 1. */
    ordinal: instance.columns.get(column.id) ?? 0,
  }))
  return (cells: Cells, operation: number): SqlServerRow => {
    const isOld = operation === DELETE || operation === BEFORE
    const row: SqlServerRow = new Map()
    for (const [i, { name, isSingle, isNullable, isLegacy, isLarge, ordinal }] of readers.entries()) {
      const cell = cells[LEADING + i] as SqlServerValue | null
      if (cell !== null) row.set(name, isSingle && typeof cell === 'number' ? readSingle(cell) : cell)
      else {
        const isMissing =
          isOld &&
          (!isNullable || isLegacy || (operation === BEFORE && isLarge && !isChanged(cells[5], ordinal)))
        row.set(name, isMissing ? undefined : null)
      }
    }
    return row
  }
}

/** Whether an update's mask has a column: the lowest places are in its last byte. */
function isChanged(mask: unknown, ordinal: number): boolean {
  if (!Buffer.isBuffer(mask)) return false
  const byte = mask[mask.length - 1 - ((ordinal - 1) >> 3)] ?? 0
  return (byte & (1 << ((ordinal - 1) & 7))) !== 0
}
