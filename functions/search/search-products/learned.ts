import type { Store } from '../../../shared/store/index.ts'
import type { Found } from './query.ts'

/** How many of the first results what was learnt puts in order: beyond them the plain order stays. */
export const LEARNED_DEPTH = 50

/** What all evidence there can be adds to a score, from clicks on the same query and from those on any. */
const WEIGHT = { query: 0.35, general: 0.02 }

/** What clicks say for or against products, from -1 to 1 each (functions/search/learn-clicks). */
export type Evidence = Map<string, { query: number; general: number }>

export async function readEvidence(
  store: Store,
  key: string | undefined,
  productIds: string[],
): Promise<Evidence> {
  const rows = await store.query<{ product_id: string; query: number; general: number }>(
    `select product_id, sum(evidence) filter (where query_key <> '') as query,
       sum(evidence) filter (where query_key = '') as general
     from search.click_evidence where query_key in ($1, '') and product_id = any($2) group by product_id`,
    [key ?? '', productIds],
    { name: 'click-evidence' },
  )
  return new Map(
    rows.map(({ product_id, query, general }) => [product_id, { query: query ?? 0, general: general ?? 0 }]),
  )
}

/**
 * What was found in the order of its fit and of what was learnt. All of it fits: nothing comes in, or drops out. What was found
 * by an identifier stays where it is, before all else, and what is in stock before the rest where it was.
 */
export function reorder(found: Found[], evidence: Evidence, isInStockFirst = false): Found[] {
  const isFixed = ({ matched }: Found) => matched.includes('identifier')
  const scoreOf = ({ product_id, score }: Found) => {
    const learnt = evidence.get(product_id)
    return learnt ? score + WEIGHT.query * learnt.query + WEIGHT.general * learnt.general : score
  }
  const tierOf = ({ in_stock }: Found) => (isInStockFirst && in_stock ? 1 : 0)
  const open = found.slice(0, LEARNED_DEPTH)
  return [
    ...open.filter(isFixed),
    ...open
      .filter(each => !isFixed(each))
      .toSorted((a, b) => tierOf(b) - tierOf(a) || scoreOf(b) - scoreOf(a)),
    ...found.slice(LEARNED_DEPTH),
  ]
}
