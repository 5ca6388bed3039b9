import { loadModels } from '../../shared/models/index.ts'
import { makeBaselines } from '../relevance/baselines.ts'
import { readQueries, scoreQueries, summarize } from '../relevance/judged.ts'
import { readCatalogue, searchCatalogue } from '../relevance/search-catalogue.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { report } from './report.ts'

/**
 * How well the first ten answer judged queries (nDCG), and how often the first is right, by kind, on the second half of
 * the queries; beside it what each way finds alone, and simple fusions of them.
 */
const CATALOGUES = { adventureworks: 'postgres_adventureworks', 'online-retail': 'postgres_online_retail' }

const postgres = await startTestPostgres()
const models = await loadModels()
try {
  for (const [name, database] of Object.entries(CATALOGUES)) {
    const catalogue = readCatalogue(name)
    const queries = readQueries(name).filter(({ split }) => split === 'test')
    const startedAt = performance.now()
    const search = await searchCatalogue(catalogue, { store: await postgres.createStore(database), models })
    report(`relevance_${name}_index`, (performance.now() - startedAt) / 1000, 's')
    const ways = {
      search: async (query: string) => (await search({ query })).results.map(({ productId }) => productId),
      ...(await makeBaselines(catalogue.products, models)),
    }
    for (const [way, find] of Object.entries(ways)) {
      const scored = await scoreQueries(queries, catalogue.products, find)
      for (const [kind, { ndcg, success }] of Object.entries(summarize(scored)))
        report(
          `relevance_${name}_${way.replace(' ', '-')}_${kind}`,
          ndcg,
          `nDCG@10, first right ${success.toFixed(2)}`,
        )
    }
  }
} finally {
  await models.close()
  await postgres.stop()
}
