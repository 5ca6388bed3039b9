import type { Vocabulary } from './vocabulary.ts'

/** What a query asks for, beyond its words. */
export type Interpretation = {
  /** The query as it was searched: tidied, without what became a filter. */
  query: string
  filters: { priceMin?: number; priceMax?: number }
  /** Words that nothing in the catalogue knows, as what was probably meant; null where all are known. */
  corrected: string | null
  /** The words to look for, corrected, in lower case. */
  terms: string[]
}

const CONTROL = /\p{C}+/gu
const AMOUNT = String.raw`[$€£]?\s?(\d+(?:[.,]\d{1,2})?)\s?(?:dollars|euros?|usd|eur|[$€£])?`
const UNDER = new RegExp(
  String.raw`\b(?:under|below|less than|cheaper than|up to|at most|max(?:imum)?)\s+${AMOUNT}(?=\s|$|[,.!?])`,
  'iu',
)
const OVER = new RegExp(
  String.raw`\b(?:over|above|more than|at least|from|min(?:imum)?)\s+${AMOUNT}(?=\s|$|[,.!?])`,
  'iu',
)
const BETWEEN = new RegExp(String.raw`\bbetween\s+${AMOUNT}\s+and\s+${AMOUNT}(?=\s|$|[,.!?])`, 'iu')

const toNumber = (text: string | undefined) => Number(text?.replace(',', '.'))

/** Reads a query: control characters out, prices as filters, misspelled words as the catalogue's nearest. */
export function interpret(given: string, vocabulary: Vocabulary): Interpretation {
  let rest = given.normalize('NFC').replaceAll(CONTROL, ' ').replaceAll(/\s+/g, ' ').trim()
  const filters: Interpretation['filters'] = {}
  const take = (pattern: RegExp, use: (amounts: RegExpExecArray) => void) => {
    const found = pattern.exec(rest)
    if (!found) return
    use(found)
    rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`
      .replaceAll(/\s+/g, ' ')
      .trim()
  }
  take(BETWEEN, ([, low, high]) =>
    Object.assign(filters, { priceMin: toNumber(low), priceMax: toNumber(high) }),
  )
  take(UNDER, ([, high]) => Object.assign(filters, { priceMax: toNumber(high) }))
  take(OVER, ([, low]) => Object.assign(filters, { priceMin: toNumber(low) }))

  const words = rest.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'][\p{L}\p{N}]+)*/gu) ?? []
  const terms = words.map(word => vocabulary.correct(word))
  const isCorrected = terms.some((term, i) => term !== words[i])
  return { query: rest, filters, corrected: isCorrected ? terms.join(' ') : null, terms }
}
