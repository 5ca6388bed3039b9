import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadModels, type Models } from '../../shared/models/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { judge, readQueries, scoreQueries, summarize } from './judged.ts'
import { readCatalogue, searchCatalogue } from './search-catalogue.ts'

/** nDCG of the first ten that is reached, less a little: a change that makes search worse is seen here (`make bench ONLY=relevance`). */
const AT_LEAST = {
  identifier: 0.93,
  exact: 0.97,
  typo: 0.95,
  meaning: 0.68,
  attribute: 0.92,
  language: 0.54,
  nothing: 0.6,
  overall: 0.8,
}

let postgres: TestPostgres
let models: Models
before(async () => {
  postgres = await startTestPostgres()
  models = await loadModels()
})
after(async () => {
  await models.close()
  await postgres.stop()
})

test('judged queries are answered as well as before, of every kind', { timeout: 120_000 }, async t => {
  const catalogue = readCatalogue('adventureworks')
  const search = await searchCatalogue(catalogue, { store: await postgres.createStore(), models })
  const find = async (query: string) => (await search({ query })).results.map(({ productId }) => productId)
  const scored = await scoreQueries(readQueries('adventureworks'), catalogue.products, async query => {
    const found = await find(query)
    assert.deepEqual(await find(query), found, `the same query has the same answer: ${query}`)
    return found
  })
  const reached = summarize(scored)
  for (const [kind, { queries, ndcg, success }] of Object.entries(reached))
    t.diagnostic(`${kind}: ${queries} queries, nDCG@10 ${ndcg.toFixed(3)}, first right ${success.toFixed(3)}`)
  for (const [kind, least] of Object.entries(AT_LEAST))
    assert.ok((reached[kind as keyof typeof reached]?.ndcg ?? 0) >= least, kind)
})

test('of each kind there are queries to tune on and others to test on, and every judgement finds a product', () => {
  for (const name of ['adventureworks', 'online-retail']) {
    const { products } = readCatalogue(name)
    for (const query of readQueries(name)) {
      const grades = [...judge(query, products).values()]
      if (query.kind === 'nothing') assert.deepEqual(grades, [], query.query)
      else assert.ok(grades.includes(3), query.query)
      assert.ok(grades.length < products.length / 2, query.query)
    }
  }
})
