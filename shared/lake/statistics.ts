import type { Statistics } from 'hyparquet'
import type { ColumnType } from '../config/index.ts'
import { type Column, decimalFromBytes, type Physical } from './columns.ts'
import { formatDate, formatTimestamp } from './time.ts'

/** A longer text is cut, so that a log entry stays small; 32 holds a position but for the last digits of SQL Server's. */
const TEXT_LENGTH = 32

type Extreme = Physical | undefined

/** Least, greatest and number of nulls of one column over the row groups of a file. */
export class ColumnStatistics {
  nulls = 0
  min: Extreme
  max: Extreme
  readonly #type: ColumnType
  #unordered = false

  constructor(type: ColumnType) {
    this.#type = type
  }

  /**
   * Takes in a row group's values.
   * @param values as they are stored, without nulls
   * @returns what the row group's footer is to say
   */
  add(values: Physical[], nulls: number): Statistics {
    const { min, max, nans } = extremesOf(this.#type, values)
    this.nulls += nulls
    // Some engines order NaN and others do not: such a column gets no bounds at all.
    if (nans > 0) this.#unordered = true
    if (min !== undefined && (this.min === undefined || compare(min, this.min) < 0)) this.min = min
    if (max !== undefined && (this.max === undefined || compare(max, this.max) > 0)) this.max = max
    return {
      null_count: BigInt(nulls),
      ...(min !== undefined && nans === 0 && { min_value: min }),
      ...(max !== undefined && nans === 0 && { max_value: max }),
      ...(this.#type.kind === 'double' && { nan_count: BigInt(nans) }),
    }
  }

  minJson(): string | undefined {
    return this.#unordered || this.min === undefined ? undefined : literal(this.#type, this.min, 'min')
  }

  maxJson(): string | undefined {
    return this.#unordered || this.max === undefined ? undefined : literal(this.#type, this.max, 'max')
  }
}

/**
 * The statistics of an `add` action, with which readers skip files. Written as text: a 64-bit integer or a decimal must
 * not become a double on its way into JSON.
 */
export function statisticsJson(rows: number, columns: Column[], statistics: ColumnStatistics[]): string {
  const object = (literalOf: (of: ColumnStatistics) => string | undefined) => {
    const members = columns.flatMap(({ name }, i) => {
      const of = statistics[i]
      const value = of && literalOf(of)
      return value === undefined ? [] : [`${JSON.stringify(name)}:${value}`]
    })
    return `{${members.join(',')}}`
  }
  const minimums = object(of => of.minJson())
  const maximums = object(of => of.maxJson())
  const nulls = object(of => String(of.nulls))
  return `{"numRecords":${rows},"minValues":${minimums},"maxValues":${maximums},"nullCount":${nulls}}`
}

function literal(type: ColumnType, value: Physical, which: 'min' | 'max'): string | undefined {
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return String(value)
    case 'double':
      return Number.isFinite(value) ? String(Object.is(value, -0) ? '-0.0' : value) : undefined
    case 'string':
      return textLiteral(textOf(value), which)
    case 'date':
      return `"${formatDate(Number(value))}"`
    case 'timestamp':
      return `"${formatTimestamp(value as bigint)}Z"`
    case 'timestampNtz':
      return `"${formatTimestamp(value as bigint)}"`
    case 'decimal':
      return decimalLiteral(value instanceof Uint8Array ? decimalFromBytes(value) : BigInt(value), type.scale)
    default:
      return undefined // readers use no bounds of booleans and bytes
  }
}

const textOf = (value: Physical) =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : String(value).toWellFormed()

/** A prefix is a lower bound; for an upper one its last character that can be increased is increased. */
function textLiteral(text: string, which: 'min' | 'max'): string | undefined {
  const characters = Array.from(text.slice(0, 2 * TEXT_LENGTH + 2)).slice(0, TEXT_LENGTH)
  const prefix = characters.join('')
  if (prefix.length === text.length || which === 'min') return JSON.stringify(prefix)
  while (characters.length > 0) {
    const last = characters.pop()?.codePointAt(0) ?? 0
    const next = last === 0xd7ff ? 0xe000 : last + 1 // over the surrogates
    if (next <= 0x10ffff) return JSON.stringify(characters.join('') + String.fromCodePoint(next))
  }
  return undefined
}

export function decimalLiteral(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale > 0 ? `.${digits.slice(digits.length - scale)}` : ''
  return `${negative ? '-' : ''}${whole}${fraction}`
}

type Extremes = { min: Extreme; max: Extreme; nans: number }

/** A loop for each kind of value: one for all takes three times as long. Of a decimal they are unscaled, as bigints. */
function extremesOf({ kind }: ColumnType, values: Physical[]): Extremes {
  switch (typeof values[0]) {
    case 'number': {
      const { min, max, nans } = extremesOfNumbers(values as number[])
      if (nans === values.length) return { ...NONE, nans }
      return kind === 'decimal' ? { min: BigInt(min), max: BigInt(max), nans } : { min, max, nans }
    }
    case 'bigint':
      return extremesOfBigints(values as bigint[])
    case 'string':
      return extremesBy(values as string[], compareTexts)
    case 'object': {
      const { min, max } = extremesBy(
        values as Uint8Array[],
        kind === 'decimal' ? compareSigned : Buffer.compare,
      )
      return kind === 'decimal'
        ? { min: decimalFromBytes(min), max: decimalFromBytes(max), nans: 0 }
        : { min, max, nans: 0 }
    }
    case 'boolean':
      return { min: !values.includes(false), max: values.includes(true), nans: 0 }
    default:
      return NONE
  }
}

const NONE = { min: undefined, max: undefined, nans: 0 }

function extremesOfNumbers(values: number[]): { min: number; max: number; nans: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let nans = 0
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
    if (Number.isNaN(value)) nans += 1
  }
  // As Parquet wants it: a zero may be either.
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max, nans }
}

function extremesOfBigints(values: bigint[]): Extremes {
  let min = values[0] as bigint
  let max = min
  for (const value of values)
    if (value > max) max = value
    else if (value < min) min = value
  return { min, max, nans: 0 }
}

function extremesBy<T extends Physical>(values: T[], order: (a: T, b: T) => number) {
  let min = values[0] as T
  let max = min
  for (const value of values)
    if (order(value, max) > 0) max = value
    else if (order(value, min) < 0) min = value
  return { min, max, nans: 0 }
}

/** Two's complement, big-endian: with its sign bit turned the first byte compares like the others. */
function compareSigned(a: Uint8Array, b: Uint8Array): number {
  const first = ((a[0] ?? 0) ^ 0x80) - ((b[0] ?? 0) ^ 0x80)
  return first !== 0 ? first : Buffer.compare(a, b)
}

/** By their characters' bytes in UTF-8, a lone surrogate being what it is written as. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right)
      return left < FIRST_SURROGATE && right < FIRST_SURROGATE
        ? left - right
        : Buffer.compare(bytesOf(a), bytesOf(b))
  }
  return a.length - b.length
}

const FIRST_SURROGATE = 0xd800

function compare(a: Physical, b: Physical): number {
  if (typeof a === 'string' || a instanceof Uint8Array) return Buffer.compare(bytesOf(a), bytesOf(b))
  return a < b ? -1 : a > b ? 1 : 0
}

const bytesOf = (value: Physical) => (value instanceof Uint8Array ? value : Buffer.from(String(value)))
