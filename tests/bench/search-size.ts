import { refold } from '../../functions/search/index-products/refold.ts'
import { ensureGraph } from '../../functions/search/index-products/texts.ts'
import { interpret } from '../../functions/search/search-products/interpret.ts'
import { lookUpTerms } from '../../functions/search/search-products/look-up.ts'
import { findProducts, type ProductQuery } from '../../functions/search/search-products/query.ts'
import { readVocabulary } from '../../functions/search/search-products/vocabulary.ts'
import { loadModels } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { loadDemo } from '../../stacks/demo/load.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { median, report } from './report.ts'

/**
 * The search's statement over a catalogue seventy times the demo's: each product in seventy copies, each copy's vector drawn
 * towards another product's. Beside it the nearest without the graph, which says what that saves and what it misses.
 */
const COPIES = 70
const ROUNDS = 20
const QUERIES: { name: string; query: string; filters: ProductQuery['filters'] }[] = [
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
  await ensureGraph(store)
  report('search_size_graph_built', (performance.now() - startedAt) / 1000, 's')
  await store.query('vacuum (full) search.product')
  await store.query('analyze')
  const vocabulary = await readVocabulary(store)
  for (const { name, query, filters } of QUERIES) {
    const [vector] = await models.embed([query])
    const wanted: ProductQuery = {
      query,
      terms: await lookUpTerms(store, interpret(query, vocabulary), vocabulary),
      vector,
      filters,
      limit: 10,
      isEnglish: true,
      group: 'index-products',
      topics: [],
    }
    const took: number[] = []
    for (let i = 0; i < ROUNDS; i++) {
      const start = performance.now()
      await findProducts(store, wanted)
      if (i >= ROUNDS / 4) took.push(performance.now() - start)
    }
    report(`search_size_${name}_p50`, median(took), 'ms')
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
  const vectors = await models.embed(rows.map(row => row.text))
  const random = makeRandom(3)
  for (let copy = 0; copy < COPIES; copy++) {
    await store.query(
      `insert into search.product (product_id, system, sku, name, model, description, category, subcategory, color, list_price, position)
       select id || '-' || $2, 'shop', sku || '-' || $2, name, model, description, category, subcategory, color, list_price, ''
       from jsonb_to_recordset($1) as r (id text, sku text, name text, model text, description text, category text, subcategory text, color text, list_price numeric)`,
      [JSON.stringify(rows), copy],
    )
    const moved = vectors.map(vector => {
      const other = vectors[Math.floor(random() * vectors.length)] as Float32Array
      return vector.map((x, i) => x + 0.6 * (other[i] ?? 0) + (random() - 0.5) * 0.05)
    })
    await store.query(
      `insert into search.embedding (product_id, text_hash, embedding, model, version) select id || '-' || $3, '', l2_normalize(v), 'mixed', '1' from unnest($1::text[], $2::vector[]) as r (id, v)`,
      [rows.map(row => row.id), moved.map(vector => JSON.stringify([...vector])), copy],
    )
  }
  await refold(store)
  return rows.length * COPIES
}

/** The hundred nearest of what a filter leaves, by the graph and without it. */
async function compareWithExact(store: Store): Promise<void> {
  const [vector] = await models.embed(['light and fast on the road'])
  const nearest = async (isExact: boolean) =>
    store.transaction(async ({ query }) => {
      if (isExact) await query('set local enable_indexscan = off')
      const start = performance.now()
      const rows = await query<{ id: string }>(
        `select e.product_id as id from search.embedding e join search.product p using (product_id)
         where p.color = 'Red' order by e.embedding <=> $1 limit 100`,
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
