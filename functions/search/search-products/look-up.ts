import type { Store } from '../../../shared/store/index.ts'
import { quoteLexeme, type Word, withoutMarks } from '../../../shared/text/index.ts'
import type { Interpretation } from './interpret.ts'
import { stemsSql, type Vocabulary } from './vocabulary.ts'

/** A query's words as text search conditions, each the text of a tsquery. */
export type Terms = {
  /** The words, corrected. */
  words: string[]
  corrected: string | null
  /** Any of the words as it is, without its marks, or by its stem; and all of them. */
  any: string
  all: string
  /** The same where words may be prefixes of others: the last, and those that no product has as they are. */
  anyPrefix: string
  allPrefixes: string
}

type Found = { stems: string[] | null; isKnown: boolean }

/**
 * What the index knows of a query's words. The vocabulary in memory has nearly all; a missing word is
 * looked up, because the catalogue may have it only since a moment, or have it as a prefix: neither is misspelled.
 */
export async function lookUpTerms(
  store: Store,
  { words, corrections }: Interpretation,
  vocabulary: Vocabulary,
): Promise<Terms> {
  const asked = new Set<string>()
  for (const { word, parts } of words)
    for (const part of parts.length > 0 ? parts : [word]) {
      const bare = withoutMarks(part)
      if (/^[a-z]+$/.test(bare) && !vocabulary.get(bare)) asked.add(bare)
      if (corrections.has(part)) asked.add(part)
    }
  const found = await ask(store, [...asked])
  const stemsOf = (word: string) => found.get(word)?.stems ?? vocabulary.get(word)?.stems
  const meant = words.map(given => {
    const correction = corrections.get(given.word)
    return correction === undefined || found.get(given.word)?.isKnown
      ? given
      : { word: correction, parts: [] }
  })
  const isCorrected = meant.some(({ word }, i) => word !== words[i]?.word)
  const texts = meant.map(({ word }) => word)
  return {
    words: texts,
    corrected: isCorrected ? texts.join(' ') : null,
    ...toConditions(meant, stemsOf, word => vocabulary.get(word) !== undefined),
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

function toConditions(
  words: Word[],
  stemsOf: (word: string) => string[] | null | undefined,
  isWhole: (word: string) => boolean,
) {
  // Stop words count only where there are no others.
  const telling = words.filter(({ word, parts }) => parts.length > 0 || stemsOf(word)?.length !== 0)
  const used = telling.length > 0 ? telling : words
  const formsOf = (word: string) => {
    const bare = withoutMarks(word)
    return [...new Set([word, bare, ...(stemsOf(bare) ?? [])])].filter(form => form !== '')
  }
  const oneOf = (forms: string[]) => `(${forms.join(' | ')})`
  const whole = used.map(({ word, parts }) => {
    const forms = formsOf(word).map(quoteLexeme)
    const divided = parts.map(part => oneOf(formsOf(part).map(quoteLexeme)))
    return oneOf(divided.length > 0 ? [...forms, `(${divided.join(' & ')})`] : forms)
  })
  const begun = used.map(({ word }, i) => {
    // The last one may still be typed; of the others those that no product has as they are.
    const mayBegin = i === used.length - 1 || !isWhole(word)
    const prefixes = [...new Set(mayBegin ? [word, withoutMarks(word)] : [])]
      .filter(form => form.length >= MIN_PREFIX || /\P{ASCII}/u.test(form))
      .map(form => `${quoteLexeme(form)}:*`)
    return oneOf([whole[i] ?? '', ...prefixes])
  })
  return {
    any: whole.join(' | '),
    all: whole.join(' & '),
    anyPrefix: begun.join(' | '),
    allPrefixes: begun.join(' & '),
  }
}
