import type { Fact, Language } from '../facts.ts'
import { formatChange, formatDays, formatValue } from './formats.ts'

type Place = { from: number; to: number }

/** Where a sentence says the numbers of its facts: pieces of the text in their order, none in another. */
export function findNumbers(
  text: string,
  facts: Fact[],
  language: Language,
): { text: string; fact: string }[] {
  const found: { from: number; to: number; fact: string }[] = []
  // A digit in a name is no number.
  const names = facts.flatMap(({ entity }) => entity.flatMap(({ value }) => placesOf(text, value)))
  const isFree = ({ from, to }: Place) =>
    [...found, ...names].every(other => to <= other.from || from >= other.to)
  for (const fact of facts) {
    const place = waysOf(fact, language)
      .flatMap(way => placesOf(text, way))
      .find(isFree)
    if (place) found.push({ ...place, fact: fact.id })
  }
  return found
    .sort((a, b) => a.from - b.from)
    .map(({ from, to, fact }) => ({ text: text.slice(from, to), fact }))
}

/** How a fact may stand in a text, the longest first. */
function waysOf(fact: Fact, language: Language): string[] {
  const ways = [formatValue(fact, language), formatValue(fact, language, { isSize: true })]
  if (fact.unit === 'days') ways.push(formatDays(Math.floor(Number(fact.value)), language))
  if (fact.kind === 'difference' && fact.unit === 'currency') ways.push(formatChange(fact, language))
  return [...new Set(ways)].sort((a, b) => b.length - a.length)
}

const isPartOfNumber = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter)

/** Every place of a number that is no part of a longer one. */
function placesOf(text: string, way: string): Place[] {
  if (way === '') return []
  const places: Place[] = []
  for (let from = text.indexOf(way); from >= 0; from = text.indexOf(way, from + 1)) {
    const to = from + way.length
    const goesOn = isPartOfNumber(text[to]) || /^[.,]\d/.test(text.slice(to, to + 2))
    if (
      !isPartOfNumber(text[from - 1]) &&
      !/\d[.,]$/.test(text.slice(Math.max(from - 2, 0), from)) &&
      !goesOn
    )
      places.push({ from, to })
  }
  return places
}
