import { type Word, withoutMarks } from '../../../shared/text/index.ts'
import type { IsEnglish } from './english.ts'

/** Words by which sentences of other languages are held together; the English model has met most of them. */
const OTHERS = new Set(
  [
    'der die das den dem des ein eine einen einem einer und oder fur mit ohne zum zur beim auf im am nicht ich mein meine',
    'le la les l un une des du et ou pour avec sans dans sur au aux je mon ma mes en',
    'el los las una unas unos y o para con sin por mi mis del al en que',
    'il lo gli i una uno e per con senza nel nella sul mio mia di da che',
    'het een van voor met zonder en bij naar mijn ik niet op te',
    'os as um uma com sem para por meu minha do da no na que',
    'dla na z bez do i w mój moja nie ve ile icin bir bu',
  ].flatMap(words => words.split(' ')),
)
/** These are English too, or a size, a letter, a colour. */
for (const word of [
  'a',
  'e',
  'i',
  'o',
  'y',
  'l',
  'z',
  'w',
  'do',
  'no',
  'on',
  'in',
  'en',
  'me',
  'to',
  'die',
  'per',
  'as',
  'al',
  'am',
])
  OTHERS.delete(word)

/** Whether a query has words that hold other languages' sentences together, or letters that English does not have. */
export function isForeign(words: Word[]): boolean {
  return lettersOf(words).some(
    word => /[^\p{Script=Latin}\p{M}']/u.test(word) || OTHERS.has(withoutMarks(word)),
  )
}

/** Its words of letters, and what they are made of. */
const lettersOf = (words: Word[]) =>
  words
    .filter(({ word }) => !/\p{N}/u.test(word))
    .flatMap(({ word, parts }) => (parts.length > 0 ? parts : [word]))
    .filter(word => /^\p{L}[\p{L}\p{M}']*$/u.test(word))

/**
 * How English a query is, from 0 to 1: by how far more than half of its words are English, once they are spelt right. A
 * query without words is as English as any.
 */
export function measureEnglish(words: Word[], isEnglish: IsEnglish): number {
  const said = lettersOf(words)
  if (said.length === 0) return 1
  if (isForeign(words)) return 0
  const english = said.filter(word => withoutMarks(word) === word && isEnglish(word)).length / said.length
  return Math.max(0, 2 * english - 1)
}
