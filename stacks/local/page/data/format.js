/** Figures as people read them. The page is in English, and so are its dates, whatever the browser's language. */

const LANGUAGE = 'en-GB'
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 })
const twoDigits = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const clockWithSeconds = new Intl.DateTimeFormat(LANGUAGE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat(LANGUAGE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

const dayHere = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long' })
const month = new Intl.DateTimeFormat(LANGUAGE, { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** @param {number} value */
export const count = value => whole.format(value)
/** A share from 0 to 1. @param {number | null} value */
export const percent = value => (value === null ? '–' : `${Math.round(value * 1000) / 10} %`)
/** @param {number} value */
export const price = value => twoDigits.format(value)
/** @param {string | number} at */
export const timeOfDay = at => clock.format(new Date(at))
/** @param {string | number} at */
export const exactTime = at => clockWithSeconds.format(new Date(at))
/** @param {string | number} at */
export const dayAndTime = at => `${timeOfDay(at)} on ${dayHere.format(new Date(at))}`
/** A business date such as 2026-11-16, which has no time zone. @param {string} text */
export const date = text => day.format(new Date(`${text.slice(0, 10)}T00:00:00Z`))

/** A business date's month. @param {string} text */
export const monthOf = text => month.format(new Date(`${text.slice(0, 10)}T00:00:00Z`))

const oneDigit = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 })
const firstDigits = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 2 })
const weekday = new Intl.DateTimeFormat(LANGUAGE, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** What is sold or forecast of something: 0.04, 3.7, 28, 1,204. @param {number} value */
export function units(value) {
  const size = Math.abs(value)
  if (size >= 20) return count(value)
  // Less than a thousandth is rounded away by who says it.
  return size >= 1 ? oneDigit.format(value) : firstDigits.format(value)
}

/** A business date with its day of the week. @param {string} text */
export const weekdayOf = text => weekday.format(new Date(`${text.slice(0, 10)}T00:00:00Z`))

/** @param {number} number @param {string} one @param {string} [many] */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** A duration in the largest unit that tells enough: 0.4 s, 12 s, 3 min, 5 h, 2 days. @param {number} ms */
export function duration(ms) {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`
  if (ms < 3_570_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 129_600_000) return `${Math.round(ms / 3_600_000)} h`
  return plural(Math.round(ms / 86_400_000), 'day')
}

/** The same in words. @param {number} ms */
export function durationInWords(ms) {
  if (ms < 950) return 'less than a second'
  if (ms < 59_500) return plural(Math.round(ms / 1000), 'second')
  if (ms < 3_570_000) return plural(Math.round(ms / 60_000), 'minute')
  if (ms < 129_600_000) return plural(Math.round(ms / 3_600_000), 'hour')
  return plural(Math.round(ms / 86_400_000), 'day')
}

/** A function's reason begins with a small letter, and ends without a full stop. @param {string} text */
export const asSentence = text => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** @param {number} value */
export function bytes(value) {
  let unit = 0
  let rest = value
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000
    unit += 1
  }
  return `${rest < 9.95 && unit > 0 ? rest.toFixed(1) : Math.round(rest)} ${UNITS[unit]}`
}

/**
 * Amounts of a currency, short on an axis and whole in a table.
 *
 * @typedef {{ short(value: number): string, full(value: number): string }} Money
 * @param {string} currency
 * @returns {Money}
 */
export function makeMoney(currency) {
  /** @type {Intl.NumberFormatOptions} */
  const options = currency ? { style: 'currency', currency } : {}
  const short = new Intl.NumberFormat(LANGUAGE, { ...options, notation: 'compact', maximumFractionDigits: 1 })
  const full = new Intl.NumberFormat(LANGUAGE, { ...options, maximumFractionDigits: 0 })
  return { short: value => short.format(value), full: value => full.format(value) }
}

/**
 * Steps of 1, 2 or 5 times a power of ten that reach `max` in at most `most` steps.
 *
 * @param {number} max
 * @param {number} [most]
 */
export function axisTicks(max, most = 4) {
  if (max <= 0) return [0, 1]
  const rough = max / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step =
    [1, 2, 5].map(factor => factor * power).find(candidate => candidate >= rough * 0.999999) ?? 10 * power
  const ticks = [0]
  while (step * (ticks.length - 1) < max) ticks.push(step * ticks.length)
  return ticks
}
