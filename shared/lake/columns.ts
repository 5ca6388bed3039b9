import type { SchemaElement } from 'hyparquet'
import type { ColumnType, Value } from '../config/index.ts'
import { parseDate, parseTimestamp } from './time.ts'

export interface Column {
  name: string
  type: ColumnType
  /** Never null: written without null marks. The table's schema calls every column nullable all the same. */
  required?: boolean
}

/**
 * A value as Parquet stores it: int, date, double and decimals of up to 9 digits are numbers; bigint, timestamps and
 * decimals of up to 18 digits are bigints (unscaled, microseconds); wider decimals and binary are bytes.
 */
export type Physical = number | bigint | boolean | string | Uint8Array

/**
 * Turns a value into what Parquet stores, or undefined where the value is not of the type: nothing is rounded, cut or
 * guessed, and no 64-bit integer or decimal passes through a double.
 */
export type Encode = (value: Exclude<Value, null>) => Physical | undefined

export function makeEncode(type: ColumnType): Encode {
  switch (type.kind) {
    case 'int':
      return value => (typeof value === 'number' && (value | 0) === value ? value : undefined)
    case 'bigint':
      return encodeBigint
    case 'double':
      return value => (typeof value === 'number' ? value : SPECIAL_DOUBLES.get(value))
    case 'boolean':
      return value => (typeof value === 'boolean' ? value : undefined)
    case 'string':
      return value => (typeof value === 'string' ? value : undefined)
    case 'binary':
      return value =>
        typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : undefined
    case 'date':
      return value => (typeof value === 'string' ? parseDate(value) : undefined)
    case 'timestamp':
      return value => (typeof value === 'string' ? parseTimestamp(value, true) : undefined)
    case 'timestampNtz':
      return value => {
        if (typeof value !== 'string') return undefined
        return parseTimestamp(value.length === DATE_LENGTH ? `${value}T00:00:00` : value, false)
      }
    case 'decimal':
      return makeEncodeDecimal(type)
  }
}

/** Dates may still be on the bus when their column has become a time: midnight, as in landed rows. */
const DATE_LENGTH = 10

/** JSON has no numbers for these. */
const SPECIAL_DOUBLES = new Map<unknown, number>([
  ['-0', -0],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const INTEGER = /^-?\d{1,19}$/

/** On the bus an int is a number, and some events still have one when its column has become wider. */
const isInt = (value: Exclude<Value, null>): value is number =>
  typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)

function encodeBigint(value: Exclude<Value, null>): bigint | undefined {
  if (typeof value !== 'string') return isInt(value) ? BigInt(value) : undefined
  if (!INTEGER.test(value)) return undefined
  if (value.length <= SAFE_DIGITS) return BigInt(Number(value)) // quicker, and exact
  const integer = BigInt(value)
  return BigInt.asIntN(64, integer) === integer ? integer : undefined
}

/** Up to this many digits a double holds every integer exactly. */
const SAFE_DIGITS = 15
const ZERO = 48
const PLUS = 43
const MINUS = 45
const POINT = 46

/** By characters, not by a regular expression: most rows have money, and it takes four times as long. */
function makeEncodeDecimal({ precision, scale }: { precision: number; scale: number }): Encode {
  const store = makeStoreDecimal(precision)
  const encode: Encode = value => {
    if (typeof value !== 'string') return isInt(value) ? encode(String(value)) : undefined
    const first = value.charCodeAt(0)
    const start = first === MINUS || first === PLUS ? 1 : 0
    let unscaled = 0
    let digits = 0
    let significant = 0
    let fraction = -1 // digits after the point, once there is one
    for (let at = start; at < value.length; at++) {
      const digit = value.charCodeAt(at) - ZERO
      if (digit === POINT - ZERO && fraction < 0) {
        fraction = 0
        continue
      }
      if (!(digit >= 0 && digit <= 9)) return undefined
      digits += 1
      if (fraction >= 0) {
        if (fraction === scale) {
          if (digit !== 0) return undefined // it would have to be rounded
          continue
        }
        fraction += 1
      }
      if (significant > 0 || digit > 0) significant += 1
      unscaled = unscaled * 10 + digit
    }
    if (digits === 0) return undefined
    const missing = scale - Math.max(fraction, 0)
    if (significant > 0 && significant + missing > precision) return undefined
    if (significant + missing <= SAFE_DIGITS) {
      const whole = unscaled * 10 ** missing
      return store(first === MINUS ? -whole : whole)
    }
    const point = value.indexOf('.')
    const text =
      point < 0 ? value.slice(start) : value.slice(start, point) + value.slice(point + 1, point + 1 + scale)
    const whole = BigInt(text) * 10n ** BigInt(missing)
    return store(first === MINUS ? -whole : whole)
  }
  return encode
}

/** Turns an unscaled decimal of the precision into what Parquet stores. */
export function makeStoreDecimal(precision: number): (unscaled: number | bigint) => Physical {
  if (precision <= 9) return unscaled => Number(unscaled)
  if (precision <= 18) return unscaled => BigInt(unscaled)
  const length = decimalBytes(precision)
  return unscaled => {
    const bytes = new Uint8Array(length)
    if (typeof unscaled === 'number') {
      const high = Math.floor(unscaled / 2 ** 32)
      if (unscaled < 0) bytes.fill(0xff)
      for (let at = length - 1, low = unscaled | 0; at >= length - 4; at--, low >>= 8) bytes[at] = low
      for (let at = length - 5, rest = high | 0; at >= length - 8; at--, rest >>= 8) bytes[at] = rest
      return bytes
    }
    let rest = unscaled
    for (let at = length - 1; at >= 0; at--) {
      bytes[at] = Number(rest & 0xffn)
      rest >>= 8n
    }
    return bytes
  }
}

/** Least bytes whose two's complement holds every decimal of the precision. */
function decimalBytes(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n
  let length = 1
  while (2n ** BigInt(8 * length - 1) <= largest) length += 1
  return length
}

export function decimalFromBytes(bytes: Uint8Array): bigint {
  let value = BigInt.asIntN(8, BigInt(bytes[0] ?? 0))
  for (const byte of bytes.subarray(1)) value = (value << 8n) | BigInt(byte)
  return value
}

/** The column in a Parquet file. */
export function parquetElement({ name, type, required }: Column): SchemaElement {
  const element: Pick<SchemaElement, 'name' | 'repetition_type'> = {
    name,
    repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
  }
  switch (type.kind) {
    case 'int':
      return { ...element, type: 'INT32' }
    case 'bigint':
      return { ...element, type: 'INT64' }
    case 'double':
      return { ...element, type: 'DOUBLE' }
    case 'boolean':
      return { ...element, type: 'BOOLEAN' }
    case 'string':
      return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    case 'binary':
      return { ...element, type: 'BYTE_ARRAY' }
    case 'date':
      return { ...element, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }
    case 'timestamp':
    case 'timestampNtz': {
      const isAdjustedToUTC = type.kind === 'timestamp'
      // The old converted type always means an instant: a zone-less time must not carry it.
      const converted = isAdjustedToUTC ? { converted_type: 'TIMESTAMP_MICROS' as const } : {}
      const logical_type = { type: 'TIMESTAMP' as const, isAdjustedToUTC, unit: 'MICROS' as const }
      return { ...element, type: 'INT64', ...converted, logical_type }
    }
    case 'decimal': {
      const { precision, scale } = type
      const decimal = {
        converted_type: 'DECIMAL' as const,
        precision,
        scale,
        logical_type: { type: 'DECIMAL' as const, precision, scale },
      }
      if (precision <= 9) return { ...element, type: 'INT32', ...decimal }
      if (precision <= 18) return { ...element, type: 'INT64', ...decimal }
      return { ...element, type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision), ...decimal }
    }
  }
}

const DELTA_NAMES = new Map<ColumnType['kind'], string>([
  ['int', 'integer'],
  ['bigint', 'long'],
  ['double', 'double'],
  ['boolean', 'boolean'],
  ['string', 'string'],
  ['binary', 'binary'],
  ['date', 'date'],
  ['timestamp', 'timestamp'],
  ['timestampNtz', 'timestamp_ntz'],
])
const KINDS = new Map([...DELTA_NAMES].map(([kind, name]) => [name, kind]))

export function deltaTypeName(type: ColumnType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`
  return DELTA_NAMES.get(type.kind) as string
}

/** @returns undefined for a type that Cordage does not write, such as a struct */
export function columnTypeOf(deltaName: unknown): ColumnType | undefined {
  if (typeof deltaName !== 'string') return undefined
  const decimal = /^decimal\((\d+),\s*(-?\d+)\)$/.exec(deltaName)
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
  const kind = KINDS.get(deltaName)
  return kind === undefined || kind === 'decimal' ? undefined : { kind }
}
