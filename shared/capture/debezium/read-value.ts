import type { ColumnType, Value } from '../../config/index.ts'
import {
  NoPlaceError,
  readBigint,
  readDecimal,
  readDouble,
  readInt,
  requireYear,
  toDouble,
  ValueError,
} from '../values.ts'

/** A column's value as Debezium writes it, and its schema, where there is one. */
export type DebeziumValue = { value: unknown; schema: FieldSchema | undefined; decimals: 'string' | 'base64' }

export type FieldSchema = {
  field?: string
  name?: string
  fields?: FieldSchema[]
  parameters?: { scale?: string }
}

const DAY_MS = 86_400_000
const INTEGER = /^-?\d{1,19}$/
const ISO_DATE = /^([+-]?\d{4,})(-\d{2}-\d{2})Z?$/

/**
 * A value in its declared type. Without a schema, times are microseconds (`time.precision.mode=microseconds`), dates are
 * days since 1970, and decimals are what the source file says.
 * @throws ValueError where the value is not of that type; NoPlaceError where it does not fit it
 */
export function readDebeziumValue(
  { value, schema, decimals }: DebeziumValue,
  type: ColumnType,
): NonNullable<Value> {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  switch (type.kind) {
    case 'string':
      if (typeof value === 'string') return value
      break
    case 'int':
      if (typeof text === 'string') return readInt(text)
      break
    case 'bigint':
      if (typeof text === 'string') return readBigint(text)
      break
    case 'decimal':
      return readDebeziumDecimal(text, schema, decimals, type.scale, typeof value !== 'string')
    case 'double':
      if (typeof value === 'number' || typeof value === 'bigint') return toDouble(Number(value))
      if (typeof value === 'string') return readDouble(value)
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'date':
      if (Number.isInteger(value)) return isoOf(Number(value) * DAY_MS).slice(0, 10)
      if (typeof value === 'string') {
        const [, year, day] = ISO_DATE.exec(value) ?? []
        if (year && day) return `${requireYear(year)}${day}`
      }
      break
    case 'timestamp':
    case 'timestampNtz':
      return readInstant(text, schema) + (type.kind === 'timestamp' ? 'Z' : '')
    case 'binary':
      if (typeof value === 'string') return value
      break
  }
  throw new ValueError(`is not a ${type.kind}`)
}

function readDebeziumDecimal(
  value: unknown,
  schema: FieldSchema | undefined,
  decimals: 'string' | 'base64',
  declaredScale: number,
  isNumber: boolean,
): string {
  // Of a column without a scale of its own each value brings one.
  if (isVariable(value)) return fromBytes(String(value.value), Number(value.scale))
  if (typeof value !== 'string') throw new ValueError('is not a decimal')
  const isBytes = schema ? schema.name === 'org.apache.kafka.connect.data.Decimal' : decimals === 'base64'
  return isBytes && !isNumber
    ? fromBytes(value, Number(schema?.parameters?.scale ?? declaredScale))
    : readDecimal(value)
}

function isVariable(value: unknown): value is { value: unknown; scale: unknown } {
  return typeof value === 'object' && value !== null
}

/** Base64 of a two's complement number, the most significant byte first. */
function fromBytes(base64: string, scale: number): string {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || !Number.isInteger(scale)) throw new ValueError('is not a decimal')
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(Math.max(scale, 0) + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  if (scale <= 0) return `${sign}${digits}${'0'.repeat(-scale)}`
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Units a second, by the schema's name; the printed configuration asks for microseconds. */
const UNITS: Record<string, bigint> = {
  'io.debezium.time.Timestamp': 1000n,
  'org.apache.kafka.connect.data.Timestamp': 1000n,
  'io.debezium.time.MicroTimestamp': 1_000_000n,
  'io.debezium.time.NanoTimestamp': 1_000_000_000n,
}
const MICROSECONDS = 1_000_000n
const ISO = /^([+-]?\d{4,})(-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/

/** A time without its zone letter, to the microsecond. */
function readInstant(text: unknown, schema: FieldSchema | undefined): string {
  if (typeof text !== 'string') throw new ValueError('is not a time')
  if (INTEGER.test(text)) {
    const micros = (BigInt(text) * MICROSECONDS) / (UNITS[schema?.name ?? ''] ?? MICROSECONDS)
    const within = ((micros % MICROSECONDS) + MICROSECONDS) % MICROSECONDS
    const second = isoOf(Number((micros - within) / 1000n)).slice(0, 19)
    return `${second}.${within.toString().padStart(6, '0')}`
  }
  const [, year, date, minute, seconds = '00', fraction = '', zone = 'Z'] = ISO.exec(text) ?? []
  if (!year) throw new ValueError('is not a time')
  const day = `${requireYear(year)}${date}`
  const offset =
    zone === 'Z'
      ? `${day}T${minute}:${seconds}`
      : isoOf(Date.parse(`${day}T${minute}:${seconds}${zone}`)).slice(0, 19)
  return `${offset}.${fraction.padEnd(6, '0').slice(0, 6)}`
}

function isoOf(ms: number): string {
  if (Number.isNaN(ms)) throw new ValueError('is not a time')
  const date = new Date(ms)
  // Infinity too comes as a number, of a year far away.
  if (!(date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999))
    throw new NoPlaceError('year_out_of_range')
  return date.toISOString()
}
