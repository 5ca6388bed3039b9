import type { Language } from '../facts.ts'
import { DE } from './words/de.ts'
import { EN } from './words/en.ts'
import { ES } from './words/es.ts'
import { FR } from './words/fr.ts'
import type { Words } from './words/words.ts'

export type Direction = 'up' | 'down' | 'same'
export type Grain = 'day' | 'week' | 'month' | 'quarter' | 'year'
export type BaseKind = 'previous' | 'year_ago' | 'forecast'
export type Driver = 'price' | 'volume' | 'mix'

/** What a word or a phrase means to a claim. `neutral`: nothing. `refused`: what no fact can support. */
export type Sense =
  | {
      kind:
        | 'neutral'
        | 'article'
        | 'and'
        | 'contrast'
        | 'by'
        | 'of'
        | 'level'
        | 'is'
        | 'remain'
        | 'from'
        | 'compare'
        | 'relative'
        | 'share'
        | 'total'
        | 'cause'
        | 'origin'
        | 'drives'
        | 'offset'
        | 'movement'
        | 'after'
        | 'thus'
        | 'contribute'
        | 'most'
        | 'slight'
        | 'partial'
        | 'followed'
        | 'future'
    }
  | { kind: 'direction'; direction: Direction; isFinal?: boolean }
  | { kind: 'particle'; particles: ReadonlyMap<string, Direction | 'none'> }
  | {
      kind: 'base'
      base: BaseKind
      grain: Grain | null
      count: number | null
      days?: { from: string; to: string }
    }
  | { kind: 'grain'; grain: Grain; count: number | null }
  | { kind: 'rank'; rank: number | null }
  | { kind: 'fraction'; percent: number; direction: Direction | null }
  /** `without`: what it means where no number follows. */
  | {
      kind: 'about'
      bound: 'about' | 'almost' | 'over'
      without?: { direction: Direction; compares: boolean }
    }
  | { kind: 'driver'; driver: Driver }
  | { kind: 'dimension'; dimension: string }
  | { kind: 'licensed'; says: string }
  | { kind: 'refused'; reason: string }

export type Lexicon = {
  language: Language
  /** By phrase in lower case; `{n}` stands for a number in it. */
  senses: ReadonlyMap<string, Sense>
  /** Words of the longest phrase. */
  longest: number
  numbers: ReadonlyMap<string, number>
  words: Words
}

/** Phrases are separated by bars. */
const phrases = (text: string) =>
  text
    .split('|')
    .map(phrase => phrase.trim().replaceAll(/\s+/g, ' '))
    .filter(Boolean)

const PLAIN = [
  'neutral',
  'article',
  'and',
  'contrast',
  'by',
  'of',
  'level',
  'is',
  'remain',
  'from',
  'compare',
  'relative',
  'share',
  'total',
  'cause',
  'origin',
  'drives',
  'offset',
  'movement',
  'after',
  'thus',
  'contribute',
  'most',
  'slight',
  'partial',
  'followed',
  'future',
] as const

const GRAINS = ['day', 'week', 'month', 'quarter', 'year'] as const

function makeLexicon(language: Language, words: Words): Lexicon {
  const senses = new Map<string, Sense>()
  const add = (text: string | undefined, sense: Sense) => {
    for (const phrase of phrases(text ?? '')) senses.set(phrase, sense)
  }
  // The same period a year ago is no word of sameness.
  const addBase = (text: string, sense: Sense) => {
    for (const before of words.beforeBases)
      for (const phrase of phrases(text)) senses.set(before + phrase, sense)
  }
  // Of a phrase that is in two lists the later one counts.
  for (const kind of PLAIN) add(words[kind], { kind })
  for (const [reason, text] of Object.entries(words.refused)) add(text, { kind: 'refused', reason })
  for (const direction of ['up', 'down', 'same'] as const)
    add(words[direction], { kind: 'direction', direction })
  for (const [verbs, particles] of words.particles)
    add(verbs, { kind: 'particle', particles: new Map(Object.entries(particles)) })
  for (const base of ['previous', 'year_ago', 'forecast'] as const)
    addBase(words.bases[base], { kind: 'base', base, grain: null, count: null })
  for (const grain of GRAINS) {
    addBase(words.bases[grain], { kind: 'base', base: 'previous', grain, count: null })
    add(words.grains[grain], { kind: 'grain', grain, count: null })
  }
  for (const [rank, text] of Object.entries(words.ranks)) add(text, { kind: 'rank', rank: Number(rank) })
  add(words.rankOf, { kind: 'rank', rank: null })
  for (const { words: text, percent, direction } of words.fractions)
    add(text, { kind: 'fraction', percent, direction })
  for (const bound of ['about', 'almost', 'over'] as const) add(words[bound], { kind: 'about', bound })
  for (const [text, bound, direction, compares] of [
    [words.above, 'over', 'up', true],
    [words.below, 'almost', 'down', true],
    [words.more, 'over', 'up', false],
    [words.less, 'almost', 'down', false],
  ] as const)
    add(text, { kind: 'about', bound, without: { direction, compares } })
  for (const verb of phrases(words.finalVerbs ?? '')) {
    const sense = senses.get(verb)
    if (sense?.kind === 'direction') senses.set(verb, { ...sense, isFinal: true })
  }
  for (const driver of ['price', 'volume', 'mix'] as const)
    add(words.drivers[driver], { kind: 'driver', driver })
  for (const [dimension, text] of Object.entries(words.dimensions))
    add(text, { kind: 'dimension', dimension })
  for (const [says, text] of Object.entries(words.licensed)) add(text, { kind: 'licensed', says })
  const longest = Math.max(...[...senses.keys()].map(phrase => phrase.split(' ').length))
  const numbers = new Map(
    phrases(words.numbers).map(entry => {
      const [word = '', value] = entry.split('=')
      return [word, Number(value)] as const
    }),
  )
  return { language, senses, longest, numbers, words }
}

const LEXICONS: Record<Language, Lexicon> = {
  en: makeLexicon('en', EN),
  de: makeLexicon('de', DE),
  fr: makeLexicon('fr', FR),
  es: makeLexicon('es', ES),
}

export const lexiconOf = (language: Language): Lexicon => LEXICONS[language]
