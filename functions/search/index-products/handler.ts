import { takenColumns } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction } from '../../../shared/contract/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import type { Flow } from '../../../shared/lineage/index.ts'
import { findProductsOf } from './categories.ts'
import { fillVectors } from './fill.ts'
import { keepGraphs } from './graphs.ts'
import { refold } from './refold.ts'
import { applyEvents, findTarget, namesCategories, type Target } from './tables.ts'
import { refreshTexts } from './texts.ts'

/** Products whose texts are renewed in one transaction: a large category's would not end within a call. */
const TEXTS_AT_ONCE = 500

/**
 * Keeps the search index at what the source's products, their texts, categories and stock are. A repeat is harmless: each row
 * keeps the position of the change that made it, and only a newer one replaces it.
 */
export default defineEventFunction({
  name: 'index-products',
  summary: 'Makes changed products, texts, categories and stock searchable',
  uses: ['store', 'models', 'sources'] as const,

  /**
   * What an older version has folded is folded again before the first change. Vectors of a model that is new are made beside
   * the changes. Searches continue meanwhile.
   */
  async init({ resources: { store, models }, log }) {
    await refold(store)
    const stopping = new AbortController()
    const graphs = keepGraphs(store, models, log)
    const filling = fillVectors(store, models, log, stopping.signal).then(
      filled => void (filled > 0 && graphs.added()),
      error => log.error({ error: describeError(error) }, 'vectors were not made; the next start goes on'),
    )
    return { stopping, filling, graphs }
  },

  async close({ stopping, filling, graphs }) {
    stopping.abort()
    await filling
    await graphs.close()
  },

  async handleBatch(events, { state, resources, lineage }) {
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
      const hasCategories = namesCategories(target)
      // Looked up again, now that the change is visible: a product that came meanwhile finds its category by itself.
      const productIds = [...touched.productIds, ...(await findProductsOf(store.query, touched))]
      let embedded = await refreshTexts(store, models, {
        productIds: [],
        models: touched.models,
        hasCategories,
      })
      for (let at = 0; at < productIds.length; at += TEXTS_AT_ONCE)
        embedded += await refreshTexts(store, models, {
          productIds: productIds.slice(at, at + TEXTS_AT_ONCE),
          models: [],
          hasCategories,
        })
      if (embedded > 0) state.graphs.added()
      lineage(toFlow(target, own.length))
      results.push(...own.map(event => answerFor(event, malformed)))
    }
    return results
  },
})

/** From a table's topic to the index. */
function toFlow({ source, table, index }: Target, rows: number): Flow {
  const dataset = table.topic
  const columns = takenColumns(table)
    .filter(([, { as }]) => index.columns.includes(as))
    .map(([name, { as }]) => [as, [{ dataset, column: name }]])
  return {
    part: `${source.system}.${table.name}`,
    reads: [{ dataset }],
    writes: [{ dataset: index.name, rows, columns: Object.fromEntries(columns) }],
  }
}

function answerFor(event: BusEvent, malformed: BusEvent[]): BatchResult {
  return malformed.includes(event)
    ? { id: event.id, status: 'parked', reason: 'malformed_event' }
    : { id: event.id, status: 'done' }
}
