import type { Store } from '../../../shared/store/index.ts'
import { withoutMarks } from '../../../shared/text/index.ts'

/** A word of the catalogue: in how many products it is, and its English stems: none for a stop word, such as "the". */
export type Known = { count: number; stems: string[] | null }

/** The catalogue's words, for those who misspell them. */
export type Vocabulary = {
  /** The word itself where it is known, with its marks or without, or nothing is near; else the nearest known one. */
  correct(word: string): string
  get(word: string): Known | undefined
}

/** Shorter words are left alone: too much is near to them. */
const MIN_LENGTH = 4
/** Words from here on may differ in two places. */
const LONG = 8

export function makeVocabulary(words: Map<string, Known>): Vocabulary {
  // Missing marks are no misspelling: words are compared without them.
  const bare = new Map([...words].map(([word, { count }]) => [withoutMarks(word), { word, count }]))
  const byLength = Map.groupBy(bare.keys(), word => word.length)
  const isKnown = (word: string) =>
    bare.has(word) ||
    bare.has(word.replace(/s$/, '')) ||
    bare.has(`${word}s`) ||
    bare.has(word.replace(/(ing|ed|er|es|ly)$/, ''))
  return {
    get: word => words.get(word),
    correct(given) {
      const word = withoutMarks(given)
      if (word.length < MIN_LENGTH || /\p{N}/u.test(word) || isKnown(word)) return given
      const allowed = word.length >= LONG ? 2 : 1
      let best: { word: string; distance: number; count: number } | undefined
      for (let length = word.length - allowed; length <= word.length + allowed; length++)
        for (const candidate of byLength.get(length) ?? []) {
          if (candidate.length < MIN_LENGTH || candidate[0] !== word[0]) continue
          const distance = editDistance(word, candidate, allowed)
          const { word: found = candidate, count = 0 } = bare.get(candidate) ?? {}
          if (
            distance <= allowed &&
            (!best || distance < best.distance || (distance === best.distance && count > best.count))
          )
            best = { word: found, distance, count }
        }
      return best?.word ?? given
    },
  }
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    if (Math.min(...row) > limit) return limit + 1
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** A word's stems, where it is of letters that have English ones. */
export const stemsSql = (word: string) =>
  `case when ${word} ~ '^[a-z]+$' then ts_lexize('pg_catalog.english_stem', ${word}) end`

/** The words are read again after this long at the earliest, and take at most a fiftieth of the time. */
const REFRESH_MS = 2000
const SHARE = 50

export async function readVocabulary(store: Store): Promise<Vocabulary> {
  const rows = await store.query<{ word: string } & Known>(
    `select word, count(*)::int as count, ${stemsSql('word')} as stems
     from search.vocabulary v join search.product p using (product_id), unnest(v.words) as word
     where not p.is_deleted group by word`,
  )
  return makeVocabulary(new Map(rows.map(({ word, ...known }) => [word, known])))
}

/** The catalogue's words, read again in the background while searches come. */
export function keepVocabulary(store: Store): () => Vocabulary {
  let current = makeVocabulary(new Map())
  let dueAt = 0
  const read = async () => {
    const startedAt = Date.now()
    current = await readVocabulary(store)
    dueAt = Date.now() + Math.max(REFRESH_MS, SHARE * (Date.now() - startedAt))
  }
  return () => {
    if (Date.now() >= dueAt) {
      dueAt = Number.POSITIVE_INFINITY
      // A failure leaves the previous words.
      read().catch(() => {
        dueAt = Date.now() + REFRESH_MS
      })
    }
    return current
  }
}
