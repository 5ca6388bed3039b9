import { z } from 'zod'
import { FEEDBACK_ACTIONS, feedbackFlow, recordFeedback } from '../../../shared/capture/own/feedback.ts'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'

const input = z.strictObject({
  searchId: z.uuid().describe('The searchId of the answer'),
  productId: storableText(100).min(1),
  action: z.enum(FEEDBACK_ACTIONS).describe('What became of the product'),
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
    await recordFeedback(store.query, 'SearchFeedback', { shownBy: searchId, productId, action })
    lineage(feedbackFlow('SearchFeedback'))
    return { accepted: true as const }
  },
})
