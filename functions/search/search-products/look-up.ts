import { LRUCache } from 'lru-cache'
import type { Store } from '../../../shared/store/index.ts'
import { quoteLexeme, withoutMarks } from '../../../shared/text/index.ts'
import { stemsSql, type Vocabulary } from '../../../shared/vocabulary/index.ts'
import { type Meant, respell } from './spelling.ts'
import type { Synonyms } from './synonyms.ts'

/** A word of a query as text search conditions, each the text of a tsquery, and how much it says. */
export type Term = {
  weight: number
  /** In about how many products it is. */
  count: number
  /** The word, another of the same meaning, or its stem: in a name, in a kind, anywhere. */
  named: string
  kind: string
  said: string
  /** The same, or words that begin so, or that may be meant. */
  loose: string
  /** Its words and stems, and what words may begin with, as they are highlighted. */
  forms: string[]
  beginnings: string[]
}

export type Terms = {
  terms: Term[]
  /** The query's words as they were looked up, where they differ from what was typed. */
  corrected: string | null
}

/** Stems of words that the catalogue does not have: they never change. */
const STEMS_KEPT = 10_000
const knownStems = new LRUCache<string, string[]>({ max: STEMS_KEPT })

/**
 * What the index knows of a query's words. The vocabulary in memory has nearly all. The others' stems are asked for once; and
 * whether the catalogue has a corrected word, only since a moment or as a prefix: neither is misspelled.
 */
export async function lookUpTerms(
  store: Store,
  given: { typed: Meant[]; meant: Meant[] },
  vocabulary: Vocabulary,
  synonyms: Synonyms,
): Promise<Terms> {
  const { typed, meant } = given
  const isCorrected = respell(meant) !== null
  const [, isNew] = await Promise.all([
    askStems(store, isCorrected ? [...meant, ...typed] : meant, vocabulary),
    isCorrected &&
      hasAny(
        store,
        typed.map(({ word }) => word).filter(word => !vocabulary.has(word)),
      ),
  ])
  // One of the typed words that the catalogue has by now is what was meant.
  const words = isNew ? typed : meant
  const stemsOf = (word: string) => knownStems.get(word) ?? vocabulary.get(word)?.stems
  return {
    terms: toTerms(words, stemsOf, vocabulary, synonyms),
    corrected: words === meant ? respell(meant) : null,
  }
}

async function askStems(store: Store, words: Meant[], vocabulary: Vocabulary): Promise<void> {
  const asked = words
    .flatMap(({ word, parts }) => [word, ...parts].map(withoutMarks))
    .filter(word => /^[a-z]+$/.test(word) && !vocabulary.get(word) && !knownStems.has(word))
  if (asked.length === 0) return
  const rows = await store.query<{ word: string; stems: string[] }>(
    `select word, ${stemsSql('word')} as stems from unnest($1::text[]) as asked (word)`,
    [[...new Set(asked)]],
    { name: 'stems' },
  )
  for (const { word, stems } of rows) knownStems.set(word, stems)
}

/** Whether any product has any of the words, or one that begins so. */
async function hasAny(store: Store, words: string[]): Promise<boolean> {
  if (words.length === 0) return false
  const [row] = await store.query<{ has: boolean }>(
    'select exists (select 1 from search.product where words @@ $1::tsquery and not is_deleted) as has',
    [words.map(word => `${quoteLexeme(word)}:*`).join(' | ')],
    { name: 'has-any' },
  )
  return row?.has ?? false
}

/** Shortest prefix of Latin words: shorter ones match half of the catalogue. */
const MIN_PREFIX = 3
/** What is only part of a sentence says this much of a word. */
const STOP_WORD = 0.1
/** What a kind of product is called says this much of another word as rare: who asks for gloves wants no tights. */
const KIND = 2

function toTerms(
  words: Meant[],
  stemsOf: (word: string) => string[] | null | undefined,
  vocabulary: Vocabulary,
  synonyms: Synonyms,
): Term[] {
  const isTelling = ({ word, parts }: Meant) => parts.length > 0 || stemsOf(withoutMarks(word))?.length !== 0
  // Stop words count only where there are no others.
  const telling = words.filter(isTelling)
  const used = telling.length > 0 ? telling : words
  const formsOf = (word: string) => {
    const bare = withoutMarks(word)
    return [...new Set([word, bare, ...(stemsOf(bare) ?? [])])].filter(form => form !== '')
  }
  const oneOf = (forms: string[], label: string) =>
    `(${forms.map(form => quoteLexeme(form) + label).join(' | ')})`
  const allOf = (pieces: string[], label: string) =>
    pieces.length === 1
      ? oneOf(formsOf(pieces[0] ?? ''), label)
      : `(${pieces.map(piece => oneOf(formsOf(piece), label)).join(' & ')})`
  return synonyms.group(used).map(({ words: own, others }, at, all) => {
    const readings = [
      ...own.flatMap(({ word, parts }) =>
        own.length > 1 ? [] : parts.length > 0 ? [[word], parts] : [[word]],
      ),
    ]
    if (own.length > 1) readings.push(own.map(({ word }) => word))
    const meanings = [...readings, ...others]
    const said = (label: string) => `(${meanings.map(pieces => allOf(pieces, label)).join(' | ')})`
    // The last one may still be typed; of the others those that no product has as they are.
    const mayBegin = own.filter(({ word }) => at === all.length - 1 || !vocabulary.has(word))
    const beginnings = mayBegin
      .flatMap(({ word }) => [...new Set([word, withoutMarks(word)])])
      .filter(form => form.length >= MIN_PREFIX || /\P{ASCII}/u.test(form))
    const perhaps = own.flatMap(({ perhaps }) => (perhaps ? formsOf(perhaps) : []))
    const count = Math.max(...meanings.map(pieces => Math.min(...pieces.map(vocabulary.countOf))))
    const isStopWord = own.every(word => !isTelling(word))
    const isKind = own.some(({ word }) => vocabulary.isKind(word))
    return {
      count,
      weight: isStopWord ? STOP_WORD : (isKind ? KIND : 1) * vocabulary.weigh(count),
      named: said(':A'),
      kind: said(':AB'),
      said: said(''),
      loose: `(${[said(''), ...beginnings.map(form => `${quoteLexeme(form)}:*`), ...perhaps.map(quoteLexeme)].join(' | ')})`,
      forms: isStopWord ? [] : [...meanings.flat().flatMap(formsOf), ...perhaps],
      beginnings,
    }
  })
}
