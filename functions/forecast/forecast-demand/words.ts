import { round } from './band.ts'
import type { Found } from './query.ts'

type Own = Record<string, number | null>

const percent = (share: number) => `${Math.abs(Math.round(share * 100))} %`
const comparison = (now: number | null | undefined, then: number | null | undefined, what: string) => {
  if (typeof now !== 'number' || typeof then !== 'number' || then <= 0) return ''
  const change = now / then - 1
  if (Math.abs(change) < 0.05) return ` (${what} as before)`
  return ` (${what} ${change > 0 ? 'rose' : 'fell'} by ${percent(change)})`
}

/** How a buyer would say it, with the numbers behind it where the product is known. */
const SAY: Record<string, (own: Own | null) => string> = {
  recent_sales: own =>
    `what was sold in the last weeks${comparison(own?.mean_14, own?.mean_56, 'the last two weeks against the last eight')}`,
  long_run_sales: own =>
    `what is usual for it over months${comparison(own?.mean_56, own?.mean_112, 'the last eight weeks against the last sixteen')}`,
  large_orders: () => 'single large orders, which are no rule',
  pauses: () => 'days without a sale, and how long it has been on sale',
  shop_trend: () => 'how the whole shop has sold lately',
  season: () => 'the same weeks of last year',
  price: () => 'its price against what it was',
  promotion: () => 'promotions that are planned, or are over',
  closed_days: () => 'days on which nothing is sold',
}

/** @param own features of the product, where one was asked for */
export function inWords(why: Found['why'], own: Own | null) {
  const analogy = why.some(({ feature }) => feature === 'analogy')
  if (analogy && why.length === 1)
    return [{ feature: 'analogy', effect: 0, text: 'not sold yet: as products of its kind and price began' }]
  return why
    .filter(({ effect }) => Number.isFinite(effect) && Math.abs(effect) >= 0.01)
    .map(({ feature, effect }) => {
      const cause = SAY[feature]?.(own) ?? feature
      const text = `${percent(effect)} ${effect > 0 ? 'higher' : 'lower'} because of ${cause}`
      return { feature, effect: round(effect), text }
    })
}
