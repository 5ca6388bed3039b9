import { refold } from '../../functions/search/index-products/refold.ts'
import type { EmbeddingModel } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { growCatalogue } from '../support/grown-catalogue.ts'

const AT_ONCE = 5000

/**
 * Fills an index up to `count` products: their rows are grown as all others, their vectors lie between those of two products
 * that were embedded, for to embed a million would take an hour.
 */
export async function multiply(
  store: Store,
  models: EmbeddingModel[],
  count: number,
  system: string,
): Promise<void> {
  const [{ embedded = 0 } = {}] = await store.query<{ embedded: number }>(
    'select count(*)::int as embedded from search.product',
  )
  await dropGraphs(store)
  let at = 0
  let rows: object[] = []
  for (const product of growCatalogue(count)) {
    at += 1
    if (at <= embedded) continue
    rows.push(product)
    if (rows.length < AT_ONCE && at < count) continue
    await store.query(
      `insert into search.product (product_id, system, sku, name, model, description, category, subcategory, color, list_price, position)
       select "ProductID", $2, "ProductNumber", "Name", "Model", "Description", "Category", "Subcategory", "Color", "ListPrice", ''
       from jsonb_to_recordset($1) as r ("ProductID" text, "ProductNumber" text, "Name" text, "Model" text, "Description" text, "Category" text, "Subcategory" text, "Color" text, "ListPrice" numeric)`,
      [JSON.stringify(rows), system],
    )
    for (const { name, version } of models)
      await store.query(
        `insert into search.product_vector (product_id, model, version, text_hash, vector)
         select n::text, $1, $2, '', l2_normalize(a.vector + b.vector)
         from generate_series($3::int, $4::int) n
         join search.product_vector a on a.product_id = (1 + n % $5::int)::text and a.model = $1 and a.version = $2
         join search.product_vector b on b.product_id = (1 + (n::bigint * 7919) % $5::int)::text and b.model = $1 and b.version = $2`,
        [name, version, at - rows.length + 1, at, embedded],
      )
    rows = []
    if (at % 100_000 === 0) process.stdout.write(`# ${at} there\n`)
  }
  await refold(store)
}

/** One that grows with each row takes ten times as long as one that is made at the end. */
async function dropGraphs(store: Store): Promise<void> {
  const graphs = await store.query<{ name: string }>(
    String.raw`select indexname as name from pg_indexes where schemaname = 'search' and indexname like 'vectors\_%'`,
  )
  for (const { name } of graphs) await store.query(`drop index search.${name}`)
}
