import { z } from 'zod'
import { recordRows } from '../../../shared/capture/own/record.ts'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'

const input = z.strictObject({
  searchId: z.uuid().describe('The searchId of the answer'),
  productId: storableText(100).min(1),
  action: z.enum(['click', 'order', 'dismiss']).describe('What became of the product'),
})

/**
 * Records what became of a product that a search had found. A search, a product and an action are one interaction: a repeat
 * within a day is not recorded, and a later one has the same key. Which search it was is found out when both are joined.
 */
export default defineFunction({
  name: 'search-feedback',
  summary: 'Records that a found product was opened, ordered or dismissed',
  access: 'public',
  uses: ['store'] as const,
  input,
  output: z.object({ accepted: z.literal(true) }),
  status: 202,

  async handle({ searchId, productId, action }, { resources: { store }, lineage }) {
    const found = await store.query('select 1 from search.product where product_id = $1', [productId])
    if (found.length === 0)
      throw new NotFoundError(`there is no product ${JSON.stringify(productId)}`, { field: 'productId' })
    const id = `${searchId.toLowerCase()}/${action}/${productId}`
    const row = {
      InteractionID: id,
      OccurredAt: new Date().toISOString(),
      Action: action,
      SearchID: searchId.toLowerCase(),
      ProductID: productId,
    }
    await recordRows(store.query, 'SearchFeedback', [{ key: id, row }])
    lineage({
      reads: [{ dataset: 'search.product' }],
      writes: [{ dataset: 'source.cordage.SearchFeedback' }],
    })
    return { accepted: true as const }
  },
})
