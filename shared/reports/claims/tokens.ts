import type { Entity, Fact } from '../facts.ts'
import type { Lexicon, Sense } from './lexicon.ts'
import { makeNames, type Names } from './names.ts'
import { readCurrency, readNumber, type WrittenNumber } from './numbers.ts'
import { type Days, readPeriod } from './periods.ts'

/** A piece of a sentence by what it claims. `text`: as it is written. */
export type Token = { text: string } & (
  | Sense
  | { kind: 'entity'; entities: Entity[] }
  | { kind: 'measure'; metrics: string[] }
  | { kind: 'period'; days: Days }
  /** `isAside`: alone in parentheses. */
  | { kind: 'number'; number: WrittenNumber; isAside?: boolean }
  | { kind: 'currency'; codes: string[] }
  /** Punctuation. `strong`: what follows is a sentence of its own. */
  | { kind: 'stop'; isStrong: boolean }
)
export type Problem = { reason: string; at: string }

const STOP = /^(?: ?[–—] | - |[,;:().]|…)/u
const WORD =
  /(?:[\p{L}][\p{L}\p{M}'-]*|&|\d{1,2}(?:st|nd|rd|th|er|re|e|ème|º|ª)(?![\p{L}\d])|\d{1,3}(?![\p{L}\d]|[.,]\d))/uy
const ABBREVIATED = /^(?:n\.?[º°]|p\.p\.)/iu
/** What the periods of facts and of what they are compared with are. */
export function periodsOf(facts: Fact[]): Days[] {
  const all = facts.flatMap(({ period, base }) => (base ? [period, base.period] : [period]))
  return [...new Map(all.map(({ from, to }) => [`${from} ${to}`, { from, to }])).values()]
}

/** Reads a sentence. Every piece of it is known, or the first that is not is returned with why. */
export function readTokens(
  text: string,
  facts: Fact[],
  lexicon: Lexicon,
  { skipUnknown = false } = {},
): Token[] | Problem {
  const names = makeNames(facts, lexicon)
  const known = periodsOf(facts)
  const tokens: Token[] = []
  let place = 0
  while (place < text.length) {
    if (text[place] === ' ' && !/^ [–—-] /u.test(text.slice(place, place + 3))) {
      place++
      continue
    }
    const read = readToken(text, place, { names, known, lexicon, before: tokens.at(-1) })
    if ('reason' in read && !skipUnknown) return read
    if ('reason' in read) {
      place += /^[\p{L}\p{N}]+|^./u.exec(text.slice(place))?.[0].length ?? 1
      continue
    }
    tokens.push(read.token)
    place = read.end
  }
  return markAsides(
    countSingles(toSuperlatives(splitBounds(tokens.map(fractionToNumber)).map(loseShares)), facts),
  )
}

type Reading = { token: Token; end: number } | Problem

function readToken(
  text: string,
  from: number,
  {
    names,
    known,
    lexicon,
    before,
  }: { names: Names; known: Days[]; lexicon: Lexicon; before: Token | undefined },
): Reading {
  const phrase = readPhrase(text, from, lexicon)
  const found = names.find(text, from)
  // The longer one, as the month before is no month.
  if (found && found.end >= (phrase?.end ?? 0)) {
    if (found.name.kind === 'ambiguous') {
      // Client 4711 is one.
      const { entities } = found.name
      if (before?.kind !== 'dimension' || !entities.some(({ dimension }) => dimension === before.dimension))
        return { reason: 'ambiguous_name', at: found.text }
      return { token: { kind: 'entity', entities, text: found.text }, end: found.end }
    }
    return { token: { ...found.name, text: found.text }, end: found.end }
  }
  const period = readPeriod(text, from, lexicon, known)
  if (period && period.end >= (phrase?.end ?? 0)) {
    const written = text.slice(from, period.end)
    if (period.days === null) {
      // From 20 to 30 may be a range of something else.
      const isDated = /\p{L}{3}|\d{4}-\d|\d[./]\d/u.test(written)
      if (isDated) return { reason: 'unknown_period', at: written }
    } else return { token: { kind: 'period', days: period.days, text: written }, end: period.end }
  }
  const number = readNumber(text, from, lexicon, place => names.find(text, place) !== undefined)
  const isNumber = number && number !== 'malformed' && !isGluedTo(text, number.end)
  if (isNumber && number.end >= (phrase?.end ?? 0))
    return {
      token: { kind: 'number', number: number.number, text: text.slice(from, number.end) },
      end: number.end,
    }
  if (number && !isNumber && !phrase) return { reason: 'malformed_number', at: text.slice(from, from + 16) }
  if (phrase) return { token: { ...phrase.sense, text: text.slice(from, phrase.end) }, end: phrase.end }
  const currency = readCurrency(text, from, lexicon)
  if (currency)
    return {
      token: { kind: 'currency', codes: currency.codes, text: text.slice(from, currency.end) },
      end: currency.end,
    }
  const stop = STOP.exec(text.slice(from))?.[0]
  if (stop)
    return { token: { kind: 'stop', isStrong: /[;.…]/u.test(stop), text: stop }, end: from + stop.length }
  const unknown = /^[\p{L}\p{M}\p{N}'’-]+|^./u.exec(text.slice(from))?.[0] ?? ''
  return { reason: 'unknown_word', at: unknown }
}

const isGluedTo = (text: string, end: number) => /^[\p{L}\p{N}]|^[-–]\p{L}|^%|^'\d/u.test(text.slice(end))

/** The longest phrase of the language that stands at a place, with the number in it. */
function readPhrase(text: string, from: number, lexicon: Lexicon): { sense: Sense; end: number } | undefined {
  let place = from
  let written = ''
  /** With its numbers as they are. */
  let literal = ''
  let count: number | null = null
  let found: { sense: Sense; end: number } | undefined
  for (let words = 0; words < lexicon.longest; words++) {
    const piece = readWord(text, place, lexicon)
    if (!piece) break
    const number = /^\d+$/.test(piece) ? Number(piece) : lexicon.numbers.get(piece.toLowerCase())
    const before = written
    written += piece.toLowerCase()
    literal += piece.toLowerCase()
    place += piece.length
    for (const [form, withCount] of [
      [literal, null],
      [written, count],
      [`${before}{n}`, number ?? null],
    ] as const) {
      if (form !== written && form !== literal && number === undefined) continue
      for (const [tail, end] of [
        ['', place],
        ['.', place + 1],
      ] as const) {
        if (tail !== '' && text[place] !== tail) continue
        const sense = lexicon.senses.get(form + tail)
        if (sense) found = { sense: withNumber(sense, withCount), end }
      }
      if (form !== written && form !== literal && number !== undefined && hasBeginning(form, lexicon)) {
        written = form
        count = number
      }
    }
    if (text[place] === '.' && text[place + 1] === ' ' && hasBeginning(`${written}. `, lexicon)) {
      written += '.'
      place++
    }
    if (text[place] === ' ') {
      written += ' '
      literal += ' '
      place++
    }
  }
  return found
}

const beginnings = new WeakMap<Lexicon, Set<string>>()
/** Whether some phrase begins so. */
function hasBeginning(text: string, lexicon: Lexicon): boolean {
  let known = beginnings.get(lexicon)
  if (!known) {
    known = new Set()
    for (const phrase of lexicon.senses.keys())
      for (const { index } of phrase.matchAll(/\{n\}|\. /gu)) {
        known.add(phrase.slice(0, index + 3))
        known.add(phrase.slice(0, index + 2))
      }
    beginnings.set(lexicon, known)
  }
  return known.has(text)
}

function readWord(text: string, from: number, { words }: Lexicon): string | undefined {
  if (words.elided) {
    words.elided.lastIndex = from
    const elided = words.elided.exec(text)?.[0]
    if (elided) return elided
  }
  const short = ABBREVIATED.exec(text.slice(from, from + 4))?.[0]
  if (short) return short
  WORD.lastIndex = from
  return WORD.exec(text)?.[0]
}

function withNumber(sense: Sense, count: number | null): Sense {
  if (count === null) return sense
  if (sense.kind === 'base' || sense.kind === 'grain') return { ...sense, count }
  return sense.kind === 'rank' && sense.rank === null ? { ...sense, rank: count } : sense
}

/** An order is one order. */
function countSingles(tokens: Token[], facts: Fact[]): Token[] {
  const isCounted = (metrics: string[]) =>
    facts.some(({ metric, unit }) => metrics.includes(metric) && (unit === 'count' || unit === 'quantity'))
  return tokens.map((token, index) => {
    const next = tokens[index + 1]
    if (token.kind !== 'article' || next?.kind !== 'measure' || !isCounted(next.metrics)) return token
    const number: WrittenNumber = {
      value: 1,
      step: 1,
      unit: 'none',
      currencies: null,
      sign: 0,
      isScaled: false,
    }
    return { kind: 'number', number, text: token.text }
  })
}

function markAsides(tokens: Token[]): Token[] {
  return tokens.map((token, index) =>
    token.kind === 'number' && tokens[index - 1]?.text === '(' && tokens[index + 1]?.text === ')'
      ? { ...token, isAside: true }
      : token,
  )
}

/** More than before is a direction, more than 500 a bound. */
function splitBounds(tokens: Token[]): Token[] {
  return tokens.flatMap((token, index): Token[] => {
    if (token.kind !== 'about' || !token.without || tokens[index + 1]?.kind === 'number') return [token]
    const { text, without } = token
    const clause = tokens.slice(
      tokens.findLastIndex(({ kind }, place) => place < index && (kind === 'stop' || kind === 'and')) + 1,
      index,
    )
    // An increase of 12 % over October.
    if (without.compares && clause.some(({ kind }) => kind === 'direction'))
      return [{ kind: 'compare', text }]
    const direction: Token = { kind: 'direction', direction: without.direction, text }
    return without.compares ? [direction, { kind: 'compare', text }] : [direction]
  })
}

/** Doubled is 100 % more, half is 50 % of it. */
function fractionToNumber(token: Token): Token {
  if (token.kind !== 'fraction') return token
  const { percent, direction, text } = token
  const sign = direction === 'up' ? 1 : direction === 'down' ? -1 : 0
  const number: WrittenNumber = {
    value: percent,
    step: 1,
    unit: 'percent',
    currencies: null,
    sign,
    isScaled: false,
  }
  return { kind: 'number', number, text }
}

const isSpace = ({ kind }: Token) => kind === 'neutral' || kind === 'article'

/** What represents an increase is no share. */
function loseShares(token: Token, index: number, tokens: Token[]): Token {
  const [next, second] = tokens.slice(index + 1).filter(it => !isSpace(it))
  const moves = next?.kind === 'direction' || (next?.kind === 'number' && second?.kind === 'direction')
  return token.kind === 'share' && moves ? { kind: 'neutral', text: token.text } : token
}

const HIGHEST = /^más (?:alt|elevad)[oa]s?$/u

/** Los ingresos más altos are the highest. */
function toSuperlatives(tokens: Token[]): Token[] {
  return tokens.map((token, index) => {
    const isHighest =
      HIGHEST.test(token.text) &&
      tokens[index - 1]?.kind === 'measure' &&
      /^(?:el|la|los|las)$/iu.test(tokens[index - 2]?.text ?? '') &&
      tokens[index + 1]?.kind !== 'relative' &&
      tokens[index + 1]?.kind !== 'compare'
    // La categoría con mayores ingresos.
    const isOf =
      /^(?:mayor|mayores|más)$/iu.test(token.text) &&
      tokens[index + 1]?.kind === 'measure' &&
      tokens[index - 1]?.text.toLowerCase() === 'con' &&
      tokens[index - 2]?.kind === 'dimension'
    return isHighest || isOf ? { kind: 'rank', rank: 1, text: token.text } : token
  })
}
