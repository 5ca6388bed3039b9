import type pg from 'pg'
import type { ColumnType } from '../config/index.ts'

type Kind = ColumnType['kind']

/**
 * Settings under which Postgres prints values, alike in every session that reads them, whatever a role or a database has
 * set: a snapshot and the stream behind it must tell one value in one way. Money prints as `-$1,234.50`, names of other
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
    remark: 'where lc_monetary has two digits behind the point; text is `-$1,234.50`',
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
    remark: 'with the blanks that fill it up, as Postgres keeps it',
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

export type SourceColumnType = PostgresType & {
  table: string
  column: string
  /** As Postgres writes it: `numeric(12,2)`. */
  written: string
  /** Of a numeric with limits. */
  digits: { precision: number; scale: number } | undefined
  /** Digits behind the point of the database's money. */
  moneyScale: number
}

/** Why a column cannot be read as it is declared, or only in part; undefined where all is well. */
export function checkType(
  found: SourceColumnType,
  declared: ColumnType,
): { problem: string } | { warning: string } | undefined {
  const where = `column ${found.table}.${found.column}`
  const kinds = readableKinds(found)
  if (kinds.length === 0)
    return {
      problem: `${where} is ${found.written}, a name of the catalogue, which cannot be captured: leave it out, or say { policy: drop }`,
    }
  if (!kinds.includes(declared.kind))
    return {
      problem: `${where} is ${found.written}, declared as ${declared.kind}: it can be ${kinds.join(', ')}`,
    }
  if (found.isBuiltIn && found.name === 'money' && found.moneyScale !== 2)
    return {
      problem: `${where} is money with ${found.moneyScale} digits behind the point (lc_monetary): make it numeric, or leave it out`,
    }
  const { digits } = found
  if (
    digits &&
    declared.kind === 'decimal' &&
    (digits.scale > declared.scale || digits.precision - digits.scale > declared.precision - declared.scale)
  )
    return {
      warning: `${where} is ${found.written}, declared as decimal(${declared.precision},${declared.scale}): rows whose value has more digits are parked`,
    }
  return undefined
}

/** The types of all columns of a schema's tables, in their order. */
export async function readColumnTypes(client: pg.Client, namespace: string): Promise<SourceColumnType[]> {
  const { rows } = await client.query<{
    table_name: string
    column_name: string
    written: string
    type_name: string
    is_built_in: boolean
    type_modifier: number
    money_unit: string
  }>(
    `with recursive bases as (
       select oid, oid as base, -1 as modifier from pg_type where typtype <> 'd'
       union all
       select t.oid, b.base, case when b.modifier = -1 then t.typtypmod else b.modifier end
       from pg_type t join bases b on b.oid = t.typbasetype where t.typtype = 'd')
     select c.relname as table_name, a.attname as column_name, format_type(a.atttypid, a.atttypmod) as written,
       t.typname as type_name, t.typnamespace = 'pg_catalog'::regnamespace as is_built_in,
       case when a.atttypmod = -1 then b.modifier else a.atttypmod end as type_modifier,
       encode(cash_send(1::numeric::money), 'hex') as money_unit
     from pg_attribute a
     join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
     join bases b on b.oid = a.atttypid
     join pg_type t on t.oid = b.base
     where c.relnamespace = (select oid from pg_namespace where nspname = $1) and a.attnum > 0 and not a.attisdropped
     order by c.relname, a.attnum`,
    [namespace],
  )
  return rows.map(row => ({
    table: row.table_name,
    column: row.column_name,
    written: row.written,
    name: row.type_name,
    isBuiltIn: row.is_built_in,
    digits: row.is_built_in && row.type_name === 'numeric' ? digitsOf(row.type_modifier) : undefined,
    moneyScale: String(BigInt(`0x${row.money_unit}`)).length - 1,
  }))
}

/** Of `numeric(precision, scale)`; a scale has eleven bits, and may be negative (numeric.c). */
function digitsOf(modifier: number): SourceColumnType['digits'] {
  if (modifier < 4) return undefined
  const scale = (modifier - 4) & 0x7ff
  return { precision: ((modifier - 4) >> 16) & 0xffff, scale: (scale ^ 1024) - 1024 }
}
