import type { ColumnType } from '../../config/index.ts'
import type { ColumnFacts } from './catalog.ts'

/** Postgres types that a declared type can be read from. */
const READABLE_FROM: Record<ColumnType['kind'], string[]> = {
  int: ['smallint', 'integer'],
  bigint: ['smallint', 'integer', 'bigint'],
  double: ['real', 'double precision', 'smallint', 'integer'],
  decimal: ['numeric', 'smallint', 'integer', 'bigint'],
  boolean: ['boolean'],
  string: ['text', 'character varying', 'character', 'uuid', 'json', 'jsonb', 'USER-DEFINED', 'name', 'xml'],
  binary: ['bytea'],
  date: ['date'],
  timestamp: ['timestamp with time zone'],
  timestampNtz: ['timestamp without time zone'],
}

export function isReadable(column: ColumnFacts, declared: ColumnType): boolean {
  return READABLE_FROM[declared.kind].includes(column.dataType)
}

/** A line of the source file for a column. @param isPersonal whether its table holds personal data */
export function proposeColumn(column: ColumnFacts, isPersonal: boolean): string {
  const kind = (Object.keys(READABLE_FROM) as ColumnType['kind'][]).find(kind =>
    READABLE_FROM[kind].includes(column.dataType),
  )
  const [, digits] = /\((\d+,\s*\d+)\)/.exec(column.printedType) ?? []
  const type = kind === 'decimal' ? `"decimal(${digits ?? '38,9'})"` : (kind ?? 'string')
  const as = column.name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
  const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(column.name) ? column.name : JSON.stringify(column.name)
  return `${name}: { type: ${type}, as: ${as || 'other'}${isPersonal ? ', policy: drop' : ''} }`
}
