import { addDays, daysBetween } from '../text/index.ts'

export const UNITS = ['day', 'week', 'month', 'quarter', 'half', 'year'] as const
export type Unit = (typeof UNITS)[number]

/** Business dates, YYYY-MM-DD, both included. */
export type Span = { from: string; to: string }

const toMs = (date: string) => Date.parse(`${date}T00:00:00Z`)
const toDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const partsOf = (date: string) => date.split('-').map(Number) as [number, number, number]

/** The same day so many months on, or the last one of a shorter month. */
export function addMonths(date: string, months: number): string {
  const [year, month, day] = partsOf(date)
  const last = new Date(Date.UTC(year, month + months, 0))
  return toDate(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day, last.getUTCDate())))
}

/** @returns the date, or undefined where there is no such day */
export function toDay(year: number, month: number, day: number): string | undefined {
  if (year < 1900 || year > 2100) return undefined
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? toDate(date.getTime()) : undefined
}

const MONTHS: Partial<Record<Unit, number>> = { month: 1, quarter: 3, half: 6, year: 12 }

/** The whole day, week from Monday, month, quarter, half or year around a date, and so many of them further on. */
export function unitAround(date: string, unit: Unit, further = 0): Span {
  if (unit === 'day') return { from: addDays(date, further), to: addDays(date, further) }
  if (unit === 'week') {
    const weekday = (new Date(toMs(date)).getUTCDay() + 6) % 7
    const from = addDays(date, 7 * further - weekday)
    return { from, to: addDays(from, 6) }
  }
  const months = MONTHS[unit] ?? 1
  const [year, month] = partsOf(date)
  const first = toDate(Date.UTC(year, Math.floor((month - 1) / months) * months, 1))
  const from = addMonths(first, months * further)
  return { from, to: addDays(addMonths(from, months), -1) }
}

/** Calendar week by ISO 8601; undefined where the year has no such week. */
export function isoWeek(year: number, week: number): Span | undefined {
  const span = unitAround(`${year}-01-04`, 'week', week - 1)
  const thursday = addDays(span.from, 3)
  return week >= 1 && thursday.startsWith(String(year)) ? span : undefined
}

/** The last so many days, weeks, months, quarters or years, up to a date. */
export function upTo(date: string, unit: Unit, count: number): Span {
  const months = MONTHS[unit]
  if (months === undefined) return { from: addDays(date, 1 - count * (unit === 'week' ? 7 : 1)), to: date }
  return { from: addDays(addMonths(date, -months * count), 1), to: date }
}

/** The period so many units before: as many days of it as the period has, and of a whole one all. */
export function shift({ from, to }: Span, unit: Unit, count: number): Span {
  const whole = unitAround(from, unit)
  const before = unitAround(from, unit, -count)
  if (whole.from === from && whole.to === to) return before
  const months = MONTHS[unit]
  const move = (date: string) =>
    months === undefined
      ? addDays(date, -count * (unit === 'week' ? 7 : 1))
      : addMonths(date, -months * count)
  return { from: move(from), to: move(to) }
}

/** The period of the same length before it: of whole months as many months. */
export function previousOf(span: Span): Span {
  const months = wholeMonths(span)
  if (months > 0) return { from: addMonths(span.from, -months), to: addDays(span.from, -1) }
  const days = daysBetween(span.from, span.to) + 1
  return { from: addDays(span.from, -days), to: addDays(span.from, -1) }
}

/** The same months or dates of the year before; whole weeks are compared with the same weekdays, 52 weeks before. */
export function yearAgoOf(span: Span): Span {
  const months = wholeMonths(span)
  if (months > 0) {
    const from = addMonths(span.from, -12)
    return { from, to: addDays(addMonths(from, months), -1) }
  }
  const week = unitAround(span.from, 'week')
  const isWeek = week.from === span.from && week.to === span.to
  return isWeek
    ? { from: addDays(span.from, -364), to: addDays(span.to, -364) }
    : { from: addMonths(span.from, -12), to: addMonths(span.to, -12) }
}

/** How many whole months a period is; 0 where it is none. */
function wholeMonths({ from, to }: Span): number {
  if (!from.endsWith('-01') || !addDays(to, 1).endsWith('-01')) return 0
  const [year, month] = partsOf(from)
  const [endYear, endMonth] = partsOf(addDays(to, 1))
  return (endYear - year) * 12 + endMonth - month
}
