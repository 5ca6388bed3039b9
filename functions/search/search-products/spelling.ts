import { type Word, withoutMarks } from '../../../shared/text/index.ts'
import type { Vocabulary } from '../../../shared/vocabulary/index.ts'
import type { IsEnglish } from './english.ts'

/** A word of a query, as it is meant. */
export type Meant = Word & {
  /** Another word that may be meant, where the word itself is one too. */
  perhaps?: string
  /** Whether it was typed otherwise. */
  isCorrected?: boolean
}

/** Words as a text, spelled as they are meant; null where none was typed otherwise. */
export function respell(words: Meant[]): string | null {
  if (!words.some(word => word.isCorrected)) return null
  return words
    .map(({ word, parts, isCorrected }) => (isCorrected && parts.length > 0 ? parts.join(' ') : word))
    .join(' ')
}

/** The query with what may be meant instead of words that the catalogue does not have; null where nothing else may be. */
export function guess(words: Meant[]): string | null {
  if (!words.some(({ perhaps }) => perhaps)) return null
  return words.map(({ word, perhaps }) => perhaps ?? word).join(' ')
}

const MIN_PIECE = 3

/**
 * Words as they are meant: two that are one in the catalogue are joined, one that is two there is divided, and a misspelled
 * one becomes the catalogue's nearest. A word that the language has, in the catalogue or not, stays; its nearest may be meant.
 */
export function spell(words: Word[], vocabulary: Vocabulary, isEnglish: IsEnglish): Meant[] {
  const meant: Meant[] = []
  for (let at = 0; at < words.length; at++) {
    const given = words[at] as Word
    const next = words[at + 1]
    const joined = next && join(given, next, vocabulary, isEnglish)
    if (joined) {
      meant.push({ word: joined, parts: [], isCorrected: true })
      at += 1
      continue
    }
    meant.push(spellOne(given, vocabulary, isEnglish))
  }
  return meant
}

/** "moun tain", where one piece at least is no word. */
function join(a: Word, b: Word, vocabulary: Vocabulary, isEnglish: IsEnglish): string | undefined {
  if (a.parts.length > 0 || b.parts.length > 0) return undefined
  const joined = withoutMarks(a.word + b.word)
  if (!/^\p{L}{5,}$/u.test(joined) || !vocabulary.has(joined)) return undefined
  const stands = (word: string) => word.length >= MIN_PIECE && (vocabulary.has(word) || isEnglish(word))
  return stands(a.word) && stands(b.word) ? undefined : joined
}

function spellOne(given: Word, vocabulary: Vocabulary, isEnglish: IsEnglish): Meant {
  const { word, parts } = given
  if (parts.length > 0 || vocabulary.has(word)) return given
  const isSpelt = isEnglish(withoutMarks(word))
  const divided = isSpelt ? undefined : divide(word, vocabulary, isEnglish)
  if (divided) return { word, parts: divided, isCorrected: true }
  const nearest = vocabulary.nearest(word)
  if (nearest === undefined) return given
  if (!isSpelt) return { word: nearest.word, parts: [], isCorrected: true }
  return nearest.distance === 1 ? { ...given, perhaps: nearest.word } : given
}

/** "waterbottle": two words of the catalogue, the commoner the better. */
function divide(word: string, vocabulary: Vocabulary, isEnglish: IsEnglish): string[] | undefined {
  if (!/^\p{L}+$/u.test(word)) return undefined
  let best: { parts: string[]; count: number } | undefined
  for (let at = MIN_PIECE; at <= word.length - MIN_PIECE; at++) {
    const parts = [word.slice(0, at), word.slice(at)]
    if (!parts.every(part => isEnglish(part) || vocabulary.isName(part))) continue
    const count = Math.min(...parts.map(vocabulary.countOf))
    if (count > 0 && (!best || count > best.count)) best = { parts, count }
  }
  return best?.parts
}
