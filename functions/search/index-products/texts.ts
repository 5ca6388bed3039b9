import { createHash } from 'node:crypto'
import type pg from 'pg'
import pgvector from 'pgvector'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { resolveCategories } from './categories.ts'
import { refreshWords } from './words.ts'

/** Any number that nobody else takes as an advisory lock: "text" in ASCII. */
export const TEXTS_LOCK = 0x74657874
/** The same for the graph: "grap". */
const GRAPH_LOCK = 0x67726170
/** Rows below which every vector is compared: exact, and as quick. */
const EXACT_ROWS = 5000

/** The model reads 256 tokens. */
const EMBEDDED_CHARACTERS = 4000

type Text = { product_id: string; sku: string | null; text: string; text_hash: string | null }

/**
 * Reads the texts of products again and renews words and vectors where they changed. One at a time: a later call
 * sees what the one before has committed, so that an older text never overwrites a newer one's vector.
 */
export async function refreshTexts(
  store: Store,
  models: Models,
  touched: { productIds: string[]; models: string[]; hasCategories: boolean },
): Promise<number> {
  if (touched.productIds.length === 0 && touched.models.length === 0) return 0
  return store.transaction(async ({ query }) => {
    await query('select pg_advisory_xact_lock($1)', [TEXTS_LOCK])
    // If a category changed at the same time as its product, neither saw the other: the last one here sees both.
    if (touched.hasCategories) await resolveCategories(query, touched.productIds)
    const rows = await query<Text>(
      `select p.product_id, p.sku, e.text_hash,
         left(concat_ws('. ', p.name, nullif(p.model, p.name), p.subcategory, p.category, p.color, p.description,
           (select nullif(t.description, p.description) from search.product_text t
            where t.system = p.system and t.model = p.model and t.culture in ('en', '') and not t.is_deleted
            order by t.culture desc limit 1)), ${EMBEDDED_CHARACTERS}) as text
       from search.product p left join search.embedding e using (product_id)
       where (p.product_id = any($1) or p.model = any($2)) and not p.is_deleted`,
      [touched.productIds, touched.models],
    )
    const { name, version } = models.embedding
    const changed = rows
      .map(row => ({
        ...row,
        // With its number, which is no part of the vector's text but of the words.
        hash: createHash('sha256').update(`${name}/${version}\0${row.sku}\0${row.text}`).digest('hex'),
      }))
      .filter(row => row.hash !== row.text_hash)
    await refreshWords(
      query,
      changed.map(row => row.product_id),
      touched.models,
    )
    if (changed.length === 0) return 0
    const vectors = await models.embed(changed.map(row => row.text))
    await query(
      `insert into search.embedding (product_id, text_hash, embedding, model, version)
       select *, $4, $5 from unnest($1::text[], $2::text[], $3::vector[])
       on conflict (product_id) do update set text_hash = excluded.text_hash, embedding = excluded.embedding,
         model = excluded.model, version = excluded.version`,
      [
        changed.map(row => row.product_id),
        changed.map(row => row.hash),
        vectors.map(vector => pgvector.toSql([...vector]) as string),
        name,
        version,
      ],
    )
    return changed.length
  })
}

/** Above some thousands of rows a graph is worth its upkeep; once made it stays. One at a time makes it. */
export async function ensureGraph(store: Store): Promise<void> {
  const [row] = await store.query<{ rows: string; is_there: boolean }>(
    `select (select count(*) from search.embedding) as rows,
       exists (select 1 from pg_index where indexrelid = to_regclass('search.embedding_graph') and indisvalid) as is_there`,
  )
  if (!row || row.is_there || Number(row.rows) < EXACT_ROWS) return
  const client = await store.pool.connect()
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as is_ours', [GRAPH_LOCK])
    if (rows[0]?.is_ours) {
      // It may take long, and continues after the call that started it has ended.
      await client.query('set statement_timeout = 0')
      await client.query('set lock_timeout = 0')
      await makeGraph(client)
      await client.query('reset statement_timeout')
      await client.query('reset lock_timeout')
      await client.query('select pg_advisory_unlock($1)', [GRAPH_LOCK])
    }
    client.release()
  } catch (error) {
    // The lock goes with the connection.
    client.release(true)
    throw error
  }
}

async function makeGraph(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query(
    `select 1 from pg_index where indexrelid = to_regclass('search.embedding_graph') and not indisvalid`,
  )
  // What an interrupted build left: no search uses it, and every write maintains it.
  if (rows.length > 0) await client.query('drop index search.embedding_graph')
  await client.query(
    'create index concurrently if not exists embedding_graph on search.embedding using hnsw (embedding vector_cosine_ops)',
  )
}
