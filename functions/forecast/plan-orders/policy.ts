import {
  boundOf,
  type DailyForecast,
  type Demand,
  quantileOf,
  type Spread,
  sumOfDays,
  total,
} from './demand.ts'

/** What a buyer sets. Days are whole; the service level lies between 0 and 1. */
export type Terms = {
  serviceLevel: number
  leadTimeDays: number
  reviewDays: number
  coverDays: number
  /** Orders are multiples of it; above 0. */
  packSize: number
}

/** What is there, and what is to come: `day` counts from today, 0, and may be past. Units; a negative stock is owed. */
export type Supply = { stockOnHand: number; onOrder: { quantity: number; day: number }[] }

export type OrderPlan = {
  /** Days from today until the order is placed. */
  orderIn: number
  /** Units, a multiple of the pack size. */
  quantity: number
  reorderPoint: number
  safetyStock: number
  /** Expected until what is ordered at the next look has come: lead time and review. */
  expectedDemand: number
  /** Stock when the order is placed, as expected, with what is on order by then. */
  available: number
  /** What is on order and counted in it. */
  onOrder: number
  /** The last day, from today, whose expected demand is covered without the safety stock; null beyond a year. */
  coversUntil: number | null
}

const DAYS_OF_YEAR = 365
const DAYS_OF_WEEK = 7

/**
 * The next order of a product, if it falls within so many days: when stock and what is on order are down to the reorder point,
 * which is what demand stays within, with the service level's probability, until the order after this one could have come.
 * It brings them to that and what is expected in `coverDays` more.
 * @param forecast from today on, at least a day; beyond its end the last week counts again
 * @param withinDays 0 is today only
 */
export function planOrder(
  forecast: DailyForecast,
  spread: Spread | undefined,
  supply: Supply,
  terms: Terms,
  withinDays: number,
): OrderPlan | undefined {
  for (let day = 0; day <= withinDays; day += terms.reviewDays) {
    const window = terms.leadTimeDays + terms.reviewDays
    const demand = sumOfDays(slice(forecast, day, day + window), spread)
    const onOrder = total(supply.onOrder.filter(one => one.day < day + window).map(one => one.quantity))
    const available = supply.stockOnHand + onOrder - total(days(forecast.mean, 0, day))
    if (available > boundOf(demand, terms.serviceLevel)) continue
    const reorderPoint = quantileOf(demand, terms.serviceLevel)
    const wanted = reorderPoint + total(days(forecast.mean, day + window, day + window + terms.coverDays))
    const quantity = inPacks(wanted - available, terms.packSize)
    if (available > reorderPoint || quantity <= 0) continue
    const safetyStock = reorderPoint - demand.mean
    const lasting = supply.stockOnHand + onOrder + quantity - safetyStock
    return {
      ...{ orderIn: day, quantity, reorderPoint, safetyStock, expectedDemand: demand.mean },
      ...{ available, onOrder, coversUntil: lastDayOf(forecast.mean, lasting) },
    }
  }
  return undefined
}

/** What must be left when the next order is placed today, of the days until it could have come. */
export function demandUntilDelivery(
  forecast: DailyForecast,
  spread: Spread | undefined,
  { leadTimeDays, reviewDays }: Terms,
): Demand {
  return sumOfDays(slice(forecast, 0, leadTimeDays + reviewDays), spread)
}

/** Full packs for at least so many units; without the noise of fractions such as 0.1. */
function inPacks(units: number, packSize: number): number {
  return Number((Math.ceil(units / packSize - 1e-9) * packSize).toFixed(6))
}

/** Days of a forecast from one to before another; beyond its end its last week again. */
function days(values: number[], from: number, to: number): number[] {
  const period = Math.min(DAYS_OF_WEEK, values.length)
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => {
    const day = from + i
    const known = day < values.length ? day : day - period * Math.ceil((day - values.length + 1) / period)
    return values[known] ?? 0
  })
}

const slice = ({ mean, p10, p90 }: DailyForecast, from: number, to: number): DailyForecast => ({
  mean: days(mean, from, to),
  p10: days(p10, from, to),
  p90: days(p90, from, to),
})

function lastDayOf(mean: number[], units: number): number | null {
  let left = units
  for (const [day, expected] of days(mean, 0, DAYS_OF_YEAR).entries()) {
    left -= expected
    if (left < 0) return day - 1
  }
  return null
}
