import { NotFoundError } from '../../errors/index.ts'
import type { Query } from '../../store/index.ts'
import { recordRows } from './record.ts'

/** What may become of a product that was shown. */
export const FEEDBACK_ACTIONS = ['click', 'order', 'dismiss'] as const

/** By the table that has what became of it, the column that says what had shown the product. */
const COLUMNS = { SearchFeedback: 'SearchID', PropositionFeedback: 'PropositionID' } as const

type Feedback = { shownBy: string; productId: string; action: (typeof FEEDBACK_ACTIONS)[number] }

/**
 * Records what became of a product that a search or a list had shown. What showed it, a product and an action are one
 * interaction: a repeat within a day is not recorded, and a later one has the same key.
 * @param shownBy the id of the search or list, a UUID
 * @throws NotFoundError where the index knows no such product
 */
export async function recordFeedback(
  query: Query,
  table: keyof typeof COLUMNS,
  { shownBy, productId, action }: Feedback,
): Promise<void> {
  const found = await query('select 1 from search.product where product_id = $1', [productId])
  if (found.length === 0)
    throw new NotFoundError(`there is no product ${JSON.stringify(productId)}`, { field: 'productId' })
  const key = `${shownBy.toLowerCase()}/${action}/${productId}`
  const row = {
    InteractionID: key,
    OccurredAt: new Date().toISOString(),
    Action: action,
    [COLUMNS[table]]: shownBy.toLowerCase(),
    ProductID: productId,
  }
  await recordRows(query, table, [{ key, row }])
}

/** What recording feedback reads and writes. */
export function feedbackFlow(table: keyof typeof COLUMNS) {
  return { reads: [{ dataset: 'search.product' }], writes: [{ dataset: `source.cordage.${table}` }] }
}
