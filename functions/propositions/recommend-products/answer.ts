import {
  type History,
  type Product,
  type Propositions,
  readProducts,
  type Scorer,
  type Served,
  toDate,
} from '../../../shared/propositions/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Found } from './find.ts'
import type { Question } from './schema.ts'

export function toAnswer(
  list: Propositions['list'],
  {
    products,
    found,
    scorer,
    productId: asked,
  }: { products: ReadonlyMap<string, Product>; found: Found; scorer: Scorer; productId: string | undefined },
) {
  return list.map(({ productId, score, because, kind }) => {
    const product = products.get(productId)
    const number = scorer.numbers.get(productId)
    const isLike =
      asked !== undefined && kind === 'ranked' && number !== undefined && found.similar.has(number)
    return {
      ...{ productId, kind },
      sku: product?.sku ?? null,
      name: product?.name ?? null,
      category: product?.category ?? null,
      subcategory: product?.subcategory ?? null,
      color: product?.color ?? null,
      listPrice: product?.price ?? null,
      inStock: product && product.stock !== null ? product.stock > 0 : null,
      score: Math.round(score * 10_000) / 10_000,
      because: isLike ? `like ${products.get(asked)?.name ?? asked}` : because,
    }
  })
}

/** The last products that are shown of what a client has bought. */
const MOST_BOUGHT = 50

export async function describeClient(query: Query, served: Served, { bought, territoryId }: History) {
  const days = new Set([...bought.values()].flat())
  const last = Array.from(bought, ([productId, own]) => ({
    productId,
    times: own.length,
    last: Math.max(...own),
  }))
    .sort((a, b) => b.last - a.last || b.times - a.times)
    .slice(0, MOST_BOUGHT)
  const products = await readProducts(
    query,
    served,
    last.map(({ productId }) => productId),
  )
  return {
    baskets: days.size,
    lastOn: days.size > 0 ? toDate(Math.max(...days)) : null,
    territoryId,
    bought: last.map(({ productId, times, last: day }) => ({
      ...{ productId, times },
      name: products.get(productId)?.name ?? null,
      lastOn: toDate(day),
    })),
  }
}

/** What was known when the list was asked for. */
export function askedForOf({ productId, basket = [] }: Question, isKnown: boolean) {
  if (productId !== undefined) return 'product' as const
  if (basket.length > 0) return 'basket' as const
  return isKnown ? ('client' as const) : ('nobody' as const)
}
