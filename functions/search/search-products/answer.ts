import type { Models } from '../../../shared/models/index.ts'
import type { SearchRow } from './query.ts'

/** What was found, as the answer has it. */
export const toAnswer = ({ results, total, facets }: SearchRow) => ({
  total,
  results: results.map(({ product_id, list_price, in_stock, description, ...rest }) => ({
    ...rest,
    productId: product_id,
    listPrice: list_price === null ? null : Number(list_price),
    inStock: in_stock,
    matched: rest.matched as ('identifier' | 'words' | 'meaning' | 'filters')[],
  })),
  facets,
})

/** The models that an answer was found by. */
export function modelOf({ english, multilingual }: Models, share: number) {
  const used = share > 0 ? [english, multilingual] : [multilingual]
  return {
    name: used.map(({ name }) => name).join('+'),
    version: used.map(({ version }) => version).join('+'),
  }
}
