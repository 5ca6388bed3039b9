import { fold, piecesOf, quoteLexeme, readWords, tidy, withoutMarks } from '../../../shared/text/index.ts'
import { editDistance, type Vocabulary } from '../../../shared/vocabulary/index.ts'

/** A word that may be meant, and in how many products it is. */
export type Completion = { word: string; count: number }

/** What somebody in the middle of typing has typed, and may mean. */
export type Typed = {
  text: string
  /** Its words without marks; the last may be half typed. */
  pieces: string[]
  /** The last, as it was typed. */
  last: string
  /** For each word but the last, what it may be: itself, with its marks, or the nearest where nothing has it. */
  before: string[][]
  /** Known words that the last may become, the likeliest first. */
  completions: Completion[]
  /** What stands before a completion; undefined within a piece such as "hl-u", which is completed as a name or a number. */
  head: string | undefined
  isCorrected: boolean
}

/** Nobody types more, and each costs. */
const MAX_PIECES = 12
/** Those after other words are counted with them, each for itself. */
const MAX_COMPLETIONS = { first: 6, later: 4 }
/** Fewer words in what products are called than these, and those of descriptions are added. */
const ENOUGH = 3
/** Shorter beginnings are completed by words that products are called by alone. */
const MIN_DESCRIBING = 3
/** Shorter beginnings are near to too much. */
const MIN_MISSPELLED = 4
/** Beginnings from here on may differ in two places. */
const LONG = 6

export function readTyped(query: string, vocabulary: Vocabulary): Typed {
  const text = tidy(query)
  const pieces = piecesOf(readWords(text)).slice(0, MAX_PIECES)
  const last = pieces.at(-1) ?? ''
  const own = pieces.slice(0, -1)
  const before = own.map(piece => readForms(piece, vocabulary))
  const folded = fold(text)
  const typedHead = folded.slice(0, Math.max(0, folded.lastIndexOf(last)))
  const taken = new Set(before.flat().map(toOne))
  const begun = complete(withoutMarks(last), vocabulary, taken)
  const completions = begun.length > 0 ? begun : completeMisspelled(withoutMarks(last), vocabulary, taken)
  const apart = ENDS_APART.test(typedHead) ? typedHead : undefined
  const isRespelled = before.some((forms, i) => !forms.includes(own[i] as string))
  return {
    ...{ text, last, before, completions },
    pieces: pieces.map(withoutMarks),
    head: isRespelled ? before.map(([form]) => `${form} `).join('') : apart,
    isCorrected: isRespelled || (begun.length === 0 && completions.length > 0),
  }
}

function readForms(piece: string, vocabulary: Vocabulary): string[] {
  const bare = withoutMarks(piece)
  const known = [bare, bare.replace(/s$/, ''), `${bare}s`].flatMap(form => vocabulary.words.get(form) ?? [])
  if (known[0]) return [...new Set([piece, known[0].word])]
  const nearest = vocabulary.has(piece) ? undefined : vocabulary.nearest(piece)
  return [nearest?.word ?? piece]
}

/** Before a word of its own: nothing, a blank, or a script that sets none. */
const ENDS_APART =
  /(?:^|\s|[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])$/u

const toOne = (word: string) => word.replace(/s$/, '')

/** Words in order, made once for each reading of the catalogue. */
const sorted = new WeakMap<Vocabulary, string[]>()
function sort(vocabulary: Vocabulary): string[] {
  const known = sorted.get(vocabulary) ?? [...vocabulary.words.keys()].sort()
  sorted.set(vocabulary, known)
  return known
}

function* begunBy(prefix: string, vocabulary: Vocabulary): Generator<string> {
  const words = sort(vocabulary)
  let from = 0
  for (let to = words.length; from < to; ) {
    const middle = (from + to) >> 1
    if ((words[middle] as string) < prefix) from = middle + 1
    else to = middle
  }
  for (let at = from; words[at]?.startsWith(prefix); at++) yield words[at] as string
}

function complete(prefix: string, vocabulary: Vocabulary, taken: Set<string>): Completion[] {
  if (prefix === '') return []
  const describes = prefix.length >= MIN_DESCRIBING
  return choose([...begunBy(prefix, vocabulary)], vocabulary, { taken, describes })
}

/** Words with a beginning that is nearly what was typed, the nearest first. */
function completeMisspelled(prefix: string, vocabulary: Vocabulary, taken: Set<string>): Completion[] {
  if (prefix.length < MIN_MISSPELLED || /\p{N}/u.test(prefix)) return []
  const edits = prefix.length < LONG ? 1 : 2
  const [first = ''] = prefix
  const near: string[][] = Array.from({ length: edits + 1 }, () => [])
  for (const word of begunBy(first, vocabulary)) {
    let least = edits + 1
    for (let length = prefix.length - edits; length <= prefix.length + edits; length++)
      if (length <= word.length) least = Math.min(least, editDistance(prefix, word.slice(0, length), edits))
    near[least]?.push(word)
  }
  return choose(near.find(words => words.length > 0) ?? [], vocabulary, { taken, describes: true })
}

/** Of known words those that say most: what products are called by first, then by how many have them. */
function choose(
  bare: string[],
  vocabulary: Vocabulary,
  { taken, describes }: { taken: Set<string>; describes: boolean },
): Completion[] {
  const known = bare
    .flatMap(word => vocabulary.words.get(word) ?? [])
    .filter(({ word, count, stems }) => count > 0 && stems?.length !== 0 && !taken.has(toOne(word)))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
  const names = known.filter(({ isName }) => isName)
  const others = describes && names.length < ENOUGH ? known.filter(({ isName }) => !isName) : []
  return [...names, ...others]
    .slice(0, taken.size === 0 ? MAX_COMPLETIONS.first : MAX_COMPLETIONS.later)
    .map(({ word, count }) => ({ word, count }))
}

/** Any of these words, each as it is and by its English stem, for Postgres. */
export function anyOf(words: string[], vocabulary: Vocabulary): string {
  const forms = words.flatMap(word => {
    const stems = vocabulary.words.get(withoutMarks(word))?.stems ?? []
    return [word, withoutMarks(word), ...stems]
  })
  return `(${[...new Set(forms)].map(quoteLexeme).join(' | ')})`
}
