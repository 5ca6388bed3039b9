import { LRUCache } from 'lru-cache'
import pgvector from 'pgvector'
import type { Models } from '../../../shared/models/index.ts'

/** Vectors of a text, by model; that of the English one where the text is English. */
export type Vectors = { english?: Float32Array; multilingual: Float32Array }

const sqlTexts = new WeakMap<Float32Array, string>()

/** A vector as Postgres reads it: made once, for those that are kept are asked with again. */
export function toSqlText(vector: Float32Array): string {
  const known = sqlTexts.get(vector)
  if (known !== undefined) return known
  const text = pgvector.toSql([...vector]) as string
  sqlTexts.set(vector, text)
  return text
}

export async function embedText(
  { english, multilingual }: Models,
  text: string,
  isEnglish: boolean,
): Promise<Vectors> {
  const [[first], [second]] = await Promise.all([
    isEnglish ? english.embed([text]) : [],
    multilingual.embed([text]),
  ])
  if (!second) throw new Error('a model made no vector')
  return { ...(first && { english: first }), multilingual: second }
}

export type Embed = (text: string, isEnglish: boolean) => Promise<Vectors>

/** Texts whose vectors are kept: 3.5 kB each. */
const REMEMBERED = 1000

/** Keeps the vectors of the last texts: they depend on the text alone, whatever changes in the index. */
export function rememberVectors(embed: Embed): Embed {
  const known = new LRUCache<string, Promise<Vectors>>({ max: REMEMBERED })
  return (text, isEnglish) => {
    const key = `${isEnglish}/${text}`
    const kept = known.get(key)
    if (kept) return kept
    const vectors = embed(text, isEnglish)
    known.set(key, vectors)
    vectors.catch(() => known.delete(key))
    return vectors
  }
}
