/** Arithmetic on decimal texts of any length, as the marts have them, without rounding but where a ratio needs it. */
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/** Digits behind the point of a ratio: a tenth of a per mille, and two more to round by. */
const RATIO_DIGITS = 6

function parse(text: string): { units: bigint; digits: number } {
  const [, sign, whole, behind = ''] = DECIMAL.exec(text) ?? []
  if (sign === undefined) throw new RangeError(`not a decimal number: ${JSON.stringify(text)}`)
  const size = BigInt(`${whole}${behind}`)
  return { units: sign === '-' ? -size : size, digits: behind.length }
}

const scale = ({ units, digits }: { units: bigint; digits: number }, to: number) =>
  units * 10n ** BigInt(to - digits)

function format(units: bigint, digits: number): string {
  const size = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  const text = digits === 0 ? size : `${size.slice(0, -digits)}.${size.slice(-digits)}`
  return units < 0n ? `-${text}` : text
}

/** A number of Postgres as decimal text, also 1e+15 of a double; undefined where it is none, as NaN and Infinity. */
export function readDecimal(text: string | null | undefined): string | undefined {
  if (typeof text !== 'string' || DECIMAL.test(text)) return text ?? undefined
  const number = Number(text)
  return Number.isFinite(number) && /^-?[\d.]+e[-+]?\d+$/i.test(text) ? PLAIN.format(number) : undefined
}
const PLAIN = new Intl.NumberFormat('en', { useGrouping: false, maximumFractionDigits: 20 })

/** Both in units of the last digit that either has. @throws RangeError where one is no decimal text */
function align(a: string, b: string): { units: [bigint, bigint]; digits: number } {
  const [x, y] = [parse(a), parse(b)]
  const digits = Math.max(x.digits, y.digits)
  return { units: [scale(x, digits), scale(y, digits)], digits }
}

/** @throws RangeError where one is no decimal text */
export function subtract(a: string, b: string): string {
  const { units, digits } = align(a, b)
  return format(units[0] - units[1], digits)
}

function add(a: string, b: string): string {
  const { units, digits } = align(a, b)
  return format(units[0] + units[1], digits)
}

export const sum = (texts: string[]): string => texts.reduce(add, '0')

/** -1, 0 or 1. */
export function signOf(text: string): -1 | 0 | 1 {
  const { units } = parse(text)
  return units === 0n ? 0 : units < 0n ? -1 : 1
}

export const compare = (a: string, b: string): number => signOf(subtract(a, b))

/** The first as a part of the second, to six digits, half up; null where the second is nothing. */
export function ratio(part: string, whole: string): string | null {
  const [x, b] = align(part, whole).units
  if (b === 0n) return null
  const a = x * 10n ** BigInt(RATIO_DIGITS)
  const isNegative = a < 0n !== b < 0n
  const [n, d] = [a < 0n ? -a : a, b < 0n ? -b : b]
  const rounded = (2n * n + d) / (2n * d)
  return format(isNegative ? -rounded : rounded, RATIO_DIGITS)
}

/** Digits behind the point of what is reckoned with often: as many as amounts have. */
const DIGITS = 4
const ONE = 10n ** BigInt(DIGITS)

/** @returns ten-thousandths, without what is less @throws RangeError where it is no decimal text */
export function toUnits(value: string): bigint {
  const { units, digits } = parse(value)
  return digits > DIGITS ? units / 10n ** BigInt(digits - DIGITS) : scale({ units, digits }, DIGITS)
}

/** The shortest decimal text of so many ten-thousandths. */
export const toDecimal = (units: bigint): string => format(units, DIGITS).replace(/\.?0+$/, '')

/** The nearest decimal text with at most four digits behind the point. */
export const toRounded = (value: number): string => toDecimal(BigInt(Math.round(value * Number(ONE))))
