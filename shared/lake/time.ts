/**
 * Dates and timestamps between ISO text and what Parquet stores. Written by hand because every landed row has several,
 * `Date` stops at milliseconds, and it takes 30 February for 2 March.
 */

const ZERO = 48
const MICROS_PER_SECOND = 1_000_000
/** Below this many seconds from the epoch, microseconds fit a double exactly (years 1685 to 2255). */
const SAFE_SECONDS = 9_000_000_000

/** `2017-06-30` as days since 1970-01-01; undefined where it is not a date of the years 1 to 9999. */
export function parseDate(text: string): number | undefined {
  return text.length === 10 ? daysAt(text) : undefined
}

/**
 * `2017-06-30T10:00:00.123456`, with `Z` where it is `zoned`, as microseconds since the epoch. The fraction has up to
 * six digits or none.
 */
export function parseTimestamp(text: string, zoned: boolean): bigint | undefined {
  const end = zoned ? text.length - 1 : text.length
  if (end < 19 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || (zoned && text[end] !== 'Z'))
    return undefined
  const days = daysAt(text)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const micros = fractionMicros(text, end)
  if (days === undefined || !(hour < 24 && minute < 60 && second < 60) || micros === undefined)
    return undefined
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second
  return Math.abs(seconds) < SAFE_SECONDS
    ? BigInt(seconds * MICROS_PER_SECOND + micros)
    : BigInt(seconds) * BigInt(MICROS_PER_SECOND) + BigInt(micros)
}

export function formatDate(days: number): string {
  return formatTimestamp(BigInt(days) * 86_400_000_000n).slice(0, 10)
}

/** Without a zone mark; always six digits of fraction. */
export function formatTimestamp(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const whole = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19)
  return `${whole}.${fraction.toString().padStart(6, '0')}`
}

const NOT_DIGITS = Number.NaN

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NOT_DIGITS
}

function fractionMicros(text: string, end: number): number | undefined {
  if (end === 19) return 0
  const digits = end - 20
  if (text[19] !== '.' || digits < 1 || digits > 6) return undefined
  let micros = 0
  for (let at = 20; at < 26; at++) {
    const digit = at < end ? text.charCodeAt(at) - ZERO : 0
    if (!(digit >= 0 && digit <= 9)) return undefined
    micros = micros * 10 + digit
  }
  return micros
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Days since the epoch of the date at the text's start, by the proleptic Gregorian calendar. */
function daysAt(text: string): number | undefined {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1) || text[4] !== '-' || text[7] !== '-')
    return undefined
  const leapDay = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0
  if (day > (DAYS_IN_MONTH[month - 1] as number) + leapDay) return undefined
  // Counted from 1 March, so that the leap day is the last of its year (Howard Hinnant, "chrono-compatible date algorithms").
  const marchYear = month <= 2 ? year - 1 : year
  const century = Math.floor(marchYear / 400)
  const yearOfCentury = marchYear - century * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfCentury =
    yearOfCentury * 365 + Math.floor(yearOfCentury / 4) - Math.floor(yearOfCentury / 100) + dayOfYear
  return century * 146_097 + dayOfCentury - 719_468
}
