import type { ColumnType } from '../../config/index.ts'

type Kind = ColumnType['kind']

/**
 * Settings under which Postgres prints values, alike in every session that reads them, whatever a role or a database has
 * set: a snapshot and the stream after it must print a value in the same way. Money prints as `-$1,234.50`, names of other
 * schemas with their schema.
 */
export const SESSION_OPTIONS = Object.entries({
  datestyle: 'ISO',
  timezone: 'UTC',
  intervalstyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: 'C',
  search_path: 'pg_catalog',
  quote_all_identifiers: 'off',
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ')

/** Types of Postgres that are read as one of these kinds. docs/reference/types.md is printed from it. */
export const POSTGRES_TYPES: { types: string[]; names: string; kinds: Kind[]; remark?: string }[] = [
  { types: ['bool'], names: 'boolean', kinds: ['boolean'] },
  { types: ['int2', 'int4'], names: 'smallint, integer', kinds: ['int', 'bigint', 'decimal', 'double'] },
  { types: ['int8'], names: 'bigint', kinds: ['bigint', 'decimal'] },
  {
    types: ['numeric'],
    names: 'numeric',
    kinds: ['decimal', 'int', 'bigint', 'double'],
    remark:
      'as int or bigint whole values only (12.00 is 12), as double values that a double gives back digit by digit; others are parked',
  },
  {
    types: ['money'],
    names: 'money',
    kinds: ['decimal'],
    remark: 'where lc_monetary has two decimal places; text is `-$1,234.50`',
  },
  { types: ['float4', 'float8'], names: 'real, double precision', kinds: ['double'] },
  { types: ['oid', 'xid', 'cid'], names: 'oid, xid, cid', kinds: ['bigint', 'decimal'] },
  { types: ['xid8'], names: 'xid8', kinds: ['decimal'] },
  { types: ['bytea'], names: 'bytea', kinds: ['binary'], remark: 'text is `\\x00ff`' },
  {
    types: ['date'],
    names: 'date',
    kinds: ['date'],
    remark: 'years 1 to 9999; infinity and other years are null, and counted',
  },
  {
    types: ['timestamp'],
    names: 'timestamp without time zone',
    kinds: ['timestampNtz'],
    remark: 'as date',
  },
  { types: ['timestamptz'], names: 'timestamp with time zone', kinds: ['timestamp'], remark: 'as date' },
  {
    types: ['bpchar'],
    names: 'character',
    kinds: [],
    remark: 'padded with blanks, as Postgres keeps it',
  },
]

/** Their text is a name of the catalogue, which changes without a change of the row. */
export const REFUSED_TYPES = [
  'regclass',
  'regcollation',
  'regconfig',
  'regdictionary',
  'regnamespace',
  'regoper',
  'regoperator',
  'regproc',
  'regprocedure',
  'regrole',
  'regtype',
  'regdatabase',
  'aclitem',
]

/** A type as pg_type has it: a domain's is the one below it, and one of an extension or of a user's own is not built in. */
export type PostgresType = { name: string; isBuiltIn: boolean }

/** The kinds that a source file may declare for a column of the type; none where it cannot be captured. */
export function readableKinds({ name, isBuiltIn }: PostgresType): Kind[] {
  if (isBuiltIn && REFUSED_TYPES.includes(name)) return []
  const known = isBuiltIn ? POSTGRES_TYPES.find(({ types }) => types.includes(name)) : undefined
  return [...(known?.kinds ?? []), 'string']
}

/** What of a column says how its values print. */
export type TypedColumn = {
  type: PostgresType
  /** As Postgres writes it: `numeric(12,2)`. */
  printedType: string
  /** Of a numeric with limits. */
  digits: { precision: number; scale: number } | undefined
}

/**
 * Why a column cannot be read as it is declared, or only in part; undefined where all is well.
 * @param where the column's name with its table's
 * @param moneyScale decimal places of the database's money
 */
export function checkType(
  where: string,
  found: TypedColumn,
  declared: ColumnType,
  moneyScale: number,
): { problem: string } | { warning: string } | undefined {
  const { type, printedType, digits } = found
  const kinds = readableKinds(type)
  if (kinds.length === 0)
    return {
      problem: `column ${where} is ${printedType}, a type of the system catalogue, which cannot be captured: leave it out, or set { policy: drop }`,
    }
  if (!kinds.includes(declared.kind))
    return {
      problem: `column ${where} is ${printedType}, declared as ${declared.kind}: it can be ${kinds.join(', ')}`,
    }
  if (type.isBuiltIn && type.name === 'money' && moneyScale !== 2)
    return {
      problem: `column ${where} is money with ${moneyScale} decimal places (lc_monetary): make it numeric, or leave it out`,
    }
  if (
    digits &&
    declared.kind === 'decimal' &&
    (digits.scale > declared.scale || digits.precision - digits.scale > declared.precision - declared.scale)
  )
    return {
      warning: `column ${where} is ${printedType}, declared as decimal(${declared.precision},${declared.scale}): rows whose value has more digits are parked`,
    }
  return undefined
}

/** What may be declared for a column, as it stands in the file; undefined where it cannot be captured. */
export function proposeType({ type, digits }: TypedColumn): string | undefined {
  const [kind] = readableKinds(type)
  if (kind !== 'decimal') return kind
  const { precision, scale } = digits ?? (type.name === 'money' ? MONEY_DIGITS : OPEN_DIGITS)
  // A negative scale has zeros before the point instead.
  const whole = precision - Math.min(0, scale)
  const isHeld = whole <= MAX_DIGITS && scale <= whole
  return isHeld ? `"decimal(${whole},${Math.max(0, scale)})"` : 'string'
}

/** Of a decimal in the lake. */
const MAX_DIGITS = 38
/** Money is a whole number of cents in eight bytes. */
const MONEY_DIGITS = { precision: 19, scale: 2 }
/** For a numeric without limits. */
const OPEN_DIGITS = { precision: MAX_DIGITS, scale: 9 }

/** Of `numeric(precision, scale)`; a scale has eleven bits, and may be negative (numeric.c). */
export function digitsOf(modifier: number): TypedColumn['digits'] {
  if (modifier < 4) return undefined
  const scale = (modifier - 4) & 0x7ff
  return { precision: ((modifier - 4) >> 16) & 0xffff, scale: (scale ^ 1024) - 1024 }
}
