import { doubleMetaphone } from 'double-metaphone'
import type { Store } from '../store/index.ts'
import { withoutMarks } from '../text/index.ts'
import { type Colours, makeColours } from './colours.ts'
import { keepRead } from './keep-read.ts'

/**
 * A word of the catalogue: in how many products it is, its English stems (none for a stop word, such as "the"), and whether
 * it is in what a product is called, rather than in what is written about it.
 */
export type Known = { count: number; stems: string[] | null; isName: boolean }

/** The catalogue's words, for those who misspell them, and how much each says. */
export type Vocabulary = {
  /** All of them, by their text without marks. */
  words: ReadonlyMap<string, Known & { word: string }>
  get(word: string): Known | undefined
  /** Whether the catalogue has the word, as it is, without its marks, or in another number or form of it. */
  has(word: string): boolean
  /** Whether products are called by it. */
  isName(word: string): boolean
  /** Whether it is what a kind of product is: the last word of a subcategory. */
  isKind(word: string): boolean
  /** In how many products a word is, as it is or by its stem. */
  countOf(word: string): number
  /** How much a word says that is in so many products, as BM25 weighs it. */
  weigh(count: number): number
  /** The known word that is nearest to one that is not known, if any is near. */
  nearest(word: string): { word: string; distance: number } | undefined
  colours: Colours
}

/** Shorter words are left alone: too much is near to them. */
const MIN_LENGTH = 4
/** Words from here on may differ in two places, and those that sound alike in three. */
const LONG = 6
const MAX_EDITS = 3

/** What an English speaker hears; empty where a word has no Latin letters. */
const soundOf = (word: string) => (/^[a-z]+$/.test(word) ? (doubleMetaphone(word)[0] ?? '') : '')

/** What the catalogue has besides its words: how many products, and folded colours and subcategories. */
type Catalogue = { products: number; colours: string[]; subcategories: string[] }

const EMPTY: Catalogue = { products: 0, colours: [], subcategories: [] }

export function makeVocabulary(words: Map<string, Known>, catalogue: Catalogue = EMPTY): Vocabulary {
  const { products, colours, subcategories } = catalogue
  const kinds = new Set(subcategories.map(key => withoutMarks(key.split(' ').at(-1) ?? '')))
  // Missing marks are no misspelling: words are compared without them.
  const bare = new Map([...words].map(([word, known]) => [withoutMarks(word), { ...known, word }]))
  const byLength = Map.groupBy(bare.keys(), word => word.length)
  const byStem = new Map<string, number>()
  for (const { count, stems } of words.values())
    for (const stem of stems ?? []) byStem.set(stem, Math.max(count, byStem.get(stem) ?? 0))
  const formsOf = (word: string) => [
    word,
    word.replace(/s$/, ''),
    `${word}s`,
    word.replace(/(ing|ed|er|es|ly)$/, ''),
  ]
  const has = (given: string) => formsOf(withoutMarks(given)).some(form => bare.has(form))
  return {
    words: bare,
    get: word => words.get(word),
    has,
    isName: word => formsOf(withoutMarks(word)).some(form => bare.get(form)?.isName),
    isKind: word => formsOf(withoutMarks(word)).some(form => kinds.has(form)),
    countOf(given) {
      const word = withoutMarks(given)
      const counts = formsOf(word).map(form => Math.max(bare.get(form)?.count ?? 0, byStem.get(form) ?? 0))
      return Math.max(...counts)
    },
    weigh: count => Math.log(1 + (Math.max(products, count) - count + 0.5) / (count + 0.5)),
    nearest(given) {
      const word = withoutMarks(given)
      if (word.length < MIN_LENGTH || /\p{N}/u.test(word) || has(word)) return undefined
      const sound = soundOf(word)
      let best: { word: string; cost: number; count: number; distance: number } | undefined
      for (let length = word.length - MAX_EDITS; length <= word.length + MAX_EDITS; length++)
        for (const candidate of byLength.get(length) ?? []) {
          if (candidate.length < MIN_LENGTH || candidate[0] !== word[0]) continue
          const known = bare.get(candidate)
          const distance = editDistance(word, candidate, MAX_EDITS)
          if (!known || distance > MAX_EDITS) continue
          const soundsAlike = sound !== '' && soundOf(candidate) === sound
          if (distance > (word.length >= LONG ? 2 : 1) && !soundsAlike) continue
          const cost = distance - (soundsAlike ? 1 : 0) - (known.isName ? 1 : 0)
          if (!best || cost < best.cost || (cost === best.cost && known.count > best.count))
            best = { word: known.word, cost, count: known.count, distance }
        }
      return best
    },
    colours: makeColours(colours),
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

/** @param others words that are known although no product has them */
async function readVocabulary(store: Store, others: string[] = []): Promise<Vocabulary> {
  const rows = await store.query<{ word: string; count: number; stems: string[] | null; is_name: boolean }>(
    `select word, count(*)::int as count, ${stemsSql('word')} as stems, bool_or(nth <= v.names) as is_name
     from search.vocabulary v join search.product p using (product_id), unnest(v.words) with ordinality as w (word, nth)
     where not p.is_deleted group by word`,
  )
  const distinct = (column: string) =>
    `coalesce(array_agg(distinct ${column}) filter (where ${column} <> ''), '{}')`
  const [catalogue] = await store.query<Catalogue>(
    `select count(*)::int as products, ${distinct('color_key')} as colours, ${distinct('subcategory_key')} as subcategories
     from search.product where not is_deleted`,
  )
  const words = new Map(rows.map(({ word, is_name, ...known }) => [word, { ...known, isName: is_name }]))
  for (const word of others) if (!words.has(word)) words.set(word, { count: 0, stems: null, isName: true })
  return makeVocabulary(words, catalogue)
}

/** The catalogue's words, read again in the background while searches come. */
export const keepVocabulary = (store: Store, others: string[]): (() => Vocabulary) =>
  keepRead(() => readVocabulary(store, others), makeVocabulary(new Map()))
