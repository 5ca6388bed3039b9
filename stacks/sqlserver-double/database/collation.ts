import { parseUnits } from '../tds/decimals.ts'
import { parseMoment, TICKS_PER_DAY, toUtc } from '../tds/times.ts'
import type { SqlType, Value } from '../tds/types.ts'

/** Near to SQL_Latin1_General_CP1_CI_AS: case is no difference, an accent is. */
const collator = new Intl.Collator('en', { sensitivity: 'accent' })

/** Bytes of a GUID in the order in which SQL Server compares them. */
const GUID_ORDER = [10, 11, 12, 13, 14, 15, 8, 9, 7, 6, 5, 4, 3, 2, 1, 0]

/** Compares two values of a type as `order by` does; null comes first. */
export function compareValues(type: SqlType, a: Value, b: Value): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  switch (type.name) {
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
      return compareNumbers(unitsOf(a), unitsOf(b))
    case 'uniqueidentifier':
      return Buffer.compare(guidOf(a), guidOf(b))
    case 'datetimeoffset':
      return compareNumbers(ticksOf(a), ticksOf(b))
    case 'date':
    case 'time':
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
      return compareNumbers(String(a), String(b))
    default:
      return compareByKind(a, b)
  }
}

function compareByKind(a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b)
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a.trimEnd(), b.trimEnd())
  return compareNumbers(a, b)
}

const compareNumbers = <T extends NonNullable<Value>>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0)

const ALL_DIGITS = 38

function unitsOf(value: NonNullable<Value>): bigint {
  const { negative, units } = parseUnits(String(value), ALL_DIGITS)
  return negative ? -BigInt(units) : BigInt(units)
}

function guidOf(value: NonNullable<Value>): Buffer {
  const hex = String(value).replaceAll('-', '')
  // As it is stored: its first three groups are little-endian.
  const stored = [6, 4, 2, 0, 10, 8, 14, 12, 16, 18, 20, 22, 24, 26, 28, 30].map(at =>
    Number.parseInt(hex.slice(at, at + 2), 16),
  )
  return Buffer.from(GUID_ORDER.map(at => stored[at] as number))
}

function ticksOf(value: NonNullable<Value>): bigint {
  const { day, ticks } = toUtc(parseMoment(String(value)))
  return BigInt(day) * BigInt(TICKS_PER_DAY) + BigInt(ticks)
}

/** A text that two values share where an index takes them for the same. */
export function keyText(values: readonly Value[]): string {
  return values
    .map(value => {
      if (value === null) return '\0'
      if (Buffer.isBuffer(value)) return `b${value.toString('hex')}`
      return typeof value === 'string' ? `t${value.trimEnd().toLowerCase()}` : String(value)
    })
    .join('\u0001')
}
