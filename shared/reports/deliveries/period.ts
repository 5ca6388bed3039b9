import { addDays } from '../../text/index.ts'
import { type Span, unitAround } from '../calendar.ts'

export const PERIODS = ['yesterday', 'last week', 'last month', 'month to date'] as const
export type PeriodName = (typeof PERIODS)[number]

/**
 * The days of a period as they are seen on a date, both included. Weeks begin on Monday. The month to date ends yesterday;
 * on its first day it is the month before.
 * @param today YYYY-MM-DD, of the recipient
 */
export function daysOfPeriod(name: PeriodName, today: string): Span {
  const yesterday = addDays(today, -1)
  switch (name) {
    case 'yesterday':
      return { from: yesterday, to: yesterday }
    case 'last week':
      return unitAround(today, 'week', -1)
    case 'last month':
      return unitAround(today, 'month', -1)
    case 'month to date':
      return { from: unitAround(yesterday, 'month').from, to: yesterday }
  }
}
