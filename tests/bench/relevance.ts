import { join } from 'node:path'
import { loadModels } from '../../shared/models/index.ts'
import { makeBaselines } from '../relevance/baselines.ts'
import { readQueries, scoreQueries, summarize } from '../relevance/judged.ts'
import { readCatalogue, searchCatalogue } from '../relevance/search-catalogue.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { report } from './report.ts'
import { OTHERS, startOther } from './start-other.ts'

/**
 * How well the first ten answer judged queries (nDCG), and how often the first is right, by kind, on the second half of
 * the queries; beside it what each way finds alone, simple fusions of them, and plain Postgres and LanceDB.
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
    const others = await startOthers(database)
    const ways = {
      search: async (query: string) => (await search({ query })).results.map(({ productId }) => productId),
      ...(await makeBaselines(catalogue.products, models)),
      ...Object.fromEntries(others.map(({ kind, find }) => [kind, find])),
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
    for (const { stop } of others) await stop()
  }
} finally {
  await models.close()
  await postgres.stop()
}

/** What a team would install instead, over what is indexed. */
async function startOthers(database: string) {
  const started = OTHERS.map(async kind => {
    const other = await startOther(kind, postgres.url(database), join(postgres.home, `${kind}-${database}`))
    return other ? [{ kind, ...other }] : []
  })
  return (await Promise.all(started)).flat()
}
