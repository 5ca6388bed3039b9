import { fold, withoutMarks } from './fold.ts'

/**
 * A word of a text. A piece between spaces is one, such as `st/100.5` or `full-finger`; where it has other characters than
 * letters and digits within, `parts` are what these divide.
 */
export type Word = { word: string; parts: string[] }

/** No word that anybody types is longer; Postgres takes 2,046 bytes. */
const MAX_WORD_CHARACTERS = 64

const OUTER = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu
const GENITIVE = /(?<=\p{L}{2})'s$/u
const PARTS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu
/** Scripts that set no space between words. */
const UNSPACED =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

let segmenter: Intl.Segmenter | undefined

/** A word as it stands in a text, from UTF-16 unit `at` on. */
export type Located = { at: number; word: string }

/** The words of a text where they are. Scripts without spaces are divided by the Unicode rules and their dictionaries. */
export function locateWords(text: string): Located[] {
  return [...text.matchAll(PARTS)].flatMap(({ index, 0: word }) =>
    UNSPACED.test(word) ? segment(word, index) : [{ at: index, word }],
  )
}

function segment(text: string, from: number): Located[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
  return Array.from(segmenter.segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index, segment }) => ({ at: from + index, word: segment }))
}

const cut = (word: string) =>
  word.length > MAX_WORD_CHARACTERS ? word.slice(0, MAX_WORD_CHARACTERS).toWellFormed() : word

/** The words of a text, folded, in their order. */
export function readWords(text: string): Word[] {
  const words: Word[] = []
  for (const piece of fold(text).split(' ')) {
    const word = piece.replaceAll(OUTER, '')
    if (word === '') continue
    // What a genitive hangs on a word says nothing: the s of "men's" is no size.
    const parts = locateWords(word.replace(GENITIVE, '')).map(part => part.word)
    // A sentence without spaces is found by what it is made of.
    const isWhole = word.length <= MAX_WORD_CHARACTERS
    if (!isWhole) words.push(...parts.map(part => ({ word: cut(part), parts: [] })))
    else words.push({ word, parts: parts.length > 1 || parts[0] !== word ? parts : [] })
  }
  return words
}

/** The pieces that words are made of; a word that is not divided is its own. */
export function piecesOf(words: Word[]): string[] {
  return words.flatMap(({ word, parts }) => (parts.length > 0 ? parts : [word]))
}

/** What a number may be within a sentence: each piece between spaces, and its pieces between commas, with and without what stands around it. */
export function readIdentifiers(text: string): string[] {
  const found = new Set<string>()
  for (const piece of fold(text).split(' '))
    for (const part of [piece, ...piece.split(/[,;|]/)]) {
      found.add(part)
      found.add(part.replaceAll(OUTER, ''))
    }
  found.delete('')
  return [...found]
}

/** Weights of a text search vector, by where a word is: in a name, a category, a description, another language's text. */
export type Weight = 'A' | 'B' | 'C' | 'D'

const MAX_POSITION = 16_383
const MAX_POSITIONS = 16
/** Of one product's words, with their positions: Postgres takes a megabyte, and the English stems come to it. */
const MAX_BYTES = 400_000

/** Words with weights as the text of a tsvector. Forms without marks weigh least, so that who has typed the marks comes first. */
export function toVector(texts: [text: string, weight: Weight][]): string {
  const places = new Map<string, string[]>()
  let position = 0
  let bytes = 0
  const add = (lexeme: string, weight: Weight) => {
    const own = places.get(lexeme) ?? []
    if (own.length >= MAX_POSITIONS || bytes > MAX_BYTES) return
    bytes += (own.length === 0 ? Buffer.byteLength(lexeme) + 8 : 0) + 2
    own.push(`${Math.min(position, MAX_POSITION)}${weight}`)
    places.set(lexeme, own)
  }
  for (const [text, weight] of texts)
    for (const { word, parts } of readWords(text)) {
      position += 1
      for (const form of [word, ...parts.map(cut)]) {
        add(form, weight)
        const bare = withoutMarks(form)
        if (bare !== form && bare !== '') add(bare, 'D')
      }
    }
  return [...places].map(([lexeme, own]) => `${quoteLexeme(lexeme)}:${own.join(',')}`).join(' ')
}

/** Quoted, neither a tsvector nor a tsquery has anything to parse in a word. */
export function quoteLexeme(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

/** The words of a text that have an English stem, where Postgres' parser cannot take them for anything else. */
export function readEnglish(text: string): string {
  return piecesOf(readWords(text))
    .map(withoutMarks)
    .filter(word => /^[a-z]+$/.test(word))
    .join(' ')
}
