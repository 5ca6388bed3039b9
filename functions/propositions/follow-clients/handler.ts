import { takenColumns } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import type { Flow } from '../../../shared/lineage/index.ts'
import { dropGone } from '../../../shared/propositions/clients.ts'
import { applyEvents } from './apply.ts'
import { findTarget, type Target } from './rows.ts'
import { settleRows } from './store-rows.ts'

/** Columns of the entities that say what a client did. */
const READ = ['client_id', 'product_id']

/**
 * Keeps what clients did since the last builds, so that a list of propositions follows it at once. A repeat is harmless: each
 * row keeps the position of the change that made it, and only a newer one replaces it. A client who is deleted is forgotten at
 * once, whatever comes later.
 */
export default defineEventFunction({
  name: 'follow-clients',
  summary: 'Keeps what clients have just ordered, sent back, clicked or dismissed for their propositions',
  uses: ['store', 'sources'] as const,

  async handleBatch(events, { resources: { store, sources }, lineage }) {
    const results: BatchResult[] = []
    for (const [topic, own] of Map.groupBy(events, event => event.topic)) {
      const target = findTarget(sources, topic)
      if (!target) {
        results.push(...own.map(({ id }) => ({ id, status: 'skipped' as const, reason: 'not_followed' })))
        continue
      }
      const applied = await store.transaction(({ query }) => applyEvents(query, target, own))
      // Both again, now that it is visible to others: what was written at the same moment is seen by the later of the two.
      await settleRows(store, target, applied)
      await dropGone(store.query, applied.clientIds)
      lineage(toFlow(target, own.length))
      const malformed = new Set(applied.malformed)
      results.push(
        ...own.map(event =>
          malformed.has(event)
            ? { id: event.id, status: 'parked' as const, reason: 'malformed_event' }
            : { id: event.id, status: 'done' as const },
        ),
      )
    }
    return results
  },
})

/** From a table's topic to what clients did. */
function toFlow({ source, table }: Target, rows: number): Flow {
  const dataset = table.topic
  const columns = takenColumns(table)
    .filter(([, { as }]) => READ.includes(as))
    .map(([name, { as }]) => [as, [{ dataset, column: name }]])
  return {
    part: `${source.system}.${table.name}`,
    reads: [{ dataset }],
    writes: [{ dataset: 'propositions.recent', rows, columns: Object.fromEntries(columns) }],
  }
}
