import { readable, toBareKey, toKey, withoutMarks } from '../../../shared/text/index.ts'
import type { ProductKind } from './kinds.ts'
import type { Found, Named } from './query.ts'
import { findRanges } from './ranges.ts'
import { KINDS, type Suggestion } from './schema.ts'
import type { Typed } from './typed.ts'

type Candidate = Omit<Suggestion, 'ranges'>

/** How well a suggestion fits, from what was meant to what only holds something near; 0 is not at all. */
const FIT = { whole: 4, begins: 3, words: 2, near: 1 }

/** The suggestions that fit best, of each kind no more than half while there are others. */
export function chooseSuggestions(
  { typed, kinds, found }: { typed: Typed; kinds: ProductKind[]; found: Found },
  { limit, isEnglish }: { limit: number; isEnglish: boolean },
): Suggestion[] {
  const key = (text: string) => {
    const bare = toBare(text)
    return isEnglish ? bare.replace(/(?<=[^s]{2})s$/, '') : bare
  }
  const ranked = listCandidates(typed, kinds, found)
    .map(candidate => ({ ...candidate, ranges: findRanges(candidate.text, typed.pieces) }))
    .map(candidate => ({ candidate, fit: measureFit(candidate, typed) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit || compare(a.candidate, b.candidate))
    .map(({ candidate }) => candidate)
  const byText = Map.groupBy(ranked, ({ text }) => key(text))
  const best = [...byText.values()].map(
    same => same.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))[0] as Suggestion,
  )
  const share = Math.ceil(limit / 2)
  const isWithin = (suggestion: Suggestion, at: number) =>
    best.slice(0, at).filter(({ kind }) => kind === suggestion.kind).length < share
  const first = best.filter(isWithin)
  return [...first, ...best.filter(suggestion => !first.includes(suggestion))].slice(0, limit)
}

function listCandidates(typed: Typed, kinds: ProductKind[], { named, numbers, counts, present }: Found) {
  const candidates: Candidate[] = [
    ...kinds
      .filter((_, i) => present[i])
      .map(({ text, kind, count }) => ({ text, kind, count, productId: null })),
    ...named.flatMap(toNamed),
    ...toWords(typed, counts),
    ...numbers.map(({ product_id, sku }) => ({
      text: readable(sku),
      kind: 'identifier' as const,
      productId: product_id,
      count: 1,
    })),
  ]
  return candidates.filter(({ text, count }) => text !== '' && count > 0)
}

function toWords({ head, completions }: Typed, counts: Found['counts']): Candidate[] {
  if (head === undefined) return []
  return completions.map(({ word, count }, i) => ({
    text: head + word,
    kind: 'word',
    productId: null,
    count: counts[i] ?? count,
  }))
}

/** Sizes and colours of one model are called alike up to where they differ. */
function toNamed({ count, product_id, first, last, model }: Named): Candidate[] {
  const names = [readable(first), readable(last)] as const
  if (count === 1) return [{ text: names[0], kind: 'product', productId: product_id, count }]
  return [{ text: sharedName(...names) || readable(model ?? ''), kind: 'model', productId: null, count }]
}

const MIN_SHARED = 3

/** What two names begin with, up to the end of a word: "Road-150 Red, 44" and "Road-150 Red, 62" are "Road-150 Red". */
function sharedName(first: string, last: string): string {
  if (first === last) return first
  let length = 0
  while (length < first.length && first[length] === last[length]) length++
  const isWithinWord = [first, last].some(name => /^[\p{L}\p{N}\p{M}]{2}/u.test(name.slice(length - 1)))
  const shared = first.slice(0, length)
  const whole = isWithinWord ? shared.replace(/[\p{L}\p{N}\p{M}]+$/u, '') : shared
  const text = whole.replace(/[^\p{L}\p{N}\p{M})]+$/u, '').toWellFormed()
  return text.length >= MIN_SHARED ? text : ''
}

function measureFit({ text, kind, ranges }: Suggestion, typed: Typed): number {
  if (kind === 'identifier') {
    const begins = toBareKey(text).startsWith(toBareKey(typed.text))
    return begins && /\p{N}/u.test(typed.text) ? FIT.begins : FIT.near
  }
  const [own, query] = [toBare(text), toBare(typed.text)]
  if (own === query) return FIT.whole
  if (own.startsWith(query)) return FIT.begins
  if (ranges.length >= typed.pieces.length) return FIT.words
  return typed.isCorrected ? FIT.near : 0
}

const toBare = (text: string) => withoutMarks(toKey(text))

const compare = (a: Candidate, b: Candidate) =>
  b.count - a.count || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.text < b.text ? -1 : 1)
