import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import pgvector from 'pgvector'
import { SecretUrl } from '../../shared/config/index.ts'
import { loadModels } from '../../shared/models/index.ts'
import { openStore, type Store } from '../../shared/store/index.ts'
import { ROOT } from '../support/postgres.ts'

/**
 * What a team would install instead, over the same texts and the English model's vectors of a filled index, as a server of its
 * own: `search-others.ts postgres|lancedb <store URL> <folder>`. It prints its port, and answers {query, filters} with ten ids.
 * Both as their documentation has it: words and nearest vectors, fused by reciprocal ranks.
 */
const [kind = '', storeUrl = '', folder = ''] = process.argv.slice(2)
const DEPTH = 50
const RRF_K = 60
const COLUMNS: Record<string, string> = { color: 'color', category: 'category', subcategory: 'subcategory' }

const TEXT = `concat_ws('. ', p.sku, p.name, p.model, p.subcategory, p.category, p.color, p.description)`
const FROM = `search.product p join search.product_vector v on v.product_id = p.product_id and v.model = $1 and v.version = $2`

type Filters = Record<string, string | number>
type Find = (query: string, vector: Float32Array, filters: Filters) => Promise<unknown[]>

const models = await loadModels()
const store = openStore(new SecretUrl(storeUrl), { applicationName: 'others' })
const find = kind === 'postgres' ? await fillPostgres(store) : await fillLanceDb(store, folder)
const server = createServer(async (asked, answer) => {
  try {
    const { query, filters } = JSON.parse(await text(asked)) as { query: string; filters: Filters }
    const [vector] = await models.english.embed([query])
    answer.end(JSON.stringify(await find(query, vector as Float32Array, filters)))
  } catch (error) {
    answer.writeHead(500).end(String(error))
  }
}).listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))

/** Postgres' own full text search and pgvector, with their indexes. */
async function fillPostgres(store: Store): Promise<Find> {
  const { name, version, dimensions } = models.english
  await store.query('drop schema if exists others cascade')
  await store.query('create schema others')
  await store.query(
    `create table others.product (id text primary key, words tsvector, vector halfvec(${dimensions}), color text, category text, subcategory text, list_price numeric)`,
  )
  await store.query(
    `insert into others.product select p.product_id, to_tsvector('english', ${TEXT}), v.vector, p.color, p.category, p.subcategory, p.list_price from ${FROM}`,
    [name, version],
  )
  await store.query('create index on others.product using gin (words)')
  await store.query('create index on others.product using hnsw (vector halfvec_cosine_ops)')
  await store.query('vacuum analyze others.product')
  return async (query, vector, filters) => {
    const values: unknown[] = [query, pgvector.toSql([...vector])]
    const conditions = Object.entries(filters).map(([key, value]) => {
      const place = `$${values.push(value)}`
      return key === 'priceMax' ? `list_price <= ${place}` : `${COLUMNS[key]} = ${place}`
    })
    const where = ['true', ...conditions].join(' and ')
    return await store.query(
      `with words as (
         select id, row_number() over (order by rank desc) as place from (
           select id, ts_rank_cd(words, q) as rank from others.product, websearch_to_tsquery('english', $1) q
           where words @@ q and ${where} order by rank desc limit ${DEPTH}) w),
       near as (
         select id, row_number() over (order by distance) as place from (
           select id, vector <=> $2::halfvec(${dimensions}) as distance from others.product where ${where} order by distance limit ${DEPTH}) n)
       select id, coalesce(1.0 / (${RRF_K} + words.place), 0) + coalesce(1.0 / (${RRF_K} + near.place), 0) as score
       from words full join near using (id) order by score desc limit 10`,
      values,
    )
  }
}

/** LanceDB's hybrid search, which is installed for this bench alone. */
async function fillLanceDb(store: Store, folder: string): Promise<Find> {
  const entry = join(ROOT, '.tools/bench/node_modules/@lancedb/lancedb/dist/index.js')
  if (!existsSync(entry)) throw new Error('LanceDB is not installed: make setup-bench')
  const lancedb = (await import(pathToFileURL(entry).href)).default
  const { name, version } = models.english
  const rows = await store.query<Record<string, unknown> & { vector: string; list_price: string }>(
    `select p.product_id as id, ${TEXT} as text, v.vector::text as vector, coalesce(p.color, '') as color, coalesce(p.category, '') as category,
       coalesce(p.subcategory, '') as subcategory, p.list_price from ${FROM}`,
    [name, version],
  )
  const database = await lancedb.connect(folder)
  const table = await database.createTable(
    'product',
    rows.map(row => ({ ...row, vector: pgvector.fromSql(row.vector), list_price: Number(row.list_price) })),
  )
  await table.createIndex('text', { config: lancedb.Index.fts() })
  await table.createIndex('vector', {
    config: lancedb.Index.hnswSq({ distanceType: 'cosine' }),
  })
  const reranker = await lancedb.rerankers.RRFReranker.create(RRF_K)
  return async (query, vector, filters) => {
    const where = Object.entries(filters).map(([key, value]) =>
      key === 'priceMax'
        ? `list_price <= ${value}`
        : `${COLUMNS[key]} = '${String(value).replaceAll("'", "''")}'`,
    )
    const search = table
      .query()
      .nearestTo(vector)
      .distanceType('cosine')
      .fullTextSearch(query, { columns: ['text'] })
    const filtered = where.length > 0 ? search.where(where.join(' and ')) : search
    return await filtered.rerank(reranker).select(['id']).limit(10).toArray()
  }
}
