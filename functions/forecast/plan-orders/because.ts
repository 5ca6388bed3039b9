import { addDays } from '../../../shared/text/index.ts'
import type { OrderPlan, Terms } from './policy.ts'

/** Units as people write them: three digits of a fraction, no more. */
export const round = (units: number): number => Number(units.toFixed(3)) + 0

const short = (units: number): string =>
  String(Math.abs(units) < 10 ? Number(units.toFixed(1)) : Math.round(units))
const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`

/** Why this much is ordered on that day: one sentence with its numbers. */
export function whyOrder(plan: OrderPlan, stockOnHand: number, terms: Terms, today: string): string {
  const orderOn = addDays(today, plan.orderIn)
  const owed = stockOnHand < 0 ? `${short(-stockOnHand)} are owed` : `${short(stockOnHand)} are in stock`
  const there = plan.onOrder > 0 ? `${owed}, ${short(plan.onOrder)} are on order` : owed
  const then = plan.orderIn > 0 ? `, ${short(plan.available)} will be left of it on ${orderOn}` : ''
  const days = terms.leadTimeDays + terms.reviewDays
  const packs = Math.round(plan.quantity / terms.packSize)
  const packed = terms.packSize === 1 ? '' : ` (${count(packs, 'pack')} of ${terms.packSize})`
  const lasts = plan.coversUntil === null ? 'more than a year' : `until ${addDays(today, plan.coversUntil)}`
  return (
    `${there}${then}; in the ${count(days, 'day')} until the order after this one could come ${short(plan.expectedDemand)} are expected to be sold, ` +
    `and at most ${short(plan.reorderPoint)} in ${percent(terms.serviceLevel)} of 100 such times, ` +
    `so ${plan.quantity}${packed} are ordered, which lasts ${lasts} with ${short(plan.safetyStock)} kept in reserve`
  )
}

/** Why a product needs no order yet. */
export function whyEnough(
  available: number,
  { reorderPoint, withinDays }: { reorderPoint: number; withinDays: number },
): string {
  const when = withinDays === 0 ? 'today' : `in the next ${count(withinDays, 'day')}`
  return `${short(available)} are in stock or on order, and it is not down to the reorder point, ${short(reorderPoint)} today, ${when}`
}

const percent = (share: number): string => String(Number((share * 100).toFixed(1)))
