import { BadInputError } from '../../../shared/errors/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Vocabulary } from '../../../shared/vocabulary/index.ts'
import type { IsEnglish } from './english.ts'
import { type Interpretation, interpret } from './interpret.ts'
import { readLikeness } from './likeness.ts'
import { lookUpTerms, type Term } from './look-up.ts'
import type { Purposes } from './purposes.ts'
import type { Filters } from './query.ts'
import type { Wanted } from './rank.ts'
import { guess, respell } from './spelling.ts'
import type { Synonyms } from './synonyms.ts'
import type { Embed } from './vectors.ts'

/** Of a query: what somebody has pasted begins with what matters. */
const EMBEDDED_CHARACTERS = 400
const EMBEDDED_WORDS = 48
/** Purposes that a query is compared with products by: the nearest. */
const PURPOSES = 6

/** What queries are read with. */
export type Reading = {
  vocabulary: () => Vocabulary
  synonyms: Synonyms
  embed: Embed
  isEnglish: IsEnglish
  purposes: Purposes
}

/** A query as it was understood. */
export type ReadQuery = {
  meant: Interpretation
  /** Undefined where all that passes the filters is listed. */
  wanted: Wanted | undefined
  terms: Term[]
  vocabulary: Vocabulary
  corrected: string | null
  didYouMean: string | null
  /** From 0 to 1. */
  english: number
  /** What is left out beside what the filters leave out. */
  others: Pick<Filters, 'otherThan'>
}

type Given = { query: string; similarTo?: string | undefined; language?: string | undefined }

/** Reads what is looked for: a query, or a product that others are like. */
export async function readQuery(
  { query, similarTo, language }: Given,
  reading: Reading,
  { store, models }: { store: Store; models: Models },
): Promise<ReadQuery> {
  if (similarTo !== undefined && query !== '')
    throw new BadInputError('there is either a query or a product that others are like', {
      field: 'similarTo',
    })
  const vocabulary = reading.vocabulary()
  const meant = interpret(query, vocabulary, reading.isEnglish)
  const english = language === undefined ? meant.english : language.startsWith('en') ? 1 : 0
  const none = { meant, terms: [], vocabulary, corrected: null, didYouMean: null, english, others: {} }
  if (similarTo !== undefined) return { ...none, ...(await readLikeness(store, models, similarTo)) }
  if (meant.query === '') return { ...none, wanted: undefined }
  const text = (respell(meant.meant) ?? meant.query)
    .split(' ', EMBEDDED_WORDS)
    .join(' ')
    .slice(0, EMBEDDED_CHARACTERS)
  const [{ terms, corrected }, vectors] = await Promise.all([
    lookUpTerms(store, meant, vocabulary, reading.synonyms),
    reading.embed(text, english > 0),
  ])
  const purposes = reading.purposes.find(vectors, PURPOSES)
  return {
    ...none,
    wanted: { query: meant.text, terms, vectors, english, purposes },
    terms,
    corrected,
    didYouMean: guess(meant.meant),
  }
}
