import type { Unit } from '../calendar.ts'
import { type BaseWords, readBase } from './bases.ts'
import type { Lexicon } from './lexicon.ts'
import type { PeriodWords } from './periods.ts'
import { readPeriod } from './ranges.ts'
import type { Meaning, Terms } from './terms.ts'
import { stemsOf, type Token } from './tokens.ts'
import type { Role } from './words/index.ts'

/** A piece of a question, with what it may be. */
export type Item = { text: string; at: number } & (
  | { kind: 'term'; meaning: Meaning }
  | { kind: 'period'; period: PeriodWords }
  | { kind: 'base'; base: BaseWords }
  | { kind: 'role'; roles: Role[] }
  | { kind: 'unit'; unit: Unit; isSingular: boolean }
  | { kind: 'adverb'; unit: Unit }
  | { kind: 'number'; number: number }
  | { kind: 'unknown'; key: string }
)

/** A word that was read as another one, because nothing is called by it. */
export type Corrected = { given: string; read: string }

type Piece = { length: number; rank: number; make: (text: string, at: number) => Item }

/** Verbs, which some labels of metrics are too: "Returned". */
const VERBS: Role[] = ['sold', 'returned', 'ordered', 'invoiced']
/** "Year over year", "same month last year": a comparison without a word that says so. */
const ALWAYS_BASE = /^(?:over|yoy|wow|mom|qoq|same|memes?|mism[ao]s?|gleichen|selben|vorjahres.{4,})$/
/** Words that are near to others and mean something else. */
const NEVER_MISSPELT = new Set(
  'county counties store stores profit profits margin margins marge margen costs brand brands price prices preis preise marque marques marca marcas prix precio ville ciudad stadt rabatt coste costes lager market markets clinic sales seller sellers supplier suppliers trend tende'.split(
    ' ',
  ),
)

/** All of a question in pieces, the longest first from left to right: nothing is left out. */
export function scan(
  tokens: Token[],
  lexicon: Lexicon,
  terms: Terms,
): { items: Item[]; corrected: Corrected[] } {
  const first = scanOnce(tokens, lexicon, terms)
  if (first.every(({ kind }) => kind !== 'unknown')) return { items: first, corrected: [] }
  const unknown = new Set(first.flatMap(item => (item.kind === 'unknown' ? [item.at] : [])))
  const corrected: Corrected[] = []
  const read = tokens.flatMap((token, at): Token[] => {
    if (!unknown.has(at)) return [token]
    const parts = lexicon.words.language === 'de' ? divide(token, lexicon, terms) : undefined
    if (parts) return parts
    const near = NEVER_MISSPELT.has(token.key) ? undefined : terms.nearest(token.key, lexicon.known.keys())
    // A question that has the near word too means another one: "pedidos perdidos".
    if (near === undefined || tokens.some(other => stemsOf(other.key)[0] === stemsOf(near)[0])) return [token]
    corrected.push({ given: token.text, read: near })
    return [{ text: token.text, key: near }]
  })
  return { items: scanOnce(read, lexicon, terms), corrected }
}

function scanOnce(tokens: Token[], lexicon: Lexicon, terms: Terms): Item[] {
  const items: Item[] = []
  let isCompared = false
  for (let at = 0; at < tokens.length; ) {
    const pieces = piecesAt(tokens, at, { lexicon, terms, isCompared })
    const best = pieces.sort((a, b) => b.length - a.length || a.rank - b.rank)[0]
    const length = best?.length ?? 1
    const text = tokens
      .slice(at, at + length)
      .map(token => token.text)
      .join(' ')
    const item = best?.make(text, at) ?? { kind: 'unknown', text, at, key: tokens[at]?.key ?? '' }
    if (item.kind === 'role' && item.roles.includes('compared')) isCompared = true
    items.push(item)
    at += length
  }
  return items
}

/** What may begin at a place; of pieces of one length the one with the least rank is taken. */
function piecesAt(
  tokens: Token[],
  at: number,
  { lexicon, terms, isCompared }: { lexicon: Lexicon; terms: Terms; isCompared: boolean },
): Piece[] {
  const pieces: Piece[] = []
  const found = readBase(lexicon, tokens, at)
  const phrase = tokens.slice(at, at + (found?.length ?? 0)).map(({ key }) => key)
  const base = isCompared || phrase.some(key => ALWAYS_BASE.test(key)) ? found : undefined
  if (base)
    pieces.push({ length: base.length, rank: 0, make: (text, at) => ({ kind: 'base', text, at, base }) })
  const period = readPeriod(lexicon, tokens, at)
  if (period)
    pieces.push({
      length: period.length,
      rank: 1,
      make: (text, at) => ({ kind: 'period', text, at, period }),
    })
  const { length, roles } = lexicon.rolesAt(tokens, at)
  const isVerb = roles.some(role => VERBS.includes(role))
  const term = terms.at(tokens, at)
  if (term) {
    const { meaning } = term
    // A word of the language is no value that looks like it, such as the language "en"; nor an inflected form of a term.
    const isName = meaning.metrics.length > 0 || meaning.dimension !== null
    // A longer word is the value: where tables are sold, "tables" are no way to show numbers.
    const isLong = tokens.slice(at, at + term.length).some(({ key }) => key.length >= MIN_VALUE)
    const isValue = isLong && roles.every(role => role === 'ignored')
    const isSure =
      roles.length === 0 || isValue || (isName && (meaning.isExact || !roles.includes('ignored')))
    const rank = isVerb ? 4 : isSure ? 2 : 8
    pieces.push({ length: term.length, rank, make: (text, at) => ({ kind: 'term', text, at, meaning }) })
  }
  if (length > 0) pieces.push({ length, rank: 3, make: (text, at) => ({ kind: 'role', text, at, roles }) })
  const adverb = lexicon.adverbAt(tokens, at)
  if (adverb)
    pieces.push({
      length: adverb.length,
      rank: 2.5,
      make: (text, at) => ({ kind: 'adverb', text, at, unit: adverb.unit }),
    })
  const unit = lexicon.unitAt(tokens, at)
  if (unit)
    pieces.push({ length: unit.length, rank: 5, make: (text, at) => ({ kind: 'unit', text, at, ...unit }) })
  const number = lexicon.numberAt(tokens, at)
  if (number !== undefined)
    pieces.push({ length: 1, rank: 6, make: (text, at) => ({ kind: 'number', text, at, number }) })
  return pieces
}

/** Values that are shorter may be articles and prepositions. */
const MIN_VALUE = 4
const MIN_PART = 3
const LINKS = ['', 's', 'es', 'n', 'en', 'er']
const IN_COMPOUNDS: Role[] = ['share', 'growth', 'trend', 'count', 'ignored', 'compared']

/** A German compound in its two words: Umsatzentwicklung, Tagesumsatz. */
function divide(token: Token, lexicon: Lexicon, terms: Terms): Token[] | undefined {
  const { key, text } = token
  const wordOf = (part: string): string | undefined => {
    const own: Token[] = [{ text, key: part }]
    const unit = lexicon.unitAt(own, 0)
    // A day's revenue is revenue by day.
    if (unit) return lexicon.words.adverbs[unit.unit]?.split('|')[0]
    const isRole = lexicon.rolesAt(own, 0).roles.some(role => IN_COMPOUNDS.includes(role))
    return terms.at(own, 0) || (isRole && part.length > 4) ? part : undefined
  }
  for (let cut = key.length - MIN_PART; cut >= MIN_PART; cut--) {
    const tail = wordOf(key.slice(cut))
    if (tail === undefined) continue
    if (lexicon.unitAt([{ text, key: key.slice(cut) }], 0)) continue
    for (const link of LINKS) {
      const head = key.slice(0, cut)
      if (!head.endsWith(link) || head.length - link.length < MIN_PART) continue
      const first = wordOf(head.slice(0, head.length - link.length))
      if (first !== undefined)
        return [
          { text, key: first },
          { text, key: tail },
        ]
    }
  }
  return undefined
}
