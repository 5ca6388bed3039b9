/**
 * A value as the double holds it. Exact numbers and times are texts, so that no digit is lost: decimal and money as
 * `-12.50`, times as ISO texts with up to seven digits of a second. bigint is a bigint, a bit a boolean, binary a Buffer.
 */
export type Value = null | boolean | number | bigint | string | Buffer

type Plain =
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'bit'
  | 'real'
  | 'float'
  | 'money'
  | 'smallmoney'
  | 'uniqueidentifier'
  | 'xml'
  | 'text'
  | 'ntext'
  | 'image'
  | 'rowversion'
  | 'date'
  | 'datetime'
  | 'smalldatetime'
type Sized = 'char' | 'varchar' | 'nchar' | 'nvarchar' | 'binary' | 'varbinary'
type Scaled = 'time' | 'datetime2' | 'datetimeoffset'

/** A type of T-SQL. Lengths are in characters, or in bytes for binary. */
export type SqlType =
  | { name: Plain }
  | { name: Sized; length: number | 'max' }
  | { name: Scaled; scale: number }
  | { name: 'decimal' | 'numeric'; precision: number; scale: number }

export type Column = { name: string; type: SqlType; nullable: boolean }

const PLAIN = new Set<string>([
  ...['tinyint', 'smallint', 'int', 'bigint', 'bit', 'real', 'float', 'money', 'smallmoney'],
  ...['uniqueidentifier', 'xml', 'text', 'ntext', 'image', 'rowversion', 'date', 'datetime', 'smalldatetime'],
])
const SIZED = new Set<string>(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary'])
const SCALED = new Set<string>(['time', 'datetime2', 'datetimeoffset'])

/** Reads a type as it is written in T-SQL: `decimal(18,4)`, `nvarchar(max)`. What is left out is as there. */
export function parseType(text: string): SqlType {
  const [, name = '', first, second] =
    /^(\w+)(?:\((\w+)(?:,\s*(\d+))?\))?$/.exec(text.trim().toLowerCase()) ?? []
  if (PLAIN.has(name) && first === undefined) return { name: name as Plain }
  if (name === 'timestamp') return { name: 'rowversion' }
  if (name === 'sysname') return { name: 'nvarchar', length: 128 }
  if (SIZED.has(name)) return { name: name as Sized, length: first === 'max' ? 'max' : Number(first ?? 1) }
  if (SCALED.has(name)) return { name: name as Scaled, scale: Number(first ?? 7) }
  if (name === 'decimal' || name === 'numeric')
    return { name, precision: Number(first ?? 18), scale: Number(second ?? 0) }
  throw new TypeError(`no type of T-SQL: ${text}`)
}

/** A column of an answer; it may be null unless `not null` is said. */
export function column(name: string, type: string): Column {
  const bare = type.replace(/ not null$/i, '')
  return { name, type: parseType(bare), nullable: bare === type }
}

/** A type as T-SQL writes it. */
export function writeType(type: SqlType): string {
  if ('length' in type) return `${type.name}(${type.length})`
  if ('precision' in type) return `${type.name}(${type.precision},${type.scale})`
  return 'scale' in type ? `${type.name}(${type.scale})` : type.name
}
