import { BadInputError } from '../errors/index.ts'
import { addDays, daysBetween } from '../text/index.ts'
import { previousOf, type Span, unitAround, yearAgoOf } from './calendar.ts'
import type { Base, Period } from './facts.ts'

/** Of a period, both ends included. */
export const daysOf = ({ from, to }: Span): number => daysBetween(from, to) + 1

/** Further away no shop has sold, and the database has no dates of what comes before. */
const [EARLIEST, LATEST] = ['1900-01-01', '2100-12-31']

/** Business dates that the data have. `lastWhole` is the last one that is over. */
export type Covered = { first: string; last: string; lastWhole: string }

export const laterOf = (...dates: string[]): string => dates.toSorted().at(-1) ?? ''
export const earlierOf = (...dates: string[]): string => dates.toSorted()[0] ?? ''

/**
 * The period that a report is about: as asked for, or else the last whole month, or what there is of the only one.
 * @throws BadInputError where it ends before it begins, or lies outside of the data
 */
export function choosePeriod(
  asked: { from?: string | undefined; to?: string | undefined },
  covered: Covered,
): Period {
  const { first, last, lastWhole } = covered
  for (const field of ['from', 'to'] as const)
    if (asked[field] !== undefined && (asked[field] < EARLIEST || asked[field] > LATEST))
      throw new BadInputError(`must be between ${EARLIEST} and ${LATEST}`, { field })
  const month = unitAround(addDays(lastWhole, 1), 'month', -1)
  const lastOf = (from: string) => (from > lastWhole ? last : lastWhole)
  const to =
    asked.to ?? (asked.from === undefined && month.to >= first ? month.to : lastOf(asked.from ?? first))
  const from = asked.from ?? laterOf(unitAround(to, 'month').from, first)
  if (to < first || from > last)
    throw new BadInputError(`there are data from ${first} to ${last}`, { field: to < first ? 'to' : 'from' })
  if (from > to) throw new BadInputError(`${from} is after ${to}`, { field: 'from' })
  return { from, to, isWhole: from >= first && to <= lastWhole }
}

/** What a period is compared with; null where there are no data of it at all. */
export function baseOf(kind: 'previous' | 'year_ago', period: Period, covered: Covered): Base | null {
  const base = kind === 'previous' ? previousOf(period) : yearAgoOf(period)
  if (base.to < covered.first) return null
  return { kind, period: { ...base, isWhole: base.from >= covered.first && base.to <= covered.lastWhole } }
}
