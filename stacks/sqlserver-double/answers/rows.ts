import type { CapturedColumn, CaptureInstance, ChangeRow } from '../database/cdc-state.ts'
import { lsnToBytes } from '../database/lsn.ts'
import { cellOf, columnNamed, type StoredRow, type Table } from '../database/table.ts'
import type { Part } from '../tds/answer.ts'
import { SqlError } from '../tds/errors.ts'
import { column, type Value } from '../tds/types.ts'
import type { Scope } from './evaluate.ts'

/** A result as a table of its columns' types: `tableOf({ id: 'int not null', name: 'sysname' }, rows)`. */
export function tableOf(types: { [name: string]: string }, rows: Iterable<Value[]>): Part {
  return { columns: Object.entries(types).map(([name, type]) => column(name, type)), rows }
}

/** The columns of a table's rows. */
export const tableScope =
  (table: Table): Scope<StoredRow> =>
  name => {
    const { id, type, nullable } = columnNamed(table, name)
    return { type, nullable, read: row => cellOf(row, id) }
  }

/** The columns of a change table: its own five, and those that it captures, which may all be null. */
export function changeScope({ name: instance, columns }: CaptureInstance): Scope<ChangeRow> {
  const lsn = column('', 'binary(10) not null')
  const own: { [name: string]: ReturnType<Scope<ChangeRow>> } = {
    __$start_lsn: { ...lsn, read: ({ startLsn }) => lsnToBytes(startLsn) },
    __$end_lsn: { ...column('', 'binary(10)'), read: () => null },
    __$seqval: { ...lsn, read: ({ seqval }) => lsnToBytes(seqval) },
    __$operation: { ...column('', 'int not null'), read: ({ operation }) => operation },
    __$update_mask: { ...column('', 'varbinary(128)'), read: ({ updateMask }) => updateMask },
    __$command_id: { ...column('', 'int'), read: ({ commandId }) => commandId },
  }
  return name => {
    const captured = columns.find(column => column.name.toLowerCase() === name.toLowerCase())
    if (captured)
      return {
        type: changeTableType(captured),
        nullable: true,
        read: ({ values }) => values[captured.ordinal - 1] ?? null,
      }
    const found = own[name.toLowerCase()]
    if (found) return found
    throw new SqlError(207, `Invalid column name '${name}' in cdc.${instance}_CT.`)
  }
}

/** A row version is no longer one in a change table, but bytes. */
export const changeTableType = ({ type }: CapturedColumn) =>
  type.name === 'rowversion' ? ({ name: 'binary', length: 8 } as const) : type

export function* take<Item>(items: Iterable<Item>, limit: number): Generator<Item> {
  let left = limit
  if (left <= 0) return
  for (const item of items) {
    yield item
    left -= 1
    if (left <= 0) return
  }
}

export function* map<Item, Mapped>(items: Iterable<Item>, change: (item: Item) => Mapped): Generator<Mapped> {
  for (const item of items) yield change(item)
}

export function* slice<Item>(items: readonly Item[], from: number): Generator<Item> {
  for (let i = from; i < items.length; i++) yield items[i] as Item
}
