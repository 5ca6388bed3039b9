import { createHash } from 'node:crypto'
import pgvector from 'pgvector'
import type { EmbeddingModel, Models } from '../../../shared/models/index.ts'
import type { Query } from '../../../shared/store/index.ts'

/** What a product is made vectors of, by which model it is for. */
export type Texts = { productId: string; english: string; multilingual: string }

/**
 * Makes the vectors of those texts that have changed since theirs were made.
 * @returns how many
 */
export async function writeVectors(query: Query, models: Models, texts: Texts[]): Promise<number> {
  const known = await query<Known>(
    'select product_id, model, version, text_hash from search.product_vector where product_id = any($1)',
    [texts.map(({ productId }) => productId)],
  )
  // Both models compute at once, each in its thread.
  const made = await Promise.all(
    (['english', 'multilingual'] as const).map(kind =>
      makeVectors(
        models[kind],
        texts.map(text => ({ productId: text.productId, text: text[kind] })),
        known,
      ),
    ),
  )
  const rows = made.flat()
  if (rows.length > 0) await write(query, rows)
  return rows.length
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

type Known = { product_id: string; model: string; version: string; text_hash: string }
type Made = { productId: string; model: EmbeddingModel; hash: string; vector: Float32Array }

/** Vectors by one model of the texts that have changed. */
async function makeVectors(
  model: EmbeddingModel,
  texts: { productId: string; text: string }[],
  known: Known[],
): Promise<Made[]> {
  const own = known.filter(row => row.model === model.name && row.version === model.version)
  const hashes = new Map(own.map(row => [row.product_id, row.text_hash]))
  const changed = texts
    .map(({ productId, text }) => ({ productId, text, hash: hashOf(text) }))
    .filter(({ productId, hash }) => hashes.get(productId) !== hash)
  const vectors = await model.embed(changed.map(({ text }) => text))
  return vectors.map((vector, at) => ({ ...(changed[at] as (typeof changed)[number]), model, vector }))
}

async function write(query: Query, rows: Made[]): Promise<void> {
  await query(
    `insert into search.product_vector (product_id, model, version, text_hash, vector)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::halfvec[])
     on conflict (product_id, model, version) do update set text_hash = excluded.text_hash, vector = excluded.vector`,
    [
      rows.map(({ productId }) => productId),
      rows.map(({ model }) => model.name),
      rows.map(({ model }) => model.version),
      rows.map(({ hash }) => hash),
      rows.map(({ vector }) => pgvector.toSql([...vector]) as string),
    ],
  )
}
