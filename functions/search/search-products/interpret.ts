import { readWords, tidy, type Word } from '../../../shared/text/index.ts'
import type { Vocabulary } from '../../../shared/vocabulary/index.ts'
import { readAttributes } from './attributes.ts'
import type { IsEnglish } from './english.ts'
import { isForeign, measureEnglish } from './language.ts'
import { readOrder, type Sort } from './order-words.ts'
import { readPrices } from './prices.ts'
import { type Meant, spell } from './spelling.ts'

/** What a query asks for, beyond its words. */
export type Interpretation = {
  /** The query as it was typed, tidied: numbers are looked for in it. */
  text: string
  /** The query as it was searched: without what became a filter, an order or a refusal. */
  query: string
  filters: { priceMin?: number; priceMax?: number }
  sort?: Sort
  /** Folded colours of the catalogue, any of which will do. */
  colours: string[]
  notColours: string[]
  notWords: string[]
  /** The words to look for, folded: as they were typed, and as they are meant. */
  typed: Meant[]
  meant: Meant[]
  /** How English it is, from 0 to 1. */
  english: number
}

/** From this share of English words on a query has no words of other languages. */
const SURELY = 0.5
/** Words that are looked for: nobody types as many, and what somebody has pasted begins with what matters. */
const MAX_WORDS = 48
/** "size L" is L, and so is "in large". */
const SIZE = /(?<![\p{L}\p{N}])(?:in )?(?:size|sz|größe|taille|talla|taglia|maat|tamanho)\s+(?=\S)/giu

/**
 * Reads a query: invisible characters out, prices and colours as filters, one end of the prices as an order, refusals, and
 * misspelled words as the catalogue spells them.
 */
export function interpret(given: string, vocabulary: Vocabulary, isEnglish: IsEnglish): Interpretation {
  const text = tidy(given)
  const { filters, rest: priced } = readPrices(text)
  const { sort, rest: ordered } = readOrder(priced)
  const { colours } = vocabulary
  const isSurely = measureEnglish(readWords(ordered), isEnglish) >= SURELY
  const find = isSurely ? colours.findEnglish : colours.find
  const { rest, ...attributes } = readAttributes(ordered, { find }, vocabulary.has)
  const query = rest.replaceAll(SIZE, '').trim()
  const typed = readWords(query).slice(0, MAX_WORDS)
  const meant = mayBeMisspelled(typed, vocabulary) ? spell(typed, vocabulary, isEnglish) : typed
  return {
    ...{ text, query, filters, typed, meant, ...attributes },
    ...(sort && { sort }),
    english: measureEnglish(meant, isEnglish),
  }
}

/** Words of a language that the catalogue does not have are not misspelled ones of it. */
function mayBeMisspelled(words: Word[], vocabulary: Vocabulary): boolean {
  return !isForeign(words) || 2 * words.filter(({ word }) => vocabulary.has(word)).length >= words.length
}
