import { createHash } from 'node:crypto'
import type { Models } from '../../../shared/models/index.ts'
import type { Query, Store } from '../../../shared/store/index.ts'
import { readable, toKey } from '../../../shared/text/index.ts'
import { resolveCategories } from './categories.ts'
import { countChange, TEXTS_WRITER } from './count-change.ts'
import { type Texts, writeVectors } from './vectors.ts'
import { refreshWords } from './words.ts'

/** Any number that nobody else takes as an advisory lock: "text" in ASCII. */
export const TEXTS_LOCK = 0x74657874
/** More than the models read. */
const EMBEDDED_CHARACTERS = 4000

type Row = {
  product_id: string
  sku: string | null
  name: string | null
  model: string | null
  description: string | null
  category: string | null
  subcategory: string | null
  color: string | null
  /** Of product_text, in English or in a language that is not named. */
  english: string | null
  words_hash: string | null
}

/**
 * Reads the texts of products again and renews words and vectors where they changed. One at a time: a later call
 * sees what the one before has committed, so that an older text never overwrites a newer one's vector.
 * @returns how many vectors were made
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
    const rows = await readRows(query, '(p.product_id = any($1) or p.model = any($2))', [
      touched.productIds,
      touched.models,
    ])
    const made = rows.map(row => ({ row, texts: toTexts(row) }))
    const changed = made
      .map(({ row }) => ({ id: row.product_id, known: row.words_hash, hash: hashOf(row) }))
      .filter(({ known, hash }) => known !== hash)
    // The models compute while the words are written. Neither may outlive the transaction.
    const [words, vectors] = await Promise.allSettled([
      writeWords(query, changed, touched.models),
      writeVectors(
        query,
        models,
        made.map(({ texts }) => texts),
      ),
    ])
    if (words.status === 'rejected') throw words.reason
    if (vectors.status === 'rejected') throw vectors.reason
    if (changed.length > 0 || vectors.value > 0 || touched.models.length > 0 || touched.hasCategories)
      await countChange(query, TEXTS_WRITER)
    return vectors.value
  })
}

async function writeWords(
  query: Query,
  changed: { id: string; hash: string }[],
  models: string[],
): Promise<void> {
  const ids = changed.map(({ id }) => id)
  if (ids.length > 0 || models.length > 0) await refreshWords(query, ids, models)
  if (ids.length > 0)
    await query(
      'update search.vocabulary v set text_hash = r.hash from unnest($1::text[], $2::text[]) as r (id, hash) where v.product_id = r.id',
      [ids, changed.map(({ hash }) => hash)],
    )
}

/** The texts of those products that have no vector of a model yet, some of them. */
export async function readWithoutVectors(query: Query, models: Models, limit: number): Promise<Texts[]> {
  const lacks = (name: string, version: string) =>
    `not exists (select 1 from search.product_vector v where v.product_id = p.product_id and v.model = ${name} and v.version = ${version})`
  const { english, multilingual } = models
  const rows = await readRows(query, `(${lacks('$1', '$2')} or ${lacks('$3', '$4')}) limit ${limit}`, [
    english.name,
    english.version,
    multilingual.name,
    multilingual.version,
  ])
  return rows.map(toTexts)
}

async function readRows(query: Query, condition: string, values: unknown[]): Promise<Row[]> {
  const columns = ['name', 'model', 'description', 'category', 'subcategory', 'color']
  return await query<Row>(
    `select p.product_id, p.sku, ${columns.map(name => `left(p.${name}, ${EMBEDDED_CHARACTERS}) as ${name}`).join(', ')},
       case when p.words is not null then v.text_hash end as words_hash,
       (select left(t.description, ${EMBEDDED_CHARACTERS}) from search.product_text t
        where t.system = p.system and t.model = p.model and t.culture in ('en', '') and not t.is_deleted
        order by t.culture desc limit 1) as english
     from search.product p left join search.vocabulary v using (product_id)
     where not p.is_deleted and ${condition}`,
    values,
  )
}

/** Everything that is said of a product, once, for the English model; for the other what it is, since long texts blur that. */
function toTexts(row: Row): Texts {
  const [name, model, subcategory, category, color, description, english] = [
    row.name,
    row.model,
    row.subcategory,
    row.category,
    row.color,
    row.description,
    row.english,
  ].map(text => readable(text ?? ''))
  const join = (...texts: (string | undefined)[]) =>
    [...new Set(texts.filter(text => text))].join('. ').slice(0, EMBEDDED_CHARACTERS)
  // What the name says already would only be read twice.
  const said = toKey(name ?? '')
  const isNew = (text: string | undefined) => !said.includes(toKey(text ?? ''))
  return {
    productId: row.product_id,
    english: join(name, ...[model, subcategory, category, color].filter(isNew), description, english),
    multilingual: join(name, subcategory || category) || join(description, english),
  }
}

/** Of what a product's words are made of. */
function hashOf(row: Row): string {
  const { sku, name, model, subcategory, category, color, description, english } = row
  const texts = [sku, name, model, subcategory, category, color, description, english]
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}
