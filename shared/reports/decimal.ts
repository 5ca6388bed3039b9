/** Exact arithmetic on decimal texts as the marts have them, of at most so many digits behind the point. */
const DIGITS = 4
const ONE = 10n ** BigInt(DIGITS)
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/** @returns ten-thousandths @throws RangeError where it is no decimal text */
export function toUnits(value: string): bigint {
  const [, sign, whole = '', behind = ''] = DECIMAL.exec(value) ?? []
  if (sign === undefined) throw new RangeError(`not a decimal number: ${JSON.stringify(value)}`)
  const units = BigInt(whole) * ONE + BigInt(behind.slice(0, DIGITS).padEnd(DIGITS, '0'))
  return sign === '-' ? -units : units
}

/** The shortest decimal text of it. */
export function toDecimal(units: bigint): string {
  const [sign, size] = units < 0n ? ['-', -units] : ['', units]
  const behind = (size % ONE).toString().padStart(DIGITS, '0').replace(/0+$/, '')
  return `${sign}${size / ONE}${behind === '' ? '' : `.${behind}`}`
}

/** The nearest decimal text with at most four digits behind the point. */
export const toRounded = (value: number): string => toDecimal(BigInt(Math.round(value * Number(ONE))))

/** A part of a whole, as a decimal text; null where the whole is nothing. */
export function ratioOf(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null
  const [sign, size] = part < 0n !== whole < 0n ? [-1n, part * whole] : [1n, part * whole]
  if (size === 0n) return '0'
  const [a, b] = [part < 0n ? -part : part, whole < 0n ? -whole : whole]
  return toDecimal(sign * ((2n * a * ONE + b) / (2n * b)))
}
