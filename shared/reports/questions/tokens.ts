import { fold, tidy, withoutMarks } from '../../text/index.ts'

/** A word, a number, a date or a sign of a question: `text` as it was typed, `key` as it is compared. */
export type Token = { text: string; key: string }

/** Dates first, then words, then every sign that is no punctuation. */
const TOKENS =
  /\d{4}-\d{2}(?:-\d{2})?(?![\p{L}\p{N}-])|\d{1,2}\.\d{1,2}\.\d{4}(?!\d)|\d{1,2}\/\d{1,2}\/\d{4}(?!\d)|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|[^\s\p{L}\p{N}\p{M}.,;:!?¡¿()[\]{}"'‘’“”„«»‹›`´/\\|…–—-]/gu

/** The words of a text in their order. Punctuation divides them and says nothing. */
export function readTokens(text: string): Token[] {
  return [...tidy(text).matchAll(TOKENS)].map(([word]) => ({ text: word, key: keyOf(word) }))
}

/** As words are compared: without case and marks. The sign & is a word. */
export const keyOf = (word: string): string => (word === '&' ? 'and' : withoutMarks(fold(word)))

/** Words of a phrase, as they are compared. */
export const keysOf = (phrase: string): string[] => readTokens(phrase).map(({ key }) => key)

/**
 * What is left of a word without the endings that it takes in English, German, French and Spanish: of one word there may be
 * two, because an n belongs to it or not. They are for comparison only.
 */
export function stemsOf(key: string): string[] {
  if (key.length < 4 || /\d/.test(key)) return [key]
  const plain = withoutVowels(key.replace(/(?<=...)[sx]$/, ''))
  const withoutN = withoutVowels(key.replace(/(?<=...e)n$/, ''))
  return plain === withoutN ? [plain] : [plain, withoutN]
}

const withoutVowels = (word: string) => word.replace(/(?<=^.{3,})[aeiouy]+$/, '')

/** A German word typed without umlauts: `Auftraege`. */
export const withoutUmlauts = (key: string): string =>
  key.replaceAll('ae', 'a').replaceAll('oe', 'o').replaceAll('ue', 'u')
