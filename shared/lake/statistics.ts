import type { Statistics } from 'hyparquet'
import type { ColumnType } from '../config/index.ts'
import { type Column, decimalFromBytes, type Physical } from './columns.ts'
import { formatDate, formatTimestamp } from './time.ts'

/** A longer text is cut, so that a log entry stays small; 32 holds a whole position. */
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
   * Takes in a row group's statistics as the Parquet writer made them; of wide decimals, whose bytes it would compare
   * unsigned, they are made here.
   * @returns what the row group's footer is to say
   */
  add(given: Statistics | undefined, values: Iterable<Physical | null | undefined>): Statistics {
    const statistics: Statistics & { nan_count?: bigint } = given
      ? asUnscaled(this.#type, given)
      : wideDecimalStatistics(values)
    this.nulls += Number(statistics.null_count ?? 0)
    // NaN has a place in the order of some engines and none in others: such a column has no extremes.
    if (statistics.nan_count) this.#unordered = true
    const { min_value: min, max_value: max } = statistics as { min_value?: Physical; max_value?: Physical }
    if (min !== undefined && (this.min === undefined || compare(min, this.min) < 0)) this.min = min
    if (max !== undefined && (this.max === undefined || compare(max, this.max) > 0)) this.max = max
    return statistics
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
      return undefined // of booleans and bytes readers use none
  }
}

const textOf = (value: Physical) =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : String(value).toWellFormed()

/** A prefix is a lower bound; an upper one has its last character that can be raised raised. */
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

/** The Parquet writer takes a decimal's bound for unscaled only as a bigint; a number it would scale. */
function asUnscaled(type: ColumnType, statistics: Statistics): Statistics {
  const { min_value: min, max_value: max } = statistics
  if (type.kind !== 'decimal' || typeof min !== 'number' || typeof max !== 'number') return statistics
  return { ...statistics, min_value: BigInt(min), max_value: BigInt(max) }
}

function wideDecimalStatistics(values: Iterable<Physical | null | undefined>): Statistics {
  let nulls = 0n
  let min: Uint8Array | undefined
  let max: Uint8Array | undefined
  for (const value of values) {
    if (!(value instanceof Uint8Array)) nulls += 1n
    else {
      if (!min || compareSigned(value, min) < 0) min = value
      if (!max || compareSigned(value, max) > 0) max = value
    }
  }
  return {
    null_count: nulls,
    ...(min && { min_value: decimalFromBytes(min) }),
    ...(max && { max_value: decimalFromBytes(max) }),
  }
}

/** Two's complement, big-endian: with its sign bit turned the first byte compares like the others. */
function compareSigned(a: Uint8Array, b: Uint8Array): number {
  const first = ((a[0] ?? 0) ^ 0x80) - ((b[0] ?? 0) ^ 0x80)
  return first !== 0 ? first : Buffer.compare(a, b)
}

function compare(a: Physical, b: Physical): number {
  if (typeof a === 'string' || a instanceof Uint8Array) return Buffer.compare(bytesOf(a), bytesOf(b))
  return a < b ? -1 : a > b ? 1 : 0
}

const bytesOf = (value: Physical) => (value instanceof Uint8Array ? value : Buffer.from(String(value)))
