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
  const known = await query<{ product_id: string; model: string; version: string; text_hash: string }>(
    'select product_id, model, version, text_hash from search.product_vector where product_id = any($1)',
    [texts.map(({ productId }) => productId)],
  )
  let written = 0
  for (const kind of ['english', 'multilingual'] as const) {
    const { name, version } = models[kind]
    const own = known.filter(row => row.model === name && row.version === version)
    const hashes = new Map(own.map(row => [row.product_id, row.text_hash]))
    const changed = texts
      .map(({ productId, [kind]: text }) => ({ productId, text, hash: hashOf(text) }))
      .filter(({ productId, hash }) => hashes.get(productId) !== hash)
    written += await write(query, models[kind], changed)
  }
  return written
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

async function write(
  query: Query,
  { name, version, embed }: EmbeddingModel,
  changed: { productId: string; text: string; hash: string }[],
): Promise<number> {
  if (changed.length === 0) return 0
  const vectors = await embed(changed.map(({ text }) => text))
  await query(
    `insert into search.product_vector (product_id, model, version, text_hash, vector)
     select r.product_id, $1, $2, r.text_hash, r.vector from unnest($3::text[], $4::text[], $5::halfvec[]) as r (product_id, text_hash, vector)
     on conflict (product_id, model, version) do update set text_hash = excluded.text_hash, vector = excluded.vector`,
    [
      name,
      version,
      changed.map(({ productId }) => productId),
      changed.map(({ hash }) => hash),
      vectors.map(vector => pgvector.toSql([...vector]) as string),
    ],
  )
  return changed.length
}
