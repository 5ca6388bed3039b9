import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import { applyEvents, findTarget } from './tables.ts'
import { ensureGraph, refreshTexts } from './texts.ts'

/**
 * Keeps the search index at what the source's products, their texts and their stock are. A repeat is harmless: each row
 * keeps the position of the change that made it, and only a newer one replaces it.
 */
export default defineEventFunction({
  name: 'index-products',
  summary: 'Makes changed products, texts and stock searchable',
  uses: ['store', 'models', 'sources'] as const,

  async handleBatch(events, { resources }) {
    const { store, models, sources } = resources
    const results: BatchResult[] = []
    for (const [topic, own] of Map.groupBy(events, event => event.topic)) {
      const target = findTarget(sources, topic)
      if (!target) {
        results.push(...own.map(({ id }) => ({ id, status: 'skipped' as const, reason: 'not_indexed' })))
        continue
      }
      const { touched, malformed } = await store.transaction(({ query }) => applyEvents(query, target, own))
      // Prices and stock are searchable from here on; a changed text still needs its vector.
      const embedded = await refreshTexts(store, models, touched)
      if (embedded > 0) await ensureGraph(store)
      results.push(...own.map(event => answerFor(event, malformed)))
    }
    return results
  },
})

function answerFor(event: BusEvent, malformed: BusEvent[]): BatchResult {
  return malformed.includes(event)
    ? { id: event.id, status: 'parked', reason: 'malformed_event' }
    : { id: event.id, status: 'done' }
}
