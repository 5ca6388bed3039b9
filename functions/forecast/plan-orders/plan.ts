import { addDays, daysBetween } from '../../../shared/text/index.ts'
import { round, whyEnough, whyOrder } from './because.ts'
import { quantileOf, type Spread, spreadOf, total } from './demand.ts'
import { demandUntilDelivery, planOrder, type Supply, type Terms } from './policy.ts'
import type { StoredProduct } from './read-products.ts'
import type { NotOrdered, Order, Request } from './schema.ts'

/** Days of the forecast that a plan needs. */
export const daysNeeded = ({ withinDays, leadTimeDays, reviewDays, coverDays }: Request): number =>
  withinDays + leadTimeDays + reviewDays + coverDays

/** The product's order, or why there is none. */
export function planProduct(product: StoredProduct, request: Request): Order | NotOrdered {
  const { product_id: productId, name, today } = product
  const none = (reason: NotOrdered['reason'], because: string) => ({ productId, name, reason, because })
  const mean = toUnits(product.mean)
  if (mean.length === 0)
    return none(
      'no_forecast',
      product.mean === null
        ? 'there is no forecast of it yet: it may never have been sold, or not before the last training'
        : 'its forecast is too old: it ends before the last day of which sales are known',
    )
  const stockOnHand = given(request.stockOnHand, productId) ?? toNumber(product.stock)
  if (stockOnHand === undefined)
    return none('no_stock_known', `the source has no stock of it: give stockOnHand.${productId}`)
  const forecast = { mean, p10: toUnits(product.p10), p90: toUnits(product.p90) }
  const spread = toSpread(product)
  const supply = { stockOnHand, onOrder: onOrderOf(request, productId, today) }
  const packSize = given(request.packSizes, productId) ?? request.packSize
  const terms: Terms = { ...request, packSize }
  const plan = planOrder(forecast, spread, supply, terms, request.withinDays)
  if (!plan) {
    const reorderPoint = quantileOf(demandUntilDelivery(forecast, spread, terms), request.serviceLevel)
    return none('enough_stock', whyEnough(available(supply), { reorderPoint, ...request }))
  }
  return {
    productId,
    name,
    orderOn: addDays(today, plan.orderIn),
    quantity: plan.quantity,
    because: whyOrder(plan, stockOnHand, terms, today),
    reorderPoint: round(plan.reorderPoint),
    safetyStock: round(plan.safetyStock),
    stockOnHand: round(stockOnHand),
    onOrder: round(plan.onOrder),
    expectedDemand: round(plan.expectedDemand),
    coversUntil: plan.coversUntil === null ? null : addDays(today, plan.coversUntil),
  }
}

export const isOrder = (planned: Order | NotOrdered): planned is Order => 'orderOn' in planned

const available = ({ stockOnHand, onOrder }: Supply) => stockOnHand + total(onOrder.map(one => one.quantity))

/** A value of the input by product id, which may have the name of a property. */
const given = <Value>(values: Record<string, Value>, id: string): Value | undefined =>
  Object.hasOwn(values, id) ? values[id] : undefined

function onOrderOf({ onOrder }: Request, productId: string, today: string): Supply['onOrder'] {
  return [given(onOrder, productId) ?? []].flat().map(({ quantity, expectedOn }) => ({
    quantity,
    day: expectedOn === undefined ? 0 : daysBetween(today, expectedOn),
  }))
}

function toNumber(text: string | null): number | undefined {
  const number = text === null ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

const toUnits = (values: (number | null)[] | null): number[] =>
  (values ?? []).map(value => (value !== null && Number.isFinite(value) ? Math.max(0, value) : 0))

function toSpread({ sales, out_of_stock }: StoredProduct): Spread | undefined {
  return spreadOf(
    (sales ?? []).map((units, day) =>
      units === null || !Number.isFinite(units) || out_of_stock?.[day] ? null : units,
    ),
  )
}
