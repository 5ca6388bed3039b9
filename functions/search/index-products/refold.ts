import type { Query, Store } from '../../../shared/store/index.ts'
import { FOLDING, toBareKey, toKey } from '../../../shared/text/index.ts'
import { countChange, TEXTS_WRITER } from './count-change.ts'
import { TEXTS_LOCK } from './texts.ts'
import { refreshWords } from './words.ts'

/** Rows that are folded again in one transaction: after a stop the next run resumes there. */
const AT_ONCE = 500

/**
 * Folds what an older version has folded, or none has, as after an update: keys, words and vocabulary. Several instances
 * take turns.
 */
export async function refold(store: Store): Promise<void> {
  for (const table of ['search.category', 'search.subcategory', 'search.product'])
    for (let found = AT_ONCE; found === AT_ONCE; )
      found = await store.transaction(async ({ query }) => {
        const [old] = await query(`select 1 from ${table} where folding < $1 and not is_deleted limit 1`, [
          FOLDING,
        ])
        if (!old) return 0
        await query('select pg_advisory_xact_lock($1)', [TEXTS_LOCK])
        await countChange(query, TEXTS_WRITER)
        return table === 'search.product' ? refoldProducts(query) : refoldNames(query, table)
      })
}

async function refoldProducts(query: Query): Promise<number> {
  const columns = ['sku', 'name', 'category', 'subcategory', 'color']
  const rows = await query<Record<string, string | null> & { product_id: string }>(
    `select product_id, ${columns.join(', ')} from search.product where folding < $1 and not is_deleted limit ${AT_ONCE} for update`,
    [FOLDING],
  )
  await query(
    `update search.product p set ${columns.map(name => `${name}_key = k.${name}`).join(', ')}, sku_bare = k.sku_bare
     from unnest($1::text[], ${columns.map((_, i) => `$${i + 2}::text[]`).join(', ')}, $${columns.length + 2}::text[]) as k (product_id, ${columns.join(', ')}, sku_bare)
     where p.product_id = k.product_id`,
    [
      rows.map(row => row.product_id),
      ...columns.map(name => rows.map(row => keyOf(row[name]))),
      rows.map(({ sku }) => (sku ? toBareKey(sku) : null)),
    ],
  )
  await refreshWords(
    query,
    rows.map(row => row.product_id),
    [],
  )
  return rows.length
}

async function refoldNames(query: Query, table: string): Promise<number> {
  const id = table === 'search.category' ? 'category_id' : 'subcategory_id'
  const rows = await query<{ id: string; name: string | null }>(
    `select ${id} as id, name from ${table} where folding < $1 and not is_deleted limit ${AT_ONCE} for update`,
    [FOLDING],
  )
  await query(
    `update ${table} t set name_key = k.name, folding = $3 from unnest($1::text[], $2::text[]) as k (id, name) where t.${id} = k.id`,
    [rows.map(row => row.id), rows.map(row => keyOf(row.name)), FOLDING],
  )
  return rows.length
}

const keyOf = (text: string | null | undefined) => (text === null || text === undefined ? null : toKey(text))
