import {
  quantileOf,
  SPREAD_DAYS,
  type Spread,
  spreadOf,
} from '../../functions/forecast/plan-orders/demand.ts'
import { demandUntilDelivery, planOrder, type Terms } from '../../functions/forecast/plan-orders/policy.ts'

/** A year of products day by day. `forecasts`: by origin, a day's number; by product; undefined before its first sale. */
export type Panel = {
  days: number
  /** [product][day] units; null before its first sale. */
  sales: (number | null)[][]
  isClosed: boolean[]
  forecasts: { origin: number; byProduct: (Forecast | undefined)[] }[]
}
export type Forecast = { mean: number[]; p10: number[]; p90: number[] }

/** Units that are ordered on a morning, knowing what was sold before, by what is in stock and on order. */
export type Rule = (product: number, day: number, available: number) => number

export type Outcome = {
  /** Of open days of a product, those on which more was wanted than was there. */
  stockOuts: number
  /** Of the units that were wanted, those that were there. */
  fillRate: number
  /** Units in all products at the end of a day. */
  averageStock: number
  /** The same in weeks of what is wanted. */
  weeksOfStock: number
  /** Of a product in a week. */
  ordersPerWeek: number
}

/** Every rule looks back on so many days; a product takes part four weeks after its first sale. */
export const LOOK_BACK_DAYS = 56
const LEAST_DAYS = 28
const START_DAYS = 21

/** Goes through the days: what was ordered comes, the rule orders, customers come; who finds nothing is lost. */
export function replay(panel: Panel, rule: Rule, leadTimeDays: number): Outcome {
  const sum = { openDays: 0, stockOuts: 0, wanted: 0, short: 0, stock: 0, productDays: 0, orders: 0 }
  for (const [product, sales] of panel.sales.entries()) {
    const start = startOf(sales)
    const coming = new Array<number>(panel.days + leadTimeDays).fill(0)
    let stock = Math.ceil(START_DAYS * lookBack(sales, start).mean)
    let onOrder = 0
    for (let day = start; day < panel.days; day++) {
      stock += coming[day] ?? 0
      onOrder -= coming[day] ?? 0
      const ordered = rule(product, day, stock + onOrder)
      coming[day + leadTimeDays] = ordered
      onOrder += ordered
      if (ordered > 0) sum.orders++
      const wanted = Math.max(0, sales[day] ?? 0)
      const short = Math.max(0, wanted - stock)
      stock = Math.max(0, stock - wanted)
      if (!panel.isClosed[day]) sum.openDays++
      if (short > 0) sum.stockOuts++
      sum.wanted += wanted
      sum.short += short
      sum.stock += stock
      sum.productDays++
    }
  }
  return {
    stockOuts: sum.stockOuts / sum.openDays,
    fillRate: 1 - sum.short / sum.wanted,
    averageStock: sum.stock / (panel.days - LOOK_BACK_DAYS),
    weeksOfStock: sum.stock / sum.wanted / 7,
    ordersPerWeek: (7 * sum.orders) / sum.productDays,
  }
}

const startOf = (sales: (number | null)[]) =>
  Math.max(LOOK_BACK_DAYS, sales.findIndex(units => units !== null) + LEAST_DAYS)

/** Mean and standard deviation of the days before one that are known, 56 at most. */
function lookBack(sales: (number | null)[], day: number): { mean: number; deviation: number } {
  const known = sales.slice(Math.max(0, day - LOOK_BACK_DAYS), day).filter(units => units !== null)
  const mean = known.reduce((sum, units) => sum + units, 0) / Math.max(1, known.length)
  const squares = known.reduce((sum, units) => sum + (units - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / Math.max(1, known.length - 1)) }
}

/** What all rules know of each product on each day, found once. */
export function makeRules(panel: Panel) {
  const back = panel.sales.map(sales => sales.map((_, day) => lookBack(sales, day)))
  const spreads = panel.sales.map(sales =>
    sales.map((_, day): Spread | undefined => spreadOf(sales.slice(Math.max(0, day - SPREAD_DAYS), day))),
  )
  const forecastOf = panel.sales.map((_, product) =>
    Array.from({ length: panel.days }, (_, day) => forecastFrom(panel, product, day)),
  )
  const upTo = (reorderPoint: number, more: number, available: number) =>
    available <= reorderPoint ? Math.max(0, Math.ceil(reorderPoint + more - available)) : 0
  return {
    /** plan-orders, with the latest week's forecast. */
    planned(terms: Terms): Rule {
      return (product, day, available) => {
        const forecast = forecastOf[product]?.[day]
        const supply = { stockOnHand: available, onOrder: [] }
        if (!forecast) return 0
        return planOrder(forecast, spreads[product]?.[day], supply, terms, 0)?.quantity ?? 0
      }
    },
    /** Of the times until the order after this one could come, those in which no more was wanted than the reorder point. */
    held(terms: Terms): number {
      const window = terms.leadTimeDays + terms.reviewDays
      let [times, held] = [0, 0]
      for (const [product, sales] of panel.sales.entries())
        for (let day = startOf(sales); day + window <= panel.days; day++) {
          const forecast = forecastOf[product]?.[day]
          if (!forecast) continue
          const demand = demandUntilDelivery(forecast, spreads[product]?.[day], terms)
          const wanted = sales.slice(day, day + window).reduce<number>((sum, units) => sum + (units ?? 0), 0)
          times++
          if (wanted <= quantileOf(demand, terms.serviceLevel)) held++
        }
      return held / times
    },
    /** Min and max: so many times the usual sales until a delivery, and what is usual in `coverDays` more. */
    minMax(factor: number, coverDays: number, days: number): Rule {
      return (product, day, available) => {
        const mean = back[product]?.[day]?.mean ?? 0
        return upTo(factor * days * mean, coverDays * mean, available)
      }
    },
    /** The moving average with z standard deviations of those days as safety stock. */
    movingAverage(z: number, coverDays: number, days: number): Rule {
      return (product, day, available) => {
        const { mean = 0, deviation = 0 } = back[product]?.[day] ?? {}
        return upTo(days * mean + z * deviation * Math.sqrt(days), coverDays * mean, available)
      }
    },
  }
}

/** The latest forecast that was there on the morning of a day, from that day on. */
function forecastFrom({ forecasts }: Panel, product: number, day: number): Forecast | undefined {
  const latest = forecasts.findLast(({ origin }) => origin <= day)
  const whole = latest?.byProduct[product]
  if (!latest || !whole) return undefined
  const from = (values: number[]) => values.slice(day - latest.origin)
  return { mean: from(whole.mean), p10: from(whole.p10), p90: from(whole.p90) }
}
