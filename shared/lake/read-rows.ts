import type { ColumnType, Value } from '../config/index.ts'
import type { AddFile } from './actions.ts'
import { type Column, decimalFromBytes, type Physical } from './columns.ts'
import { dataKey } from './data-files.ts'
import { readRowGroups } from './parquet.ts'
import { decimalLiteral } from './statistics.ts'
import type { Table } from './table.ts'
import { formatDate, formatTimestamp } from './time.ts'

/** A row group of a file as rows, with values as change events carry them; a column that the file lacks is null. */
export async function* readRows(
  table: Table,
  file: AddFile,
  columns: Column[],
): AsyncGenerator<Record<string, Value>[]> {
  const stored = { key: dataKey(table, file.path), size: file.size }
  for await (const { rows, values } of readRowGroups(table.objects, stored, columns))
    yield Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(
        columns.map(({ name, type }, i) => {
          const value = values[i]?.[row]
          return [name, value === null || value === undefined ? null : decode(type, value)]
        }),
      ),
    )
}

/** The reverse of makeEncode. */
function decode(type: ColumnType, value: Physical): Value {
  switch (type.kind) {
    case 'int':
      return Number(value)
    case 'double':
      if (Object.is(value, -0)) return '-0'
      return Number.isFinite(value) ? (value as number) : String(value)
    case 'boolean':
      return value as boolean
    case 'bigint':
      return String(value)
    case 'string':
      return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'date':
      return formatDate(Number(value))
    case 'timestamp':
      return `${formatTimestamp(value as bigint)}Z`
    case 'timestampNtz':
      return formatTimestamp(value as bigint)
    case 'decimal':
      return decimalLiteral(
        value instanceof Uint8Array ? decimalFromBytes(value) : BigInt(value as number | bigint),
        type.scale,
      )
  }
}
