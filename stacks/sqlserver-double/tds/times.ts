/** A second has ten million ticks; all of a day's fit exactly into a number. */
export const TICKS_PER_SECOND = 10_000_000
export const TICKS_PER_MINUTE = 60 * TICKS_PER_SECOND
export const TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND

/** Days from 0001-01-01 to 1970-01-01, and to 1900-01-01, from where `date` and `datetime` count. */
export const DAYS_TO_1970 = 719_162
export const DAYS_TO_1900 = 693_595

/** Days since 0001-01-01, ticks since midnight, and minutes east of UTC. */
export type Moment = { day: number; ticks: number; offsetMinutes: number }

const DATE = /^(\d{4})-(\d\d)-(\d\d)/
const TIME = /(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)?$/

/** Reads an ISO date, time or both; a missing date is the first day, a missing time midnight. */
export function parseMoment(text: string): Moment {
  const date = DATE.exec(text)
  const rest = date ? text.slice(10) : text
  const time = rest === '' ? null : TIME.exec(rest)
  if ((rest !== '' && !time) || (time && time.index > (date ? 1 : 0)))
    throw new TypeError(`not a time: ${text}`)
  return {
    day: date ? dayOf(Number(date[1]), Number(date[2]), Number(date[3])) : 0,
    ticks: time ? ticksOf(time) : 0,
    offsetMinutes: time ? offsetOf(time[5]) : 0,
  }
}

function ticksOf([, hours, minutes, seconds = '0', fraction = '']: RegExpExecArray): number {
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return whole * TICKS_PER_SECOND + (fraction === '' ? 0 : Number(fraction.padEnd(7, '0')))
}

function offsetOf(text: string | undefined): number {
  if (text === undefined || text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4))
  return text.startsWith('-') ? -minutes : minutes
}

/** Days since 0001-01-01 in the Gregorian calendar. */
function dayOf(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return Math.floor(date.getTime() / 86_400_000) + DAYS_TO_1970
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0')

export function writeDay(day: number): string {
  const date = new Date((day - DAYS_TO_1970) * 86_400_000)
  return `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`
}

/** A time of day with so many digits of a second. */
export function writeTicks(ticks: number, digits: number): string {
  const seconds = Math.floor(ticks / TICKS_PER_SECOND)
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return digits === 0 ? clock : `${clock}.${pad(ticks % TICKS_PER_SECOND, 7).slice(0, digits)}`
}

export function writeOffset(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`
}

/** `datetime` counts three hundredths of a second. @returns their count since midnight, which may be a whole day */
export const toThreeHundredths = (ticks: number) => Math.round((ticks * 300) / TICKS_PER_SECOND)

/** @returns ticks of what `datetime` shows, which is milliseconds ending in 0, 3 or 7 */
export const fromThreeHundredths = (count: number) => Math.round((count * 10) / 3) * (TICKS_PER_SECOND / 1000)

/** Counts of three hundredths in a day. */
export const THREE_HUNDREDTHS_PER_DAY = 86_400 * 300

/** @returns the moment in UTC */
export function toUtc({ day, ticks, offsetMinutes }: Moment): Moment {
  return carry(day, ticks - offsetMinutes * TICKS_PER_MINUTE, 0)
}

/** @returns a moment in UTC as the clock of an offset shows it */
export function toOffset({ day, ticks }: Moment, offsetMinutes: number): Moment {
  return carry(day, ticks + offsetMinutes * TICKS_PER_MINUTE, offsetMinutes)
}

function carry(day: number, ticks: number, offsetMinutes: number): Moment {
  const days = Math.floor(ticks / TICKS_PER_DAY)
  return { day: day + days, ticks: ticks - days * TICKS_PER_DAY, offsetMinutes }
}
