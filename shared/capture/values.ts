import type { ColumnType, Value } from '../config/index.ts'

/** A value that does not fit its column's declared type. Its message never carries the value. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
}

/** Why a value becomes null: fixed words, which become metric labels. */
export type Replaced = 'nan' | 'infinity' | 'year_out_of_range' | 'no_client'

/** A source's value that its declared type cannot hold: it becomes null, and is counted (docs/decisions/0016). */
export class NoPlaceError extends Error {
  override readonly name = 'NoPlaceError'
  readonly reason: Replaced
  constructor(reason: Replaced) {
    super(`does not fit its type: ${reason}`)
    this.reason = reason
  }
}

/** Postgres adds digits to a year beyond 9999, and marks those before the year 1. */
const DATE = /^(\d{4,})(-\d{2}-\d{2})( BC)?$/
const USUAL_DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/
const USUAL_LENGTH = 10
const TIMESTAMP = /^(\d{4,}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(?:\+00(?::?00)?|Z)?( BC)?$/
const WHOLE = /^(-?\d+)(?:\.0*)?$/
const DECIMAL = /^-?\d+(\.\d+)?$/
const MONEY = /^(-?)\$([\d,]+\.\d{2})$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * Postgres' text of a value, as a change event has it. The session prints as SESSION_OPTIONS say.
 * @throws ValueError where the text is not of the declared type; NoPlaceError where it does not fit it
 */
export function readPostgresValue(text: string, type: ColumnType): NonNullable<Value> {
  switch (type.kind) {
    case 'string':
      return text
    case 'int':
      return readInt(text)
    case 'bigint':
      return readBigint(text)
    case 'decimal':
      return readDecimal(text.includes('$') ? withoutCurrency(text) : text)
    case 'double':
      return readDouble(text)
    case 'boolean':
      if (text === 't' || text === 'f') return text === 't'
      break
    case 'date': {
      if (USUAL_DATE.test(text)) return text
      const [, year, day, era] = DATE.exec(text) ?? notFinite(text)
      if (year && day) return `${requireYear(year, era)}${day}`
      break
    }
    case 'timestamp':
    case 'timestampNtz': {
      const [, day, time, fraction = '', era] = TIMESTAMP.exec(text) ?? notFinite(text)
      if (day && time) {
        if (era || day.length > USUAL_LENGTH) throw new NoPlaceError('year_out_of_range')
        return `${day}T${time}.${fraction.padEnd(6, '0')}${type.kind === 'timestamp' ? 'Z' : ''}`
      }
      break
    }
    case 'binary':
      return readBytes(text)
  }
  throw new ValueError(`is not a ${type.kind}`)
}

/** What is no number and no day, of numbers and of times. @throws NoPlaceError */
function notFinite(text: string): [] {
  if (text === 'NaN') throw new NoPlaceError('nan')
  if (/^[+-]?infinity$/i.test(text)) throw new NoPlaceError('infinity')
  return []
}

/** The lake's readers know the years 1 to 9999. @returns the year */
export function requireYear(year: string, era?: string): string {
  if (era || year.length !== 4 || year === '0000') throw new NoPlaceError('year_out_of_range')
  return year
}

/** A whole number's digits, also of one that is written with a point: 12.00. */
function wholeDigits(text: string): bigint | undefined {
  const [, digits] = WHOLE.exec(text) ?? notFinite(text)
  return digits === undefined ? undefined : BigInt(digits)
}

const SHORT_INT = /^-?\d{1,9}$/
const SHORT_BIGINT = /^-?[1-9]\d{0,17}$/

export function readInt(text: string): number {
  if (SHORT_INT.test(text)) return Number(text) + 0
  const whole = wholeDigits(text)
  if (whole === undefined || BigInt.asIntN(32, whole) !== whole) throw new ValueError('is not a int')
  return Number(whole)
}

export function readBigint(text: string): string {
  if (SHORT_BIGINT.test(text)) return text
  const whole = wholeDigits(text)
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) throw new ValueError('is not a bigint')
  return whole.toString()
}

function withoutCurrency(text: string): string {
  const [, sign = '', amount] = MONEY.exec(text) ?? []
  return amount === undefined ? text : `${sign}${amount.replaceAll(',', '')}`
}

function readBytes(text: string): string {
  const bytes = Buffer.from(text.slice(2), 'hex')
  // What is no hex ends the bytes.
  if (!text.startsWith('\\x') || text.length !== 2 + 2 * bytes.length) throw new ValueError('is not a binary')
  return bytes.toString('base64')
}

export function readDecimal(text: string): string {
  if (DECIMAL.test(text)) return text
  notFinite(text)
  throw new ValueError('is not a decimal')
}

/** As text what JSON has no number for. */
const SPECIAL_DOUBLES = ['NaN', 'Infinity', '-Infinity', '-0']
/** A text of this length has at most 15 digits, of which a double keeps every one. */
const SAFE_LENGTH = 15

/** A number that a double returns with as many digits: nothing is rounded. */
export function readDouble(text: string): NonNullable<Value> {
  if (SPECIAL_DOUBLES.includes(text)) return text
  const value = Number(text)
  if (!NUMBER.test(text) || !Number.isFinite(value)) throw new ValueError('is not a double')
  const mayRound = text.length > SAFE_LENGTH || /e/i.test(text)
  if (mayRound && String(value) !== text && !givesBack(value, text))
    throw new ValueError('has more digits than a double')
  return toDouble(value)
}

/** Databases print a double with up to 17 digits: as few as JavaScript, or more, and then they round a half otherwise. */
function givesBack(value: number, text: string): boolean {
  const { digits, exponent } = significantOf(text)
  const count = Math.min(Math.max(digits.length, 1), MAX_PRECISION)
  return [String(value), value.toPrecision(count)]
    .map(significantOf)
    .some(given => given.digits === digits && given.exponent === exponent)
}

/** As many as toPrecision gives; more than any double needs. */
const MAX_PRECISION = 100

/** A double as an event has it. */
export function toDouble(value: number): NonNullable<Value> {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value)
}

/** A number's digits without the zeros around them, and its power of ten: what two ways to write it have in common. */
function significantOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.')
  const written = `${whole}${fraction}`.replace(/^0+/, '')
  const digits = written.replace(/0+$/, '')
  const exponent = digits === '' ? 0 : Number(power) - fraction.length + written.length - digits.length
  return { digits, exponent }
}
