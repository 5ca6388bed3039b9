import { UNITS, type Unit } from '../calendar.ts'
import type { Language } from '../facts.ts'
import type { Token } from './tokens.ts'
import { phrasesOf, ROLES, type Role, TIMES, type Time, WORDS, type Words } from './words/index.ts'

/** Words of one language, by their first word, to look for phrases at a place. */
export type Lexicon = {
  words: Words
  /** Roles of the longest phrase that begins there; `length` is 0 where there is none. */
  rolesAt(tokens: Token[], at: number): { length: number; roles: Role[] }
  /** How many words at a place are a phrase of that kind; 0 for none. */
  timeAt(time: Time, tokens: Token[], at: number): number
  unitAt(tokens: Token[], at: number): { unit: Unit; length: number; isSingular: boolean } | undefined
  adverbAt(tokens: Token[], at: number): { unit: Unit; length: number } | undefined
  /** 1 to 12. */
  monthAt(tokens: Token[], at: number): number | undefined
  weekNumberAt(tokens: Token[], at: number): number
  /** Cardinals as digits or words. */
  numberAt(tokens: Token[], at: number): number | undefined
  ordinalAt(tokens: Token[], at: number): number | undefined
  /** Every single word that it knows, for those who misspell it. */
  known: ReadonlyMap<string, string[]>
}

type Phrases = Map<string, string[][]>

function toPhrases(list: string | undefined): Phrases {
  const phrases = phrasesOf(list).map(phrase => phrase.split(' '))
  const byFirst = Map.groupBy(phrases, ([first = '']) => first)
  for (const each of byFirst.values()) each.sort((a, b) => b.length - a.length)
  return byFirst
}

/** Length of the longest of the phrases that begins at the place. */
function lengthAt(phrases: Phrases, tokens: Token[], at: number): number {
  const found = phrases
    .get(tokens[at]?.key ?? '')
    ?.find(phrase => phrase.every((word, i) => tokens[at + i]?.key === word))
  return found?.length ?? 0
}

const lexicons = new Map<Language, Lexicon>()

export function lexiconOf(language: Language): Lexicon {
  const known = lexicons.get(language)
  if (known) return known
  const made = makeLexicon(WORDS[language])
  lexicons.set(language, made)
  return made
}

/** "Best-selling" says what was done, too. */
const SELLING = /sold|sell|verkauf|kauft|vend|popular|beliebt/

function makeLexicon(words: Words): Lexicon {
  const selling = phrasesOf(`${words.roles.top}|${words.roles.bottom}`).filter(phrase => SELLING.test(phrase))
  const roles = ROLES.map(role => {
    const more = role === 'sold' ? `|${selling.join('|')}` : ''
    return [role, toPhrases(`${words.roles[role] ?? ''}${more}`)] as const
  })
  const times = new Map(TIMES.map(time => [time, toPhrases(words.times[time])] as const))
  const units = UNITS.map(unit => [unit, toPhrases(words.units[unit])] as const)
  const adverbs = UNITS.map(unit => [unit, toPhrases(words.adverbs[unit])] as const)
  const weekNumber = toPhrases(words.weekNumber)
  const listed = (lists: string[]) =>
    new Map(lists.flatMap((list, i) => phrasesOf(list).map(word => [word, i + 1] as const)))
  const [months, numbers, ordinals] = [words.months, words.numbers, words.ordinals].map(listed)
  const longest = (each: (readonly [Unit, Phrases])[], tokens: Token[], at: number) =>
    each
      .map(([unit, phrases]) => ({ unit, length: lengthAt(phrases, tokens, at) }))
      .filter(({ length }) => length > 0)
      .sort((a, b) => b.length - a.length)[0]
  return {
    words,
    rolesAt(tokens, at) {
      const found = roles.map(([role, phrases]) => ({ role, length: lengthAt(phrases, tokens, at) }))
      const length = Math.max(...found.map(each => each.length))
      return {
        length,
        roles: length === 0 ? [] : found.filter(each => each.length === length).map(({ role }) => role),
      }
    },
    timeAt: (time, tokens, at) => lengthAt(times.get(time) ?? new Map(), tokens, at),
    unitAt(tokens, at) {
      const found = longest(units, tokens, at)
      if (!found) return undefined
      const text = tokens
        .slice(at, at + found.length)
        .map(({ key }) => key)
        .join(' ')
      return { ...found, isSingular: phrasesOf(words.units[found.unit])[0] === text }
    },
    adverbAt: (tokens, at) => longest(adverbs, tokens, at),
    monthAt: (tokens, at) => months?.get(tokens[at]?.key ?? ''),
    weekNumberAt: (tokens, at) => lengthAt(weekNumber, tokens, at),
    numberAt(tokens, at) {
      const key = tokens[at]?.key ?? ''
      return /^\d{1,4}$/.test(key) ? Number(key) : numbers?.get(key)
    },
    ordinalAt(tokens, at) {
      const key = tokens[at]?.key ?? ''
      const digits = /^(\d{1,2})(?:st|nd|rd|th|e|er|ere|eme|o|a)?$/.exec(key)?.[1]
      return digits ? Number(digits) : ordinals?.get(key)
    },
    known: wordsOf(words),
  }
}

/** Longer words that a role, a unit or a month has for itself: what a misspelt word may have meant. */
function wordsOf(words: Words): Map<string, string[]> {
  const meant: Role[] = [
    'compared',
    'share',
    'growth',
    'trend',
    'without',
    'top',
    'bottom',
    'sold',
    'returned',
  ]
  const lists = [
    ...meant.map(role => words.roles[role]),
    ...Object.values(words.units),
    ...Object.values(words.adverbs),
    ...words.months,
    ...(['yesterday', 'last', 'previous', 'between', 'since'] as const).map(time => words.times[time]),
  ]
  const single = lists.flatMap(phrasesOf).filter(phrase => !phrase.includes(' ') && phrase.length >= 5)
  return new Map(single.map(word => [word, [word]]))
}
