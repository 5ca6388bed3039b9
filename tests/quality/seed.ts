import type { Change } from '../support/warehouse.ts'

/** The days of a seeded build by the shop's clocks: `today` is not over yet. */
export type Days = {
  today: string
  /** The day that is seeded, before today. */
  day: string
  /** Numbers the errors of one build: each takes other orders of its day. */
  turn: number
  /** When each order of the last days came, by its id: an item has no date of its own. */
  orderTimes: Map<unknown, string>
}

/** An error as a source, or the way from it, may have it. */
export type Seed = {
  name: string
  /** One of these checks has to fail. */
  caughtBy: string[]
  /** What somebody does at the source today. */
  sql?: (days: Days) => string
  /** What comes otherwise of the last days' changes; undefined for one that is lost. */
  retell?: (change: Change, days: Days) => Change | undefined
  /** What is wrong in the build itself, as if a model had made it. */
  inBuild?: (days: Days) => string
}

const ORDERS = ['Order', 'OrderItem', 'Sale']
export const isOrderOf =
  (isMeant: (time: string, id: number) => boolean, tables = ORDERS) =>
  ({ table, row }: Change, { day, orderTimes }: Days) => {
    const [on, time = ''] = orderTimes.get(row.OrderID)?.split('T') ?? []
    return tables.includes(table) && on === day && isMeant(time, Number(row.OrderID))
  }

export const lose = (isLost: (change: Change, days: Days) => boolean) => (change: Change, days: Days) =>
  isLost(change, days) ? undefined : change

/** The day's prices and amounts, alike in items and sales. */
export const amounts = (of: (value: number) => number) => (change: Change, days: Days) => {
  if (!isOrderOf(() => true)(change, days)) return change
  const { row } = change
  if (change.table === 'OrderItem')
    return { ...change, row: { ...row, UnitPrice: of(Number(row.UnitPrice)) } }
  if (change.table !== 'Sale') return change
  const unit = Number(row.Amount) / Number(row.Quantity)
  return { ...change, row: { ...row, Amount: of(unit) * Number(row.Quantity) } }
}
export const slip = (hours: number) => (change: Change, days: Days) => {
  if (change.table !== 'Order' || !isOrderOf(() => true)(change, days)) return change
  const at = new Date(Date.parse(`${change.row.OrderDate}Z`) + hours * 3_600_000)
  return { ...change, row: { ...change.row, OrderDate: at.toISOString().slice(0, 19) } }
}
export const cents = (value: number) => Math.round(value * 10_000) / 10_000

/** Some orders of the day. */
export const SOME = ({ day, turn }: Days, count: number) =>
  `(select "OrderID" from dbo."Order" where "OrderDate"::date = '${day}' order by 1 limit ${count} offset ${turn * 10})`
