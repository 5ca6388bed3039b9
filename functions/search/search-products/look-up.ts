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

type Found = { stems: string[] | null; isKnown: boolean }

/**
 * What the index knows of a query's words. The vocabulary in memory has nearly all; a missing word is
 * looked up, because the catalogue may have it only since a moment, or have it as a prefix: neither is misspelled.
 */
export async function lookUpTerms(
  store: Store,
  given: { typed: Meant[]; meant: Meant[] },
  vocabulary: Vocabulary,
  synonyms: Synonyms,
): Promise<Terms> {
  const { typed, meant } = given
  const asked = new Set<string>()
  for (const { word, parts } of [...meant, ...typed])
    for (const part of [word, ...parts]) {
      const bare = withoutMarks(part)
      if (/^[a-z]+$/.test(bare) && !vocabulary.get(bare)) asked.add(bare)
      if (!vocabulary.has(part)) asked.add(part)
    }
  const found = await ask(store, [...asked])
  const isNew = (word: string) => found.get(word)?.isKnown ?? false
  // One of the typed words that the catalogue has by now is what was meant.
  const words = typed.some(({ word }) => !vocabulary.has(word) && isNew(word)) ? typed : meant
  const stemsOf = (word: string) => found.get(word)?.stems ?? vocabulary.get(word)?.stems
  return {
    terms: toTerms(words, stemsOf, vocabulary, synonyms),
    corrected: words === meant ? respell(meant) : null,
  }
}

async function ask(store: Store, words: string[]): Promise<Map<string, Found>> {
  if (words.length === 0) return new Map()
  const rows = await store.query<{ word: string; stems: string[] | null; is_known: boolean }>(
    `select word, ${stemsSql('word')} as stems,
       exists (select 1 from search.product p where p.words @@ begun::tsquery and not p.is_deleted) as is_known
     from unnest($1::text[], $2::text[]) as asked (word, begun)`,
    [words, words.map(word => `${quoteLexeme(word)}:*`)],
  )
  return new Map(rows.map(row => [row.word, { stems: row.stems, isKnown: row.is_known }]))
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
