import { SqlError } from '../tds/errors.ts'
import type { Value } from '../tds/types.ts'
import { keyText } from './collation.ts'
import {
  cellOf,
  columnNamed,
  fullName,
  keyOf,
  type RowObject,
  requireValues,
  type StoredRow,
  storeRow,
  type Table,
  toObject,
} from './table.ts'
import { equalValues } from './values.ts'

/** One row to be changed. `key` finds the row of an update or delete; without it the key is taken from `row`. */
export type Change = {
  table: string
  op: 'insert' | 'update' | 'delete'
  row?: RowObject
  key?: RowObject
}

/** A row's change as a statement made it. A row whose key changes leaves one place and takes another. */
export type RowChange = {
  table: Table
  beforeKey: string | undefined
  before: StoredRow | undefined
  afterKey: string | undefined
  after: StoredRow | undefined
}

/** The rows that a statement sees: the transaction's own changes before all others. */
export type VisibleRows = {
  get(table: Table, key: string): StoredRow | undefined
  entries(table: Table): Iterable<[string, StoredRow]>
}

/** @returns what a change does to its row; undefined where an update changes nothing */
export function resolveChange(
  table: Table,
  { op, row = {}, key }: Change,
  visible: VisibleRows,
  nextRowversion: () => Buffer,
): RowChange | undefined {
  if (op === 'insert') {
    const after = withOwnValues(table, storeRow(table, row), nextRowversion, true)
    requireValues(table, after)
    return { table, beforeKey: undefined, before: undefined, afterKey: keyOf(table, after), after }
  }
  const [beforeKey, before] = findRow(table, key ?? row, visible)
  if (op === 'delete') return { table, beforeKey, before, afterKey: undefined, after: undefined }
  const changed = storeRow(table, row, before)
  const hasRowversion = table.columns.some(({ type }) => type.name === 'rowversion')
  if (!hasRowversion && changed.every((value, index) => equalValues(value, before[index]))) return undefined
  const after = withOwnValues(table, changed, nextRowversion, false)
  requireValues(table, after)
  const [primary] = table.indexes
  return { table, beforeKey, before, afterKey: primary?.isPrimary ? keyOf(table, after) : beforeKey, after }
}

/** Fills in what the server sets: identities of new rows, row versions of all. */
function withOwnValues(
  table: Table,
  row: StoredRow,
  nextRowversion: () => Buffer,
  isNew: boolean,
): StoredRow {
  const filled: Value[] = [...row]
  for (const { id, isIdentity, type } of table.columns) {
    if (type.name === 'rowversion') filled[id - 1] = nextRowversion()
    if (!isIdentity || !isNew) continue
    table.lastIdentity = Math.max(table.lastIdentity + 1, Number(filled[id - 1] ?? 0))
    filled[id - 1] ??= type.name === 'bigint' ? BigInt(table.lastIdentity) : table.lastIdentity
  }
  return filled
}

function findRow(table: Table, wanted: RowObject, visible: VisibleRows): [string, StoredRow] {
  const [primary] = table.indexes
  const keyNames = primary?.isPrimary
    ? table.columns.filter(({ id }) => primary.columnIds.includes(id)).map(({ name }) => name)
    : undefined
  if (keyNames?.every(name => wanted[name] !== undefined)) {
    const stored = storeRow(table, Object.fromEntries(keyNames.map(name => [name, wanted[name] as Value])))
    const key = keyOf(table, stored)
    const row = visible.get(table, key)
    if (row) return [key, row]
  } else {
    const values = Object.entries(wanted).map(
      ([name, value]) => [columnNamed(table, name).id, value] as const,
    )
    for (const [key, row] of visible.entries(table)) {
      if (values.every(([id, value]) => equalValues(cellOf(row, id), value))) return [key, row]
    }
  }
  throw new TypeError(
    `${fullName(table)} has no row ${JSON.stringify(wanted, (_, v) => (typeof v === 'bigint' ? String(v) : v))}`,
  )
}

/** Whether a change gives any unique column another value. */
export function changesUniqueColumn({ table, before, after }: RowChange): boolean {
  if (!before || !after) return false
  const ids = new Set(table.indexes.flatMap(({ columnIds }) => columnIds))
  return [...ids].some(id => !equalValues(cellOf(before, id), cellOf(after, id)))
}

/** @throws SqlError 2627 or 2601 where the rows, once the statement is done, would share a unique key */
export function requireUnique(changes: readonly RowChange[], visible: VisibleRows): void {
  for (const table of new Set(changes.map(({ table }) => table))) {
    const own = changes.filter(change => change.table === table && change.after)
    if (own.length === 0) continue
    const leaving = new Set(
      changes.filter(change => change.table === table).map(({ beforeKey }) => beforeKey),
    )
    for (const index of table.indexes) {
      const taken = new Set<string>()
      const indexKey = (row: StoredRow) => keyText(index.columnIds.map(id => cellOf(row, id)))
      const isTouched = own.some(
        ({ before, after }) => !before || (after && indexKey(before) !== indexKey(after)),
      )
      if (!isTouched) continue
      if (!index.isPrimary)
        for (const [key, row] of visible.entries(table)) if (!leaving.has(key)) taken.add(indexKey(row))
      for (const { after, afterKey } of own) {
        const key = indexKey(after as StoredRow)
        const isTaken = index.isPrimary
          ? visible.get(table, afterKey ?? '') !== undefined && !leaving.has(afterKey)
          : false
        if (isTaken || taken.has(key)) throw duplicate(table, index, after as StoredRow)
        taken.add(key)
      }
    }
  }
}

function duplicate(
  table: Table,
  { name, isPrimary }: { name: string; isPrimary: boolean },
  row: StoredRow,
): SqlError {
  const text = Object.values(toObject(table, row)).map(String).slice(0, 3).join(', ')
  return isPrimary
    ? new SqlError(2627, `Violation of PRIMARY KEY constraint '${name}' in ${fullName(table)}: (${text}).`, {
        severity: 14,
      })
    : new SqlError(
        2601,
        `Cannot insert duplicate key row in ${fullName(table)} with unique index '${name}'.`,
        { severity: 14 },
      )
}
