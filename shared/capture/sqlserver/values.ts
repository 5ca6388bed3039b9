import type { ColumnType, Value } from '../../config/index.ts'
import {
  NoPlaceError,
  readBigint,
  readDecimal,
  readDouble,
  readInt,
  toDouble,
  ValueError,
} from '../values.ts'

/** A value as it comes from the driver: see `selected` for what comes as text. */
export type SqlServerValue = string | number | boolean | Buffer

const DATE = /^(\d{4}-\d{2}-\d{2})(?: 00:00(?::00(?:\.0+)?)?)?$/
const TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,7}))?$/
const INSTANT = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,7})?) ([+-]\d{2}:\d{2})$/

/**
 * A value of SQL Server as a change event has it.
 * @throws ValueError where it is not of the declared type; NoPlaceError where it does not fit it
 */
export function readSqlServerValue(value: SqlServerValue, type: ColumnType): NonNullable<Value> {
  switch (type.kind) {
    case 'string':
      return printValue(value)
    case 'binary':
      if (Buffer.isBuffer(value)) return value.toString('base64')
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'double':
      if (typeof value === 'number') return toDouble(value)
      if (typeof value === 'string') return readDouble(value)
      break
    case 'int':
      return readInt(printValue(value))
    case 'bigint':
      return readBigint(printValue(value))
    case 'decimal':
      return readDecimal(printValue(value))
    case 'date': {
      const day = typeof value === 'string' && DATE.exec(value)?.[1]
      if (day) return day
      break
    }
    case 'timestampNtz':
      if (typeof value === 'string') return readTime(value)
      break
    case 'timestamp': {
      const [, local, offset] = (typeof value === 'string' && INSTANT.exec(value)) || []
      if (local && offset) return `${atUtc(readTime(local), offset)}Z`
      break
    }
  }
  throw new ValueError(`is not a ${type.kind}`)
}

/** A value as text, as SQL Server prints it. */
export function printValue(value: SqlServerValue): string {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`
  return typeof value === 'boolean' ? String(Number(value)) : String(value)
}

/** To the microsecond: the seventh digit has no place in the lake. */
function readTime(text: string): string {
  const [, day, time, fraction = ''] = TIME.exec(text) ?? []
  if (!day || !time) throw new ValueError('is not a time')
  return `${day}T${time}.${fraction.padEnd(6, '0').slice(0, 6)}`
}

/** Offsets are whole minutes: the digits below a minute stay as they are. */
function atUtc(local: string, offset: string): string {
  const minute = new Date(`${local.slice(0, 16)}:00${offset}`)
  if (minute.getUTCFullYear() < 1 || minute.getUTCFullYear() > 9999)
    throw new NoPlaceError('year_out_of_range')
  return minute.toISOString().slice(0, 16) + local.slice(16)
}

/** A single-precision number with as few digits as tell it apart, as a database prints it: 0.1, not 0.10000000149011612. */
export function readSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
