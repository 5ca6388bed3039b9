import { toAsOf } from '../../../shared/bus/index.ts'
import { defineFunction } from '../../../shared/contract/index.ts'
import { MODEL_NAME } from '../../../shared/forecasts/index.ts'
import type { Transaction } from '../../../shared/store/index.ts'
import { daysNeeded, isOrder, planProduct } from './plan.ts'
import { findUnknown, readProducts, type StoredProduct } from './read-products.ts'
import { forms, input, type NotOrdered, type Order, output, type Request } from './schema.ts'

const UNDEFINED_TABLE = '42P01'

const FLOW = {
  reads: ['forecast.product', 'forecast.feature', 'mart.agg_stock_coverage', 'search.stock'].map(dataset => ({
    dataset,
  })),
}

/**
 * What to order, when and why: from the forecast of each product, how its sales varied, and its stock of this moment. It reads
 * only; nothing is ordered.
 */
export default defineFunction({
  name: 'plan-orders',
  summary: 'What to order of which product, on which day, and why',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output,
  forms,
  example: { category: 'Accessories', leadTimeDays: 10, packSize: 12, limit: 5 },

  async handle(request, { resources: { store }, caller, lineage }) {
    const read = () =>
      store.transaction(
        async ({ query }: Transaction) => {
          const { products, mart } = await readProducts(
            query,
            { ...request, days: daysNeeded(request) },
            caller,
          )
          const given = [request.stockOnHand, request.onOrder, request.packSizes].flatMap(Object.keys)
          return { products, mart, unknown: await findUnknown(query, mart, [...new Set(given)], caller) }
        },
        { readOnly: true },
      )
    const { products, mart, unknown } = await read().catch(error => {
      // Two publications while we planned, and the table was dropped: what is there now is as good.
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return read()
      throw error
    })
    lineage(FLOW)
    const used = products.filter(({ mean }) => mean !== null)
    const oldest = [{ position: mart.position, changed_at: mart.changedAt }, ...used].reduce((a, b) =>
      Number(b.changed_at ?? 0) < Number(a.changed_at ?? 0) ? b : a,
    )
    return { ...toAnswer(products, unknown, request), asOf: toAsOf(oldest), model: modelOf(used) }
  },
})

/** Orders, the earliest first, and those that sell most of them first; and what cannot be planned. */
function toAnswer(products: StoredProduct[], unknown: string[], request: Request) {
  const planned = products.map(product => planProduct(product, request))
  const orders = planned
    .filter(isOrder)
    .sort(
      (a: Order, b: Order) =>
        compare(a.orderOn, b.orderOn) ||
        b.expectedDemand - a.expectedDemand ||
        compare(a.productId, b.productId),
    )
  const others = planned.filter(one => !isOrder(one)) as NotOrdered[]
  const notOrdered = [
    ...unknown.map(productId => ({
      productId,
      name: null,
      reason: 'unknown_product' as const,
      because: 'stock, orders or a pack are given of it, but no such product is sold now',
    })),
    ...others.filter(({ reason }) => request.productId !== undefined || reason !== 'enough_stock'),
  ]
  return {
    orders: orders.slice(0, request.limit),
    total: orders.length,
    notOrdered: notOrdered.slice(0, request.limit),
  }
}

/** Code units, as the store's ids compare. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The latest training that a forecast is of. */
function modelOf(products: StoredProduct[]): { name: string; version: number } | null {
  if (products.length === 0) return null
  const version = products.reduce((latest, one) => Math.max(latest, one.version ?? 0), 0)
  return { name: MODEL_NAME, version }
}
