import { readWords, tidy, type Word } from '../../../shared/text/index.ts'
import { readPrices } from './prices.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What a query asks for, beyond its words. */
export type Interpretation = {
  /** The query as it was searched: tidied, without what became a filter. */
  query: string
  filters: { priceMin?: number; priceMax?: number }
  /** The words to look for, folded, as they were typed. */
  words: Word[]
  /** By word, what was probably meant by it. Only the index knows whether the word exists by now. */
  corrections: Map<string, string>
}

/** Reads a query: invisible characters out, prices as filters, misspelled words with the catalogue's nearest. */
export function interpret(given: string, vocabulary: Vocabulary): Interpretation {
  const { filters, rest } = readPrices(tidy(given))
  const words = readWords(rest)
  const corrections = new Map<string, string>()
  for (const { word, parts } of words) {
    const nearest = parts.length === 0 ? vocabulary.correct(word) : word
    if (nearest !== word) corrections.set(word, nearest)
  }
  return { query: rest, filters, words, corrections }
}
