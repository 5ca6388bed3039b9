import type { Product } from './products.ts'
import type { Proposition } from './rules/draft.ts'
import { type History, toDay } from './scoring/history.ts'
import { isNew, type Reason, type Scorer } from './scoring/scorer.ts'

type Known = {
  scorer: Scorer
  products: ReadonlyMap<string, Product>
  history: History | undefined
  today: string
}

/** From this share of its usual days on a consumable runs out. */
const DUE = 0.8

/** Why a product is in a list, for a sales person. */
export function inWords(
  { productId, kind }: Proposition,
  reason: Reason | undefined,
  { scorer, products, history, today }: Known,
): string {
  const product = products.get(productId)
  const days = history?.bought.get(productId)
  if (days) {
    const ago = toDay(today) - Math.max(...days)
    const usual = product?.repeatDays
    if (usual && ago >= DUE * usual)
      return `runs out about now: usually bought again after ${Math.round(usual)} days`
    return days.length > 1 ? `bought on ${days.length} days, last ${since(ago)}` : `bought ${since(ago)}`
  }
  const number = scorer.numbers.get(productId)
  const isFresh = number !== undefined && isNew(scorer, number)
  if (isFresh && product?.subcategory && buys(history, products, product.subcategory))
    return `new in ${product.subcategory}, which this client buys`
  if (kind === 'explored') return 'little is known of it yet: it is tried out'
  if (reason?.kind === 'with') {
    const id = scorer.products[reason.product] ?? ''
    return `bought with ${products.get(id)?.name ?? id}`
  }
  return 'much bought now'
}

const since = (days: number) => (days <= 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`)

function buys(
  history: History | undefined,
  products: ReadonlyMap<string, Product>,
  subcategory: string,
): boolean {
  for (const id of history?.bought.keys() ?? [])
    if (products.get(id)?.subcategory === subcategory) return true
  return false
}
