import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureGraphs } from '../../functions/search/index-products/graphs.ts'
import { refold } from '../../functions/search/index-products/refold.ts'
import searchProducts from '../../functions/search/search-products/handler.ts'
import { loadModels } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { loadDemo } from '../../stacks/demo/load.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { CATALOGUE } from '../support/catalogue.ts'
import { startFunction } from '../support/function.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { median, quantile, report } from './report.ts'

/**
 * Searches, each embedded, over a catalogue seventy times the demo's: each product in seventy copies, each copy's vector drawn
 * towards another product's. Beside it the nearest without the graph, which says what that saves and what it misses.
 */
const COPIES = 70
const ROUNDS = 20
const QUERIES: { name: string; query: string; filters: object }[] = [
  { name: 'identifier', query: 'HL-U509-B-33', filters: {} },
  { name: 'phrase', query: 'warm gloves for winter rides', filters: {} },
  { name: 'filtered', query: 'helmet', filters: { color: 'Red', category: 'Accessories' } },
]

const postgres = await startTestPostgres()
const models = await loadModels()
try {
  const store = await postgres.createStore('search_size')
  const products = await fill(store)
  report('search_size_products', products, 'products', { atLeast: 20_000 })
  const startedAt = performance.now()
  await ensureGraphs(store, models)
  report('search_size_graph_built', (performance.now() - startedAt) / 1000, 's')
  await store.query('vacuum (full) search.product')
  await store.query('analyze')
  const search = await startFunction(searchProducts, { resources: { store, models, sources: [CATALOGUE] } })
  await search.call({})
  await sleep(5000)
  for (const { name, query, filters } of QUERIES) {
    const took: number[] = []
    for (let i = 0; i < ROUNDS; i++) {
      const start = performance.now()
      const { status } = await search.call({ query, filters })
      assert.equal(status, 200)
      if (i >= ROUNDS / 4) took.push(performance.now() - start)
    }
    report(`search_size_${name}_p50`, median(took), 'ms')
    report(`search_size_${name}_p99`, quantile(took, 0.99), 'ms')
  }
  await compareWithExact(store)
} finally {
  await models.close()
  await postgres.stop()
}

/** The demo's products, copied under other numbers, as index-products would have written them. @returns how many */
async function fill(store: Store): Promise<number> {
  const url = await postgres.createDatabase('adventureworks')
  await loadDemo(url, { today: new Date(), days: 1 })
  const source = postgres.openStore(url)
  const rows = await source.query<{ id: string; text: string }>(
    `select "ProductID"::text as id, concat_ws('. ', "Name", "Subcategory", "Category", "Color", "Description") as text, "ProductNumber" as sku, "Name" as name, "Model" as model,
       "Description" as description, "Category" as category, "Subcategory" as subcategory, "Color" as color, "ListPrice" as list_price
     from dbo."Product" order by 1`,
  )
  const kinds = [models.english, models.multilingual]
  const embedded = await Promise.all(kinds.map(({ embed }) => embed(rows.map(row => row.text))))
  const random = makeRandom(3)
  for (let copy = 0; copy < COPIES; copy++) {
    await store.query(
      `insert into search.product (product_id, system, sku, name, model, description, category, subcategory, color, list_price, position)
       select id || '-' || $2, 'shop', sku || '-' || $2, name, model, description, category, subcategory, color, list_price, ''
       from jsonb_to_recordset($1) as r (id text, sku text, name text, model text, description text, category text, subcategory text, color text, list_price numeric)`,
      [JSON.stringify(rows), copy],
    )
    for (const [at, { name, version }] of kinds.entries()) {
      const vectors = embedded[at] ?? []
      const moved = vectors.map(vector => {
        const other = vectors[Math.floor(random() * vectors.length)] as Float32Array
        return vector.map((x, i) => x + 0.6 * (other[i] ?? 0) + (random() - 0.5) * 0.05)
      })
      await store.query(
        `insert into search.product_vector (product_id, model, version, text_hash, vector)
         select id || '-' || $3, $4, $5, '', l2_normalize(v) from unnest($1::text[], $2::halfvec[]) as r (id, v)`,
        [rows.map(row => row.id), moved.map(vector => JSON.stringify([...vector])), copy, name, version],
      )
    }
  }
  await refold(store)
  return rows.length * COPIES
}

/** The hundred nearest of what a filter leaves, by the graph and without it. */
async function compareWithExact(store: Store): Promise<void> {
  const { name, version, embed } = models.english
  const [vector] = await embed(['light and fast on the road'])
  const nearest = async (isExact: boolean) =>
    store.transaction(async ({ query }) => {
      if (isExact) await query('set local enable_indexscan = off')
      const start = performance.now()
      const rows = await query<{ id: string }>(
        `select v.product_id as id from search.product_vector v join search.product p using (product_id)
         where p.color = 'Red' and v.model = '${name}' and v.version = '${version}'
         order by v.vector::halfvec(384) <=> $1::halfvec(384) limit 100`,
        [JSON.stringify([...(vector ?? [])])],
      )
      return { ids: new Set(rows.map(row => row.id)), tookMs: performance.now() - start }
    })
  await nearest(false)
  const [graph, exact] = [await nearest(false), await nearest(true)]
  report('search_size_graph_recall_100', graph.ids.intersection(exact.ids).size / exact.ids.size, 'share', {
    atLeast: 0.95,
  })
  report('search_size_graph_ratio', exact.tookMs / graph.tookMs, 'times')
}
