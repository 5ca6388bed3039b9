import { fold, toBareKey, withoutMarks } from '../../../shared/text/index.ts'

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu
/** Apostrophes are left out like marks: "mens" is "Men's". */
const toBare = (text: string) => withoutMarks(fold(text)).replaceAll("'", '')

/**
 * Where a text has words that begin with those that were typed; without any, where it begins with them as a number does,
 * whatever divides them. A typed word is found once.
 */
export function findRanges(text: string, pieces: string[]): [number, number][] {
  const words = [...text.matchAll(WORD)].map(({ 0: word, index }) => ({ word, index, isFound: false }))
  const found = pieces.flatMap((piece): [number, number][] => {
    for (const own of words) {
      if (own.isFound) continue
      const length = measure(own.word, piece)
      if (length === undefined) continue
      own.isFound = true
      return [[own.index, own.index + length]]
    }
    return findWithin(text, piece)
  })
  if (found.length > 0) return found.sort(([a], [b]) => a - b)
  const length = measureBare(text, pieces.join(''))
  return length === undefined ? [] : [[0, length]]
}

/** How much of a word is what was typed, where it begins with it. */
function measure(word: string, piece: string): number | undefined {
  if (!toBare(word).startsWith(piece)) return undefined
  let length = 0
  for (const letter of word) {
    length += letter.length
    if (toBare(word.slice(0, length)).length >= piece.length) return length
  }
  return undefined
}

/** In scripts without spaces a word is anywhere. */
function findWithin(text: string, piece: string): [number, number][] {
  if (/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{M}]+$/u.test(piece)) return []
  const folded = toBare(text)
  const at = folded.length === text.length ? folded.indexOf(piece) : -1
  return at === -1 ? [] : [[at, at + piece.length]]
}

function measureBare(text: string, typed: string): number | undefined {
  const bare = toBareKey(typed)
  if (bare === '' || !toBareKey(text).startsWith(bare)) return undefined
  let length = 0
  for (const letter of text) {
    length += letter.length
    if (toBareKey(text.slice(0, length)).length >= bare.length) return length
  }
  return undefined
}
