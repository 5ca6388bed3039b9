import { throughCodePage } from '../tds/code-page.ts'
import { parseUnits, writeUnits } from '../tds/decimals.ts'
import { SqlError } from '../tds/errors.ts'
import {
  fromThreeHundredths,
  type Moment,
  parseMoment,
  THREE_HUNDREDTHS_PER_DAY,
  TICKS_PER_DAY,
  TICKS_PER_MINUTE,
  toThreeHundredths,
  writeDay,
  writeOffset,
  writeTicks,
} from '../tds/times.ts'
import { type SqlType, type Value, writeType } from '../tds/types.ts'

type Some = NonNullable<Value>

/** @returns a value as a column of this type stores it. @throws SqlError where it does not fit */
export function storeValue(type: SqlType, value: Value): Value {
  if (value === null) return null
  if ('precision' in type) return storeDecimal(value, type.precision, type.scale, type)
  if ('length' in type) return storeSized(type, value)
  if ('scale' in type) return storeScaled(type.name, type.scale, parseMoment(String(value)))
  return storePlain(type, value)
}

const RANGES: { [name: string]: [number, number] } = {
  tinyint: [0, 255],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
}
const BIGINT = [-(2n ** 63n), 2n ** 63n - 1n] as const

function storePlain(type: SqlType, value: Some): Value {
  const range = RANGES[type.name]
  if (range) {
    const number = Number(value)
    if (!Number.isInteger(number) || number < range[0] || number > range[1]) throw overflow(value, type)
    return number
  }
  switch (type.name) {
    case 'bigint': {
      const number = BigInt(String(value))
      if (number < BIGINT[0] || number > BIGINT[1]) throw overflow(value, type)
      return number
    }
    case 'bit':
      return Boolean(value)
    case 'real':
      return Math.fround(Number(value))
    case 'float':
      return Number(value)
    case 'money':
      return storeDecimal(value, 19, 4, type)
    case 'smallmoney':
      return storeDecimal(value, 10, 4, type)
    case 'uniqueidentifier':
      return String(value).toUpperCase()
    case 'text':
      return throughCodePage(String(value))
    case 'date':
      return writeDay(parseMoment(String(value)).day)
    case 'datetime':
      return storeDateTime(parseMoment(String(value)))
    case 'smalldatetime':
      return storeSmallDateTime(parseMoment(String(value)))
    case 'image':
    case 'rowversion':
      return bytesOf(type, value)
    default:
      return String(value)
  }
}

/** Rounds half away from zero, as there. */
function storeDecimal(value: Some, precision: number, scale: number, type: SqlType): string {
  const { negative, units } = parseUnits(String(value), scale + 1)
  const rounded = (BigInt(units) + 5n) / 10n
  if (String(rounded).length > precision) throw overflow(value, type)
  return writeUnits(negative ? -rounded : rounded, scale)
}

function storeSized(type: Extract<SqlType, { length: unknown }>, value: Some): Value {
  const { name, length } = type
  const stored = name === 'binary' || name === 'varbinary' ? bytesOf(type, value) : textOf(name, value)
  if (length === 'max') return stored
  if (stored.length > length) {
    // Spaces at its end are no loss.
    if (Buffer.isBuffer(stored) || stored.trimEnd().length > length)
      throw new SqlError(2628, `String or binary data would be truncated: ${writeType(type)}.`)
    return stored.slice(0, length)
  }
  if (name === 'binary') return Buffer.concat([stored as Buffer, Buffer.alloc(length - stored.length)])
  return name === 'char' || name === 'nchar' ? (stored as string).padEnd(length) : stored
}

const textOf = (name: string, value: Some) =>
  name === 'nvarchar' || name === 'nchar' ? String(value) : throughCodePage(String(value))

function bytesOf(type: SqlType, value: Some): Buffer {
  if (Buffer.isBuffer(value)) return value
  throw new SqlError(257, `Implicit conversion to ${type.name} is not allowed.`)
}

function storeScaled(name: 'time' | 'datetime2' | 'datetimeoffset', scale: number, moment: Moment): string {
  const unit = 10 ** (7 - scale)
  const rounded = Math.round(moment.ticks / unit) * unit
  // Rounding up the last moment of a day leads into the next; a time of day stays within its own.
  const carried = rounded >= TICKS_PER_DAY
  const time = writeTicks(carried && name !== 'time' ? 0 : Math.min(rounded, TICKS_PER_DAY - unit), scale)
  if (name === 'time') return time
  const local = `${writeDay(moment.day + (carried ? 1 : 0))}T${time}`
  return name === 'datetime2' ? local : local + writeOffset(moment.offsetMinutes)
}

function storeDateTime({ day, ticks }: Moment): string {
  const count = toThreeHundredths(ticks)
  const carried = count === THREE_HUNDREDTHS_PER_DAY
  return `${writeDay(day + (carried ? 1 : 0))}T${writeTicks(fromThreeHundredths(carried ? 0 : count), 3)}`
}

function storeSmallDateTime({ day, ticks }: Moment): string {
  const minutes = Math.round(ticks / TICKS_PER_MINUTE)
  const carried = minutes === 1440
  return `${writeDay(day + (carried ? 1 : 0))}T${writeTicks((carried ? 0 : minutes) * TICKS_PER_MINUTE, 0)}`
}

const overflow = (value: Some, type: SqlType) =>
  new SqlError(8115, `Arithmetic overflow error converting ${value} to data type ${writeType(type)}.`)

/** Of these the image before an update has a value only where it was changed. */
export const isMax = (type: SqlType) => 'length' in type && type.length === 'max'

/** The old large types, of which no image before a change is kept. */
export const isOldLarge = ({ name }: SqlType) => name === 'text' || name === 'ntext' || name === 'image'

export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.equals(b)
  return (a ?? null) === (b ?? null)
}
