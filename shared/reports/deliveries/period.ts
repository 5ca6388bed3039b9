import { addDays } from '../../text/index.ts'

export const PERIODS = ['yesterday', 'last week', 'last month', 'month to date'] as const
export type PeriodName = (typeof PERIODS)[number]

/**
 * The days of a period as they are seen on a date, both included. Weeks begin on Monday. The month to date ends yesterday;
 * on its first day it is the month before.
 * @param today YYYY-MM-DD, of the recipient
 */
export function daysOfPeriod(name: PeriodName, today: string): { from: string; to: string } {
  const yesterday = addDays(today, -1)
  switch (name) {
    case 'yesterday':
      return { from: yesterday, to: yesterday }
    case 'last week': {
      const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7
      return { from: addDays(today, -weekday - 7), to: addDays(today, -weekday - 1) }
    }
    case 'last month': {
      const to = addDays(`${today.slice(0, 7)}-01`, -1)
      return { from: `${to.slice(0, 7)}-01`, to }
    }
    case 'month to date':
      return { from: `${yesterday.slice(0, 7)}-01`, to: yesterday }
  }
}
