import pg from 'pg'
import { z } from 'zod'
import { type Identity, isStorableTime } from '../contract/index.ts'
import { BadInputError } from '../errors/index.ts'

/** Values that one filter may list. */
const MAX_VALUES = 100

const value = z.union([z.string().max(1000), z.number(), z.boolean()])
const OPERATORS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
/** What a column's rows are compared with. */
export const filter = z.union([
  value,
  z.null(),
  z.array(value).min(1).max(MAX_VALUES),
  z.partialRecord(z.enum(Object.keys(OPERATORS) as (keyof typeof OPERATORS)[]), value),
])

export function unknownColumn(column: string, field: string, types: Map<string, string>): BadInputError {
  return new BadInputError(`no column ${JSON.stringify(column)}: there are ${[...types.keys()].join(', ')}`, {
    field,
  })
}

/**
 * Conditions that show a caller only its own rows: a column's value is among those of its claim, and a caller without the
 * claim sees none. An operator sees every row. Their values are added to `values`.
 */
export function makeRowRules(
  rules: Record<string, string>,
  { isOperator, claims }: Identity,
  values: (string | string[])[],
): string[] {
  if (isOperator) return []
  return Object.entries(rules).map(([column, claim]) => {
    values.push(claims[claim] ?? [])
    return `${pg.escapeIdentifier(column)}::text = any($${values.length}::text[])`
  })
}

/** Conditions on one column; their values are added to `values`, each checked against the column's type. */
export function makeConditions(
  column: string,
  type: string,
  wanted: z.output<typeof filter>,
  field: string,
  values: (string | string[])[],
): string[] {
  const placeholder = (one: z.output<typeof value>, place: string) => {
    values.push(checkValue(one, type, place))
    // Without its precision, which would round the value or refuse a large one.
    return `$${values.length}::${type.startsWith('numeric') ? 'numeric' : type}`
  }
  if (wanted === null) return [`${column} is null`]
  if (Array.isArray(wanted))
    return [`${column} in (${wanted.map(one => placeholder(one, field)).join(', ')})`]
  if (typeof wanted !== 'object') return [`${column} = ${placeholder(wanted, field)}`]
  return Object.entries(OPERATORS).flatMap(([name, operator]) => {
    const one = wanted[name as keyof typeof OPERATORS]
    return one === undefined ? [] : [`${column} ${operator} ${placeholder(one, `${field}.${name}`)}`]
  })
}

const inRange = (min: bigint, max: bigint) => (text: string) =>
  /^-?\d{1,19}$/.test(text) && BigInt(text) >= min && BigInt(text) <= max
const isDate = (text: string) => z.iso.date().safeParse(text).success && text > '0001'
const isLocalTime = (text: string) =>
  isDate(text) || (z.iso.datetime({ local: true }).safeParse(text).success && isStorableTime(text))
const isInstant = (text: string) =>
  isDate(text) || (z.iso.datetime({ offset: true }).safeParse(text).success && isStorableTime(text))
const isDecimal = (text: string) => /^-?\d{1,30}(\.\d{1,20})?$/.test(text)

/** What Postgres would not take as a value of the type has to be refused here, with the field's name. */
const CHECKS: Record<string, { test: (text: string) => boolean; says: string }> = {
  text: { test: text => !text.includes('\0'), says: 'a text without NUL characters' },
  boolean: { test: text => text === 'true' || text === 'false', says: 'true or false' },
  smallint: { test: inRange(-(2n ** 15n), 2n ** 15n - 1n), says: 'a whole number' },
  integer: { test: inRange(-(2n ** 31n), 2n ** 31n - 1n), says: 'a whole number' },
  bigint: { test: inRange(-(2n ** 63n), 2n ** 63n - 1n), says: 'a whole number' },
  'double precision': { test: isDecimal, says: 'a number' },
  date: { test: isDate, says: 'a date such as 2017-06-30' },
  timestamp: { test: isLocalTime, says: 'a time such as 2017-06-30T10:00:00' },
  timestamptz: { test: isInstant, says: 'an instant such as 2017-06-30T10:00:00Z' },
}

function checkValue(given: z.output<typeof value>, type: string, field: string): string {
  const text = String(given)
  const check = CHECKS[type] ?? { test: isDecimal, says: 'a number' }
  if (!check.test(text)) throw new BadInputError(`${field}: must be ${check.says}`, { field })
  return text
}

export function makeOrder(orderBy: string, types: Map<string, string>): string[] {
  return orderBy.split(',').map(part => {
    const descending = part.trim().startsWith('-')
    const column = part.trim().slice(descending ? 1 : 0)
    if (!types.has(column)) throw unknownColumn(column, 'orderBy', types)
    return `${pg.escapeIdentifier(column)} ${descending ? 'desc nulls last' : 'asc'}`
  })
}
