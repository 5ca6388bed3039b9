import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SecretUrl } from '../../shared/config/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { growCatalogue } from '../support/grown-catalogue.ts'
import { quantile, report } from './report.ts'
import { makeQueries } from './search-load.ts'

const UPDATES = Number(process.env.UPDATES ?? 500)
const RATE = Number(process.env.RATE ?? 100)
/** sqlserver is a double, whose capture job looks every 100 ms. */
const DEMO_SOURCE = process.env.SOURCE ?? 'postgres'
const MOST_MS = DEMO_SOURCE === 'sqlserver' ? 600 : 300
/** More products than the demo has, and searches a second meanwhile. */
const PRODUCTS = Number(process.env.PRODUCTS ?? 0)
const SEARCHES = Number(process.env.SEARCHES ?? 0)

/**
 * Single updates of a product's price while the simulator makes RATE changes a second: from the update's commit until
 * search-products answers with the new price, and until land-changes has committed it to the lake.
 */
const demo = await startDemo({ env: { DEMO_SHOP: 'still', DEMO_SOURCE } })
const client = new pg.Client({ connectionString: demo.source })
const store = new pg.Client({ connectionString: demo.store })
const abort = new AbortController()
try {
  await Promise.all([client.connect(), store.connect()])
  await waitUntilCaughtUp(demo)
  await waitFor('the first forecast', async () => demo.printed().includes('forecast: '), 240_000)
  if (PRODUCTS > 0) await addProducts(client)
  const searching = keepSearching(abort.signal)
  const simulating = runSimulator({
    url: new SecretUrl(demo.source),
    rate: RATE,
    seed: 1,
    signal: abort.signal,
  })
  await sleep(10_000)
  const { rows: products } = await client.query<{ id: number; sku: string }>(
    'select "ProductID" as id, "ProductNumber" as sku from dbo."Product" order by 1',
  )
  const random = makeRandom(7)
  const searchable: number[] = []
  const landed: number[] = []
  for (let i = 0; i < UPDATES; i++) {
    const product = products[Math.floor(random() * products.length)]
    if (!product) continue
    const price = 10_000 + i
    await client.query('update dbo."Product" set "ListPrice" = $2 where "ProductID" = $1', [
      product.id,
      price,
    ])
    const committedAt = performance.now()
    for (;;) {
      const { results } = await demo.call<{ results: { sku: string; listPrice: number }[] }>(
        'search-products',
        { query: product.sku, limit: 1 },
      )
      // The simulator changes prices too: within three percent it has only moved ours.
      if (results[0]?.sku === product.sku && Math.abs(results[0].listPrice / price - 1) < 0.04) break
      if (performance.now() - committedAt > 5000)
        throw new Error(`${product.sku} was not searchable within 5 s`)
      await sleep(2)
    }
    searchable.push(performance.now() - committedAt)
    if (i % 10 === 0) landed.push(await untilLanded(store, Date.now() - (performance.now() - committedAt)))
    await sleep(20)
  }
  abort.abort()
  await simulating
  if (SEARCHES > 0) report('freshness_searches_p99', quantile(await searching, 0.99), 'ms')
  report('freshness_search_p50', quantile(searchable, 0.5), 'ms')
  report('freshness_search_p99', quantile(searchable, 0.99), 'ms', { atMost: MOST_MS })
  report('freshness_search_max', Math.max(...searchable), 'ms')
  report('freshness_lake_p50', quantile(landed, 0.5) / 1000, 's')
  report('freshness_lake_max', Math.max(...landed) / 1000, 's', { atMost: 6 })
} finally {
  abort.abort()
  await Promise.allSettled([client.end(), store.end()])
  await demo.stop()
}

/** Adds grown products to the source, and waits until they are searchable. */
async function addProducts(client: pg.Client): Promise<void> {
  const columns =
    '"ProductNumber" text, "Name" text, "Model" text, "Description" text, "Color" text, "Subcategory" text, "Category" text'
  const products = [...growCatalogue(PRODUCTS)]
  for (let at = 0; at < products.length; at += 1000) {
    const rows = products.slice(at, at + 1000).map(({ ProductID, ListPrice, ...texts }) => ({
      id: 1_000_000 + Number(ProductID),
      price: ListPrice,
      ...texts,
    }))
    await client.query(
      `insert into dbo."Product" ("ProductID", "ProductNumber", "Name", "Model", "Description", "Color", "Subcategory", "Category", "ListPrice")
       select id, "ProductNumber", "Name", "Model", "Description", "Color", "Subcategory", "Category", price
       from jsonb_to_recordset($1) as r (id int, price numeric, ${columns})`,
      [JSON.stringify(rows)],
    )
  }
  await waitFor(
    'the products to be indexed',
    async () => {
      const { total } = await demo.call<{ total: number }>('search-products', { limit: 1 })
      process.stdout.write(`# ${total} products\n`)
      await sleep(10_000)
      return total >= PRODUCTS
    },
    900_000,
  )
  await waitUntilCaughtUp(demo)
  // The graphs are made once it is quiet.
  await sleep(60_000)
}

/** Searches at an even pace, each another one. @returns how long each took, in ms */
async function keepSearching(signal: AbortSignal): Promise<number[]> {
  const took: number[] = []
  const asked = SEARCHES > 0 ? makeQueries([...growCatalogue(5000)], 10_000) : []
  const calls: Promise<void>[] = []
  for (const { query, filters } of asked) {
    if (signal.aborted) break
    const startedAt = performance.now()
    const call = demo.call('search-products', { query, filters }).then(() => {
      took.push(performance.now() - startedAt)
    })
    calls.push(call)
    await sleep(1000 / SEARCHES)
  }
  await Promise.all(calls)
  return took
}

/** Until land-changes has committed everything of Product up to now. @returns ms since `sinceMs` (epoch) */
async function untilLanded(store: pg.Client, sinceMs: number): Promise<number> {
  const { rows: heads } = await store.query<{ partition: number; next: string }>(
    `select p.partition, p.next_offset as next from bus.partition p join bus.topic t on t.id = p.topic_id where t.name = 'cdc.adventureworks.Product'`,
  )
  for (;;) {
    const { rows } = await store.query<{ partition: number; next: string }>(
      `select c.partition, c.next_offset as next from bus.cursor c join bus.topic t on t.id = c.topic_id
       where t.name = 'cdc.adventureworks.Product' and c."group" = 'land-changes'`,
    )
    const cursor = new Map(rows.map(row => [row.partition, BigInt(row.next)]))
    if (heads.every(head => (cursor.get(head.partition) ?? 0n) >= BigInt(head.next)))
      return Date.now() - sinceMs
    await sleep(20)
  }
}
