/** Numbers of so many digits are exact as JavaScript's numbers. */
const SAFE_DIGITS = 15
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/

/** A decimal text in units of its last digit: a number where it is exact, which is quicker, a bigint otherwise. */
export type Units = { negative: boolean; units: number | bigint }

/** Digits past the scale are cut off: values in the model have been rounded before. */
export function parseUnits(text: string, scale: number): Units {
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(text) ?? []
  if (sign === undefined || whole + fraction === '') throw new TypeError(`not a decimal: ${text}`)
  const digits = whole + fraction.slice(0, scale).padEnd(scale, '0')
  const units = digits.length <= SAFE_DIGITS ? Number(digits) : BigInt(digits)
  return { negative: sign === '-', units }
}

/** @returns the decimal text of a number of units of the last digit */
export function writeUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`
}

/** Bytes that hold the digits of a decimal of this precision. */
export function decimalBytes(precision: number): number {
  if (precision <= 9) return 4
  if (precision <= 19) return 8
  return precision <= 28 ? 12 : 16
}
