import type { ColumnType } from '../../config/index.ts'
import { quoted } from './statements.ts'

type Kind = ColumnType['kind']

/** How the server is asked for a value, so that it arrives exactly: what the driver would read as a double comes as text. */
type Printed = (column: string) => string
const asItIs: Printed = column => column
/** ISO 8601 with as many digits as the column has, whatever the session's language is. */
const asTime: Printed = column => `convert(varchar(34), ${column}, 121)`
const asDecimal: Printed = column => `convert(varchar(41), ${column})`
/** With its four decimal places; without a style it would have two. */
const asMoney: Printed = column => `convert(varchar(25), ${column}, 2)`

type KnownType = {
  types: string[]
  /** What a source file may declare; text it can always be. */
  kinds: Kind[]
  print?: Printed
  remark?: string
  /** Values are stored apart, and the log has them only where they changed. */
  isLarge?: true
}

/** Types of SQL Server that can be captured. docs/reference/types.md is printed from it. */
export const SQL_SERVER_TYPES: KnownType[] = [
  { types: ['bit'], kinds: ['boolean', 'int'], remark: 'as text `1` and `0`' },
  { types: ['tinyint', 'smallint', 'int'], kinds: ['int', 'bigint', 'decimal', 'double'] },
  { types: ['bigint'], kinds: ['bigint', 'decimal'] },
  {
    types: ['decimal', 'numeric'],
    kinds: ['decimal', 'int', 'bigint', 'double'],
    print: asDecimal,
    remark:
      'as int or bigint whole values only, as double values that a double gives back digit by digit; others are parked',
  },
  { types: ['money', 'smallmoney'], kinds: ['decimal'], print: asMoney, remark: 'with four decimal places' },
  { types: ['real', 'float'], kinds: ['double'] },
  { types: ['date'], kinds: ['date'], print: asTime },
  {
    types: ['datetime', 'smalldatetime', 'datetime2'],
    kinds: ['timestampNtz', 'date'],
    print: asTime,
    remark: 'to the microsecond; as text with all seven digits; as date at midnight only, others are parked',
  },
  {
    types: ['datetimeoffset'],
    kinds: ['timestamp'],
    print: asTime,
    remark: 'an instant to the microsecond; as text with all seven digits and its offset',
  },
  { types: ['time'], kinds: [], print: asTime },
  { types: ['char', 'nchar'], kinds: [], remark: 'padded with blanks, as SQL Server keeps it' },
  { types: ['varchar', 'nvarchar'], kinds: [] },
  { types: ['text', 'ntext'], kinds: [], isLarge: true },
  {
    types: ['uniqueidentifier'],
    kinds: [],
    print: column => `convert(char(36), ${column})`,
    remark: 'in capitals',
  },
  { types: ['binary', 'varbinary'], kinds: ['binary'], remark: 'as text `0x00FF`' },
  { types: ['timestamp'], kinds: ['binary'], remark: 'rowversion, eight bytes' },
  { types: ['image'], kinds: ['binary'], isLarge: true },
  { types: ['xml', 'json'], kinds: [], print: column => `convert(nvarchar(max), ${column})`, isLarge: true },
  { types: ['hierarchyid'], kinds: [], print: column => `${column}.ToString()`, remark: 'as text `/1/2/`' },
]

/** What is not captured: a value that has a type of its own, or that only the server's own library can read. */
export const REFUSED_TYPES = ['sql_variant', 'geography', 'geometry', 'vector', 'cursor', 'table']

/** What of a column says how its values are read. */
export type TypedColumn = {
  name: string
  /** The type below an alias: `nvarchar`. */
  typeName: string
  /** In bytes; -1 for (max). */
  maxLength: number
  precision: number
  scale: number
}

const knownType = (typeName: string) => SQL_SERVER_TYPES.find(({ types }) => types.includes(typeName))

/** The kinds that a source file may declare for a column of the type; none where it cannot be captured. */
export function readableKinds(typeName: string): Kind[] {
  const known = knownType(typeName)
  return known ? [...known.kinds, 'string'] : []
}

/** Whether its value may be missing in the log where it did not change. */
export function isLarge({ typeName, maxLength }: TypedColumn): boolean {
  return maxLength === -1 || (knownType(typeName)?.isLarge ?? false)
}

/** How a column stands in a list of what is selected. @param of the alias of its table, where several are read from */
export function selected(column: TypedColumn, of?: string): string {
  const name = of ? `${of}.${quoted(column.name)}` : quoted(column.name)
  const expression = (knownType(column.typeName)?.print ?? asItIs)(name)
  return expression === name ? name : `${expression} as ${quoted(column.name)}`
}

/** A type as T-SQL writes it: `decimal(18,4)`. */
export function printedType({ typeName, maxLength, precision, scale }: TypedColumn): string {
  switch (typeName) {
    case 'decimal':
    case 'numeric':
      return `${typeName}(${precision},${scale})`
    case 'datetime2':
    case 'datetimeoffset':
    case 'time':
      return `${typeName}(${scale})`
    case 'nchar':
    case 'nvarchar':
      return `${typeName}(${maxLength === -1 ? 'max' : maxLength / 2})`
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return `${typeName}(${maxLength === -1 ? 'max' : maxLength})`
    case 'timestamp':
      return 'binary(8)'
    default:
      return typeName
  }
}

/**
 * The parameter's text as a value of the column's own type, so that its index and its collation decide. A text that is not
 * Unicode also needs the collation for its letters: the database's may have no such ones.
 */
export function compared(
  column: TypedColumn & { collation?: string | undefined },
  parameter: string,
): string {
  const isNarrow = column.typeName === 'char' || column.typeName === 'varchar'
  const text = isNarrow && column.collation ? `${parameter} collate ${column.collation}` : parameter
  const style = ['binary', 'varbinary', 'timestamp'].includes(column.typeName)
    ? ', 1'
    : /date|time/.test(column.typeName)
      ? ', 121'
      : ''
  return `convert(${printedType(column)}, ${text}${style})`
}

/** Why a column cannot be read as it is declared, or only in part; undefined where all is well. */
export function checkType(
  where: string,
  column: TypedColumn,
  declared: ColumnType,
): { problem: string } | { warning: string } | undefined {
  const type = printedType(column)
  const kinds = readableKinds(column.typeName)
  if (kinds.length === 0)
    return {
      problem: `column ${where} is ${type}, which cannot be captured: leave it out, or set { policy: drop }`,
    }
  if (!kinds.includes(declared.kind))
    return {
      problem: `column ${where} is ${type}, declared as ${declared.kind}: it can be ${kinds.join(', ')}`,
    }
  const digits = digitsOf(column)
  if (
    declared.kind === 'decimal' &&
    digits &&
    (digits.scale > declared.scale || digits.precision - digits.scale > declared.precision - declared.scale)
  )
    return {
      warning: `column ${where} is ${type}, declared as decimal(${declared.precision},${declared.scale}): rows whose value has more digits are parked`,
    }
  return undefined
}

/** Of a decimal. */
function digitsOf({
  typeName,
  precision,
  scale,
}: TypedColumn): { precision: number; scale: number } | undefined {
  return ['decimal', 'numeric', 'money', 'smallmoney'].includes(typeName) ? { precision, scale } : undefined
}

/** What may be declared for a column, as it stands in the file; undefined where it cannot be captured. */
export function proposeType(column: TypedColumn): string | undefined {
  const [kind] = readableKinds(column.typeName)
  const digits = digitsOf(column)
  return kind === 'decimal' && digits ? `"decimal(${digits.precision},${digits.scale})"` : kind
}
