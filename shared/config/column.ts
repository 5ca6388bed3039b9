import { z } from 'zod'

/** A column's declared type: what the lake stores and what values in a change event look like. */
export type ColumnType =
  | {
      kind:
        | 'int'
        | 'bigint'
        | 'double'
        | 'boolean'
        | 'string'
        | 'binary'
        | 'date'
        | 'timestamp'
        | 'timestampNtz'
    }
  | { kind: 'decimal'; precision: number; scale: number }

/**
 * A column's value as a change event carries it.
 * By declared type: int and double are numbers (of a double `NaN`, `Infinity`, `-Infinity` and `-0` as text); bigint and
 * decimal are text (never a double); boolean; string; date `2017-06-30`; timestamp `2017-06-30T10:00:00.123456Z`;
 * timestampNtz the same without `Z`; binary in base64; null.
 */
export type Value = string | number | boolean | null
/** A row's values by the source's column names, before or after policy. */
export type Row = Record<string, Value>

const TYPES =
  'int, bigint, double, boolean, string, binary, date, timestamp (an instant), timestampNtz (without a zone) or decimal(p,s)'
const TYPE_PATTERN =
  /^(int|bigint|double|boolean|string|binary|date|timestamp|timestampNtz)$|^decimal\((\d{1,2}),\s*(\d{1,2})\)$/
/** What a decimal of Delta, Parquet's readers and the warehouse holds. */
const MAX_PRECISION = 38

/** @returns what is wrong with it, as text */
export function readColumnType(text: string): ColumnType | string {
  const match = TYPE_PATTERN.exec(text)
  if (match?.[1]) return { kind: match[1] as 'int' }
  if (!match) return `unknown type "${text}": there are ${TYPES}; string takes what nothing else fits`
  const [precision, scale] = [Number(match[2]), Number(match[3])]
  if (precision < 1 || precision > MAX_PRECISION || scale > precision)
    return `${text} is not a decimal: it has 1 to ${MAX_PRECISION} digits, at most all of them decimal places`
  return { kind: 'decimal', precision, scale }
}

const POLICIES = ['keep', 'drop', 'hash', 'generalise', 'encrypt'] as const
export type Policy = (typeof POLICIES)[number]

type Marks = { joinable?: boolean | undefined; idPrefix?: string | undefined }
type TakenColumn = Marks & { type: ColumnType; as: string; policy?: Exclude<Policy, 'drop'> | undefined }
/** It is not read: it may be of any type in the source, and a declared type is ignored. */
type DroppedColumn = Marks & { type?: ColumnType | undefined; as?: string | undefined; policy: 'drop' }

/** The fields of a column, each by itself. */
export const columnFields = z.strictObject({
  type: z.string().describe(`${TYPES}; required, unless the column is dropped`).optional(),
  as: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be snake_case')
    .describe('Its name in the warehouse; required, unless it is dropped')
    .optional(),
  policy: z
    .enum(POLICIES)
    .optional()
    .describe('Treatment of a personal value; a table with one such column holds personal data'),
  joinable: z
    .boolean()
    .optional()
    .describe('hash with the system key, so that equal values of different clients match'),
  idPrefix: z
    .string()
    .optional()
    .describe(
      'For an id that may point to several tables of an entity: the idPrefix of the table that it points to',
    ),
})

/** A column of a source file. */
export const column = columnFields.transform((given, context): TakenColumn | DroppedColumn => {
  const { as, policy, joinable, idPrefix } = given
  if (policy === 'drop') return { as, policy, joinable, idPrefix }
  const refuse = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message })
  const missing = (field: string) => `only a dropped column ({ policy: drop }) needs no ${field}`
  const type = given.type === undefined ? missing('type') : readColumnType(given.type)
  if (typeof type === 'string') refuse('type', type)
  if (as === undefined) refuse('as', missing('as'))
  return typeof type === 'string' || as === undefined ? z.NEVER : { type, as, policy, joinable, idPrefix }
})

export type SourceColumn = TakenColumn | DroppedColumn

/** Needed for each row: computed once for each table. */
const taken = new WeakMap<Record<string, SourceColumn>, [string, TakenColumn][]>()

/** The columns of a table that are read: of a dropped one nothing is, whatever it holds. */
export function takenColumns({
  columns,
}: {
  columns: Record<string, SourceColumn>
}): [string, TakenColumn][] {
  const known = taken.get(columns)
  if (known) return known
  const found = Object.entries(columns).flatMap(([name, column]): [string, TakenColumn][] =>
    column.policy === 'drop' ? [] : [[name, column]],
  )
  taken.set(columns, found)
  return found
}

/**
 * A column's type in the lake, after its policy: hashed and encrypted values are text, a generalised date is its year.
 * @returns undefined for a dropped column
 */
export function lakeType(column: SourceColumn): ColumnType | undefined {
  switch (column.policy) {
    case 'drop':
      return undefined
    case 'hash':
    case 'encrypt':
      return { kind: 'string' }
    case 'generalise':
      return { kind: 'int' }
    default:
      return column.type
  }
}
