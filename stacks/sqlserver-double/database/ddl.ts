import { SqlError } from '../tds/errors.ts'
import { parseType, type Value } from '../tds/types.ts'
import { instancesOf } from './cdc-state.ts'
import { disableTable } from './instances.ts'
import { nextObjectId, tableNamed } from './state.ts'
import {
  type ColumnDefinition,
  cellOf,
  columnNamed,
  defineColumn,
  defineTable,
  fullName,
  keyOf,
  type RowObject,
  storeRow,
  type Table,
  type TableColumn,
  type TableDefinition,
  toObject,
} from './table.ts'
import { beginTransaction, type Surroundings } from './transaction.ts'
import { storeValue } from './values.ts'

export type Ddl = {
  createTable(definition: TableDefinition): Table
  addColumn(table: string, column: ColumnDefinition, value?: Value): void
  dropColumn(table: string, column: string): void
  renameColumn(table: string, from: string, to: string): void
  alterColumn(table: string, column: string, type: string): void
  /** CDC of the table goes with it. `leaveDdlHistory`: its history does not. */
  dropTable(table: string, options?: { leaveDdlHistory?: boolean }): void
  truncate(table: string): void
  /** Exchanges a partition's rows for others. It is allowed, and not captured. */
  switchPartition(table: string, partition: number, rows?: RowObject[]): void
}

/** Changes of tables. Each is a transaction of its own, that waits for nobody: error 1222 where the table is in use. */
export function makeDdl(around: Surroundings): Ddl {
  /** Alters a table, tells older snapshots, and logs it where the table is captured. */
  const alter = (table: Table, command: string, change: () => TableColumn | undefined) => {
    if (around.locks.isHeldByOther(table.objectId))
      throw new SqlError(1222, 'Lock request time out period exceeded.', { state: 56 })
    const { state } = around
    const transaction = beginTransaction(around)
    try {
      const altered = change()
      state.seq += 1
      table.changedAt = state.seq
      table.rowChanges += 1
      transaction.logDdl({ tableId: table.objectId, command, altered })
      transaction.commit()
    } catch (error) {
      transaction.rollback()
      throw error
    }
  }
  const named = (name: string) => tableNamed(around.state, name)
  const isCaptured = (table: Table, { id }: TableColumn) =>
    instancesOf(around.state.cdc, table).some(({ columns }) =>
      columns.some(({ columnId }) => columnId === id),
    )

  return {
    createTable(definition) {
      const { state } = around
      state.seq += 1
      const table = defineTable(definition, nextObjectId(state), state.seq)
      if (state.tables.some(other => fullName(other).toLowerCase() === fullName(table).toLowerCase()))
        throw new SqlError(2714, `There is already an object named '${table.name}' in the database.`)
      state.tables.push(table)
      return table
    },
    addColumn(name, definition, value = null) {
      const table = named(name)
      alter(table, `ALTER TABLE ${fullName(table)} ADD ${definition.name} ${definition.type}`, () => {
        const column = defineColumn(definition, table.lastColumnId + 1)
        if (table.columns.some(other => other.name.toLowerCase() === column.name.toLowerCase()))
          throw new SqlError(2705, `Column names in each table must be unique: '${column.name}'.`)
        table.lastColumnId = column.id
        table.columns = [...table.columns, column]
        rewrite(table, row => {
          const wide = [...row, ...Array(column.id - row.length).fill(null)]
          return wide.with(
            column.id - 1,
            column.compute ? column.compute(toObject(table, row)) : storeValue(column.type, value),
          )
        })
        return undefined
      })
    },
    dropColumn(name, columnName) {
      const table = named(name)
      const column = columnNamed(table, columnName)
      if (table.indexes.some(({ columnIds }) => columnIds.includes(column.id)))
        throw new SqlError(
          4922,
          `ALTER TABLE DROP COLUMN ${columnName} failed because one or more objects access this column.`,
        )
      alter(table, `ALTER TABLE ${fullName(table)} DROP COLUMN ${columnName}`, () => {
        table.columns = table.columns.filter(other => other !== column)
        rewrite(table, row => row.with(column.id - 1, null))
        return undefined
      })
    },
    renameColumn(name, from, to) {
      const table = named(name)
      const column = columnNamed(table, from)
      if (isCaptured(table, column))
        throw new SqlError(4928, `Cannot alter column '${from}' because it is 'REPLICATED'.`)
      alter(table, `sp_rename '${fullName(table)}.${from}', '${to}', 'COLUMN'`, () => {
        table.columns = table.columns.map(other => (other === column ? { ...column, name: to } : other))
        return undefined
      })
    },
    alterColumn(name, columnName, type) {
      const table = named(name)
      const column = columnNamed(table, columnName)
      const bare = type.replace(/ not null$/i, '')
      const altered = { ...column, type: parseType(bare), nullable: bare === type }
      alter(table, `ALTER TABLE ${fullName(table)} ALTER COLUMN ${columnName} ${type}`, () => {
        // Values are converted first: where one does not fit, nothing is altered.
        rewrite(table, row =>
          row.with(column.id - 1, storeValue(altered.type, convertible(cellOf(row, column.id), altered))),
        )
        table.columns = table.columns.map(other => (other === column ? altered : other))
        return altered
      })
    },
    dropTable(name, options) {
      const table = named(name)
      if (around.locks.isHeldByOther(table.objectId))
        throw new SqlError(1222, 'Lock request time out period exceeded.')
      const { state } = around
      for (const instance of instancesOf(state.cdc, table)) disableTable(around, instance.name, options)
      state.seq += 1
      state.tables = state.tables.filter(other => other !== table)
    },
    truncate(name) {
      const table = named(name)
      if (instancesOf(around.state.cdc, table).length > 0)
        throw new SqlError(
          4711,
          `Cannot truncate table '${fullName(table)}' because it is published for replication or enabled for Change Data Capture.`,
        )
      alter(table, `TRUNCATE TABLE ${fullName(table)}`, () => {
        table.rows = new Map()
        table.count = 0
        return undefined
      })
    },
    switchPartition(name, number, rows = []) {
      const table = named(name)
      const { partitionOf } = table
      const instances = instancesOf(around.state.cdc, table)
      if (!partitionOf) throw new SqlError(4907, `Table '${fullName(table)}' is not partitioned.`)
      if (instances.some(({ allowsPartitionSwitch }) => !allowsPartitionSwitch))
        throw new SqlError(
          22_855,
          `Partition switch is blocked on '${fullName(table)}' by a capture instance.`,
        )
      if (around.locks.isHeldByOther(table.objectId))
        throw new SqlError(1222, 'Lock request time out period exceeded.')
      const { state } = around
      state.seq += 1
      table.changedAt = state.seq
      table.rowChanges += 1
      for (const [key, { row }] of table.rows)
        if (row && partitionOf(toObject(table, row)) === number) {
          table.rows.delete(key)
          table.count -= 1
        }
      for (const given of rows) {
        const row = storeRow(table, given)
        table.rows.set(keyOf(table, row), { seq: state.seq, row, older: undefined })
        table.count += 1
      }
      table.lastPartitionId += 1n
      table.partitions = table.partitions.map(own =>
        own.number === number ? { ...own, id: table.lastPartitionId } : own,
      )
    },
  }
}

/** Gives every row another content; older versions are of no use, because DDL ends the snapshots that would read them. */
function rewrite(table: Table, change: (row: readonly Value[]) => readonly Value[]): void {
  const rewritten = [...table.rows].map(
    ([key, version]) =>
      [key, { ...version, row: version.row && change(version.row), older: undefined }] as const,
  )
  table.rows = new Map(rewritten)
}

/** Numbers become texts where a column becomes one. */
const convertible = (value: Value, { type }: TableColumn) =>
  value !== null && /char|text/.test(type.name) && !Buffer.isBuffer(value) ? String(value) : value
