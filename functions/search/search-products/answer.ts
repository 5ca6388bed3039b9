import type { Models } from '../../../shared/models/index.ts'
import type { Highlight } from './highlight.ts'
import type { Found, SearchRow } from './query.ts'

/** What was found, as the answer has it. */
export const toAnswer = (
  { results, total, facets }: SearchRow,
  highlight: (found: Found) => Highlight[],
) => ({
  total,
  results: results.map(found => toResult(found, highlight(found))),
  facets,
})

const toResult = (
  { product_id, list_price, in_stock, description, variant_ids, ...rest }: Found,
  highlights: Highlight[],
) => ({
  ...rest,
  productId: product_id,
  listPrice: list_price === null ? null : Number(list_price),
  inStock: in_stock,
  highlights,
  variants: variant_ids.length,
  variantIds: variant_ids,
  matched: rest.matched as ('identifier' | 'words' | 'meaning' | 'filters')[],
})

/** The models that an answer was found by. */
export function modelOf({ english, multilingual }: Models, share: number) {
  const used = share > 0 ? [english, multilingual] : [multilingual]
  return {
    name: used.map(({ name }) => name).join('+'),
    version: used.map(({ version }) => version).join('+'),
  }
}
