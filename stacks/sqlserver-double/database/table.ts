import { SqlError } from '../tds/errors.ts'
import { parseType, type SqlType, type Value } from '../tds/types.ts'
import { keyText } from './collation.ts'
import { storeValue } from './values.ts'

/** Values by the names of their columns. */
export type RowObject = { [column: string]: Value }

/** Values by column id, from 1: the value of a column that was dropped is null. */
export type StoredRow = readonly Value[]

export type TableColumn = {
  /** Never used again, not after the column was dropped either. */
  id: number
  name: string
  type: SqlType
  nullable: boolean
  isIdentity: boolean
  /** What computes it; such a column is never given. */
  compute: ((row: RowObject) => Value) | undefined
  /** Of a text, where it is not the database's. */
  collation: string | undefined
}

/** The primary key is the index with id 1, and the clustered one. */
export type UniqueIndex = { id: number; name: string; isPrimary: boolean; columnIds: number[] }

/** A row as it was from a commit on; without a row it was deleted. */
export type Version = { seq: number; row: StoredRow | undefined; older: Version | undefined }

export type Partition = { id: bigint; number: number }

export type Table = {
  objectId: number
  schema: string
  name: string
  kind: 'table' | 'view'
  columns: TableColumn[]
  lastColumnId: number
  indexes: UniqueIndex[]
  rows: Map<string, Version>
  /** Rows as of the last commit. */
  count: number
  lastIdentity: number
  lastHeapRow: number
  partitions: Partition[]
  /** A partition that is switched in has an id of its own. */
  lastPartitionId: bigint
  partitionOf: ((row: RowObject) => number) | undefined
  /** Counts what happened to its rows. */
  rowChanges: number
  /** The commit of the last DDL, which older snapshots may not look behind. */
  changedAt: number
}

export type ColumnDefinition = {
  name: string
  /** As in T-SQL, `not null` at its end where it may not be. */
  type: string
  identity?: boolean
  compute?: (row: RowObject) => Value
  collation?: string
}

export type TableDefinition = {
  schema?: string
  name: string
  kind?: 'table' | 'view'
  columns: ColumnDefinition[]
  primaryKey?: string[]
  /** Other unique indexes. */
  unique?: string[][]
  /** The partition of a row, from 1; with it the table is partitioned. */
  partitions?: { count: number; of: (row: RowObject) => number }
}

export function defineColumn(definition: ColumnDefinition, id: number): TableColumn {
  const { name, type, identity = false, compute, collation } = definition
  const bare = type.replace(/ not null$/i, '')
  return {
    id,
    name,
    type: parseType(bare),
    nullable: bare === type,
    isIdentity: identity,
    compute,
    collation,
  }
}

export function defineTable(definition: TableDefinition, objectId: number, changedAt: number): Table {
  const { schema = 'dbo', name, kind = 'table', primaryKey, unique = [], partitions } = definition
  const columns = definition.columns.map((column, index) => {
    const defined = defineColumn(column, index + 1)
    return primaryKey?.includes(column.name) ? { ...defined, nullable: false } : defined
  })
  const idsOf = (names: string[]) => names.map(name => columnNamed({ columns }, name).id)
  const indexes = unique.map((names, index) => ({
    id: index + 2,
    name: `uq_${name}_${index + 2}`,
    isPrimary: false,
    columnIds: idsOf(names),
  }))
  if (primaryKey)
    indexes.unshift({ id: 1, name: `pk_${name}`, isPrimary: true, columnIds: idsOf(primaryKey) })
  const partitionCount = partitions?.count ?? 1
  const firstPartitionId = BigInt(objectId) << 16n
  return {
    ...{ objectId, schema, name, kind, columns, lastColumnId: columns.length, indexes },
    ...{ rows: new Map(), count: 0, lastIdentity: 0, lastHeapRow: 0, rowChanges: 0, changedAt },
    partitions: Array.from({ length: partitionCount }, (_, index) => ({
      id: firstPartitionId + BigInt(index + 1),
      number: index + 1,
    })),
    lastPartitionId: firstPartitionId + BigInt(partitionCount),
    partitionOf: partitions?.of,
  }
}

/** Columns by their names in lower case: names are looked up for every value that is written. */
const namesOf = new WeakMap<TableColumn[], Map<string, TableColumn>>()

export function columnNamed({ columns }: Pick<Table, 'columns'>, name: string): TableColumn {
  let names = namesOf.get(columns)
  if (!names) {
    names = new Map(columns.map(column => [column.name.toLowerCase(), column]))
    namesOf.set(columns, names)
  }
  const column = names.get(name) ?? names.get(name.toLowerCase())
  if (column) return column
  throw new SqlError(207, `Invalid column name '${name}'.`)
}

export const fullName = ({ schema, name }: Pick<Table, 'schema' | 'name'>) => `${schema}.${name}`

export const cellOf = (row: StoredRow, columnId: number): Value => row[columnId - 1] ?? null

export function toObject({ columns }: Table, row: StoredRow): RowObject {
  return Object.fromEntries(columns.map(({ id, name }) => [name, cellOf(row, id)]))
}

/** The place of a row among the table's rows: its primary key, or a number of its own. */
export function keyOf(table: Table, row: StoredRow): string {
  const [primary] = table.indexes
  if (!primary?.isPrimary) {
    table.lastHeapRow += 1
    return `heap ${table.lastHeapRow}`
  }
  return keyText(primary.columnIds.map(id => cellOf(row, id)))
}

/** @returns the version of a row that a reader of that commit sees */
export function versionAt(version: Version | undefined, seq: number): StoredRow | undefined {
  for (let at = version; at; at = at.older) if (at.seq <= seq) return at.row
  return undefined
}

/** Puts a row into place, or takes it away; older versions are kept where somebody may still read them. */
export function putRow(
  table: Table,
  key: string,
  row: StoredRow | undefined,
  { seq, keepOlder }: { seq: number; keepOlder: boolean },
): void {
  const older = table.rows.get(key)
  table.rowChanges += 1
  table.count += (row ? 1 : 0) - (older?.row ? 1 : 0)
  if (row === undefined && !keepOlder) table.rows.delete(key)
  else table.rows.set(key, { seq, row, older: keepOlder ? older : undefined })
}

/** A row as it is stored: values given by name, the rest null or as it was; computed columns are computed. */
export function storeRow(table: Table, given: RowObject, before?: StoredRow): StoredRow {
  const row: Value[] = before ? [...before] : new Array(table.lastColumnId).fill(null)
  while (row.length < table.lastColumnId) row.push(null)
  for (const [name, value] of Object.entries(given)) {
    const column = columnNamed(table, name)
    if (column.compute || column.type.name === 'rowversion')
      throw new SqlError(271, `The column "${name}" cannot be modified.`)
    row[column.id - 1] = storeValue(column.type, value)
  }
  const computed = table.columns.filter(({ compute }) => compute)
  if (computed.length > 0) {
    const object = toObject(table, row)
    for (const { id, type, compute } of computed) row[id - 1] = storeValue(type, compute?.(object) ?? null)
  }
  return row
}

export function requireValues(table: Table, row: StoredRow): void {
  for (const { id, name, nullable } of table.columns) {
    if (!nullable && cellOf(row, id) === null)
      throw new SqlError(
        515,
        `Cannot insert the value NULL into column '${name}', table '${fullName(table)}'; column does not allow nulls.`,
      )
  }
}
