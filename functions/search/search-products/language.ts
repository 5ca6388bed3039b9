import { piecesOf, type Word, withoutMarks } from '../../../shared/text/index.ts'
import type { IsEnglish } from './english.ts'

/** Words by which sentences of other languages are held together, but those that are English too, a letter or a size. */
const OTHERS = new Set(
  [
    'der das den dem des ein eine einen einem einer und oder fur mit ohne zum zur beim auf im nicht ich mein meine',
    'le la les un une des du et ou pour avec sans dans sur au aux je mon ma mes',
    'el los las una unas unos para con sin por mi mis del que',
    'il lo gli una uno con senza nel nella sul mio mia di da che',
    'het een van voor met zonder bij naar mijn ik niet op te',
    'os um uma com sem para por meu minha da na que',
    'dla na bez moja nie ve ile icin bir bu',
  ].flatMap(words => words.split(' ')),
)

/** Whether a query has words that hold other languages' sentences together, or letters that English does not have. */
export const isForeign = (words: Word[]) => lettersOf(words).some(isForeignWord)

const isForeignWord = (word: string) =>
  /[^\p{Script=Latin}\p{M}']/u.test(word) || OTHERS.has(withoutMarks(word))

/** Its words of letters, and what they are made of. */
const lettersOf = (words: Word[]) =>
  piecesOf(words.filter(({ word }) => !/\p{N}/u.test(word))).filter(word =>
    /^\p{L}[\p{L}\p{M}']*$/u.test(word),
  )

/**
 * How English a query is, from 0 to 1: by how far more than half of its words are English, once they are spelt right. A
 * query without words is as English as any.
 */
export function measureEnglish(words: Word[], isEnglish: IsEnglish): number {
  const said = lettersOf(words)
  if (said.length === 0) return 1
  if (said.some(isForeignWord)) return 0
  const english = said.filter(word => withoutMarks(word) === word && isEnglish(word)).length / said.length
  return Math.max(0, 2 * english - 1)
}
