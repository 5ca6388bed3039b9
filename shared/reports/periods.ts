import { BadInputError } from '../errors/index.ts'
import type { Base, Period } from './facts.ts'

const DAY_MS = 86_400_000
const toMs = (date: string) => Date.parse(`${date}T00:00:00Z`)
const toDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The date so many days later. @param date YYYY-MM-DD */
export const addDays = (date: string, days: number): string => toDate(toMs(date) + days * DAY_MS)

/** Of a period, both ends included. */
export const daysOf = ({ from, to }: Pick<Period, 'from' | 'to'>): number =>
  Math.round((toMs(to) - toMs(from)) / DAY_MS) + 1

const startOfMonth = (date: string) => `${date.slice(0, 7)}-01`
const endOfMonth = (date: string) => addDays(startOfMonth(addDays(startOfMonth(date), 31)), -1)
const isMonths = ({ from, to }: Pick<Period, 'from' | 'to'>) =>
  from === startOfMonth(from) && to === endOfMonth(to)
const monthsOf = ({ from, to }: Pick<Period, 'from' | 'to'>) =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
  Number(to.slice(5, 7)) -
  Number(from.slice(5, 7)) +
  1

/** The date so many months earlier: of a month that is shorter its last day. */
function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const first = toDate(Date.UTC(year, month - 1 - months, 1))
  const last = endOfMonth(first)
  return day >= Number(last.slice(8)) ? last : `${first.slice(0, 8)}${String(day).padStart(2, '0')}`
}

const laterOf = (a: string, b: string) => (a > b ? a : b)

/** Business dates that the data have. */
export type Covered = { first: string; last: string }

/**
 * The period that a report is about: as asked for, or else the last whole month, or what there is of the only one.
 * @param lastWhole the last business date that is over
 * @throws BadInputError where it ends before it begins, or lies outside of the data
 */
export function choosePeriod(
  asked: { from?: string | undefined; to?: string | undefined },
  covered: Covered,
  lastWhole: string,
): Period {
  const lastMonth = addDays(startOfMonth(addDays(lastWhole, 1)), -1)
  const to = asked.to ?? (asked.from === undefined && lastMonth >= covered.first ? lastMonth : lastWhole)
  const from = asked.from ?? laterOf(startOfMonth(to), covered.first)
  if (from > to) throw new BadInputError(`${from} is after ${to}`, { field: 'from' })
  if (to < covered.first || from > covered.last)
    throw new BadInputError(`there are data from ${covered.first} to ${covered.last}`, {
      field: to < covered.first ? 'to' : 'from',
    })
  return { from, to, isWhole: from >= covered.first && to <= lastWhole }
}

/** Whole months are compared with as many whole months, other periods with as many days. */
export function baseOf(kind: 'previous' | 'year_ago', period: Period, covered: Covered): Base | null {
  const base = isMonths(period) ? monthsAway(kind, period) : daysAway(kind, period)
  if (base.to < covered.first) return null
  return { kind, period: { ...base, isWhole: base.from >= covered.first } }
}

function monthsAway(kind: Base['kind'], period: Period): { from: string; to: string } {
  const months = kind === 'previous' ? monthsOf(period) : 12
  return {
    from: monthsBefore(period.from, months),
    to: endOfMonth(monthsBefore(startOfMonth(period.to), months)),
  }
}

/** A year ago is 52 weeks ago, so that the same weekdays are compared. */
function daysAway(kind: Base['kind'], period: Period): { from: string; to: string } {
  const days = kind === 'previous' ? daysOf(period) : 364 * Math.ceil(daysOf(period) / 364)
  return { from: addDays(period.from, -days), to: addDays(period.to, -days) }
}
