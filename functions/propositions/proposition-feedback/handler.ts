import { z } from 'zod'
import { FEEDBACK_ACTIONS, feedbackFlow, recordFeedback } from '../../../shared/capture/own/feedback.ts'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'

const input = z.strictObject({
  propositionsId: z.uuid().describe('The propositionsId of the answer'),
  productId: storableText(100).min(1),
  action: z.enum(FEEDBACK_ACTIONS).describe('What became of the product'),
})

/**
 * Records what became of a product that was proposed. A list, a product and an action are one interaction: a repeat within a
 * day is not recorded, and a later one has the same key. Whose list it was is found out when both are joined.
 */
export default defineFunction({
  name: 'proposition-feedback',
  summary: 'Records that a proposed product was opened, ordered or dismissed',
  access: 'public',
  uses: ['store'] as const,
  input,
  output: z.object({ accepted: z.literal(true) }),
  status: 202,

  async handle({ propositionsId, productId, action }, { resources: { store }, lineage }) {
    await recordFeedback(store.query, 'PropositionFeedback', { shownBy: propositionsId, productId, action })
    lineage(feedbackFlow('PropositionFeedback'))
    return { accepted: true as const }
  },
})
