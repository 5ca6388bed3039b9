import type { Dimension, Metric } from '../../metrics/index.ts'
import { editDistance, makeColours } from '../../vocabulary/index.ts'
import { countryNames } from './countries.ts'
import { keysOf, stemsOf, type Token, withoutUmlauts } from './tokens.ts'

/** What a phrase may mean: metrics and dimensions by their names, and values of dimensions. */
export type Meaning = {
  metrics: string[]
  dimension: string | null
  /** Whether the dimension's name is in the plural, where it is known in both numbers: Land, Länder. */
  isPlural: boolean
  values: { dimension: string; value: string }[]
  /** Whether the phrase is written as it is known, and not inflected. */
  isExact: boolean
}

/** What the published marts know: for one caller. */
export type Known = {
  metrics: Metric[]
  dimensions: Dimension[]
  /** By dimension: the values that the caller may see. */
  values: ReadonlyMap<string, string[]>
}

export type Terms = {
  known: Known
  /** The longest phrase that begins at a place. */
  at(tokens: Token[], at: number): { length: number; meaning: Meaning } | undefined
  /** The only word that is near to a misspelt one. */
  nearest(key: string, others: Iterable<string>): string | undefined
}

type Entry = Omit<Meaning, 'isExact'>

/** No name of a product has more words, and none is asked for with all of them. */
const MAX_WORDS = 10
/** Shorter words are left alone: too much is near to them. */
const MIN_MISSPELT = 5
const LONG_MISSPELT = 10
/** French and Spanish for money, which are words for silver and gold too. */
const NO_COLOURS = new Set(['argent', 'plata', 'oro', 'or', 'plate'])

export function makeTerms(known: Known): Terms {
  const exact = new Map<string, Entry>()
  const stems = new Map<string, Entry>()
  const words = new Set<string>()
  const add = (phrase: string, apply: (entry: Entry) => void) => {
    const keys = keysOf(phrase)
    if (keys.length === 0 || keys.length > MAX_WORDS) return
    for (const key of keys) words.add(key)
    for (const [index, text] of [
      [exact, keys.join(' ')],
      [exact, umlautsOf(phrase)],
      ...stemsOfPhrase(keys).map(text => [stems, text] as const),
    ] as [Map<string, Entry>, string][]) {
      const entry = index.get(text) ?? { metrics: [], dimension: null, isPlural: false, values: [] }
      apply(entry)
      index.set(text, entry)
    }
  }
  addNames(known, add)
  addValues(known, add)
  const colours = coloursOf(known)
  const byLetter = Map.groupBy(words, word => word[0] ?? '')
  return {
    known,
    at(tokens, at) {
      for (let length = Math.min(MAX_WORDS, tokens.length - at); length > 0; length--) {
        const keys = tokens.slice(at, at + length).map(({ key }) => key)
        const own = exact.get(keys.join(' '))
        if (own) return { length, meaning: { ...own, isExact: true } }
        const near = stemsOfPhrase(keys).flatMap(text => stems.get(text) ?? [])[0]
        if (near) return { length, meaning: { ...near, isExact: false } }
      }
      return colours(tokens[at]?.key ?? '')
    },
    nearest: (key, others) => nearestOf(key, [...(byLetter.get(key[0] ?? '') ?? []), ...others]),
  }
}

/** A phrase with ae, oe and ue for its umlauts, which is as good as with them. */
const umlautsOf = (phrase: string) =>
  keysOf(phrase.replaceAll(/ä/giu, 'ae').replaceAll(/ö/giu, 'oe').replaceAll(/ü/giu, 'ue')).join(' ')

/** Each word by its stem: one with an n at its end in both ways, all words in the same. */
function stemsOfPhrase(keys: string[]): string[] {
  const ways = keys.map(stemsOf)
  return [...new Set([0, 1].map(way => ways.map(each => each[way] ?? each[0]).join(' ')))]
}

type Add = (phrase: string, apply: (entry: Entry) => void) => void

function addNames({ metrics, dimensions }: Known, add: Add): void {
  for (const metric of metrics)
    for (const phrase of phrasesOf(metric))
      add(phrase, entry => {
        if (!entry.metrics.includes(metric.name)) entry.metrics.push(metric.name)
      })
  for (const dimension of dimensions)
    for (const phrase of phrasesOf(dimension))
      add(phrase, entry => {
        entry.dimension ??= dimension.name
        entry.isPlural ||= isPlural(phrase, phrasesOf(dimension))
      })
}

/** Whether the same is known by a shorter form of it. */
function isPlural(phrase: string, all: string[]): boolean {
  const key = keysOf(phrase).join(' ')
  return all.some(other => {
    const short = keysOf(other).join(' ')
    const isForm = key.endsWith('s') ? stemsOf(short)[0] === stemsOf(key)[0] || key.startsWith(short) : false
    const isGerman = /(?:e|er|en|n)$/.test(key) && key.startsWith(short)
    return short.length < key.length && (isForm || isGerman) && !key.includes(' ')
  })
}

/** A name with "by" in it is no word for its metric: what stands behind it is a dimension. */
const phrasesOf = ({ name, label, labels = {}, synonyms }: Metric | Dimension) => [
  ...(name.includes('_by_') ? [] : [name.replaceAll('_', ' ')]),
  label,
  ...Object.values(labels),
  ...synonyms,
]

/** Values by their own text, by other words that the metrics' files have for them, and countries by each language's name. */
function addValues({ dimensions, values }: Known, add: Add): void {
  for (const { name, values: others = {} } of dimensions)
    for (const value of values.get(name) ?? []) {
      const phrases = [value.replaceAll('_', ' '), ...countryNames(value), ...(others[value] ?? [])]
      for (const phrase of new Set(phrases))
        add(phrase, entry => {
          const isThere = entry.values.some(each => each.dimension === name && each.value === value)
          if (!isThere) entry.values.push({ dimension: name, value })
        })
    }
}

/** Colours in any language, where there is a dimension of them. */
function coloursOf({ values }: Known): (key: string) => { length: number; meaning: Meaning } | undefined {
  const byKey = Map.groupBy(values.get('color') ?? [], value => keysOf(value).join(' '))
  const colours = makeColours([...byKey.keys()])
  return key => {
    const found = NO_COLOURS.has(key) ? [] : colours.find(key)
    if (found.length === 0) return undefined
    const own = found.flatMap(each => byKey.get(each) ?? []).map(value => ({ dimension: 'color', value }))
    return {
      length: 1,
      meaning: { metrics: [], dimension: null, isPlural: false, values: own, isExact: true },
    }
  }
}

/** In a short word another letter makes another word, such as shirts and shorts: only letters in a wrong order are a slip. */
function isTypo(key: string, word: string): boolean {
  const sorted = (text: string) => [...text].sort().join('')
  const isSwapped = sorted(withoutUmlauts(key)) === sorted(withoutUmlauts(word))
  if (key.length >= 7 || isSwapped) return true
  return key.length !== word.length && key.slice(0, 2) === word.slice(0, 2)
}

function nearestOf(key: string, candidates: string[]): string | undefined {
  if (key.length < MIN_MISSPELT || /\d/.test(key)) return undefined
  const limit = key.length >= LONG_MISSPELT ? 2 : 1
  const near = candidates
    .filter(word => word.length >= MIN_MISSPELT && word[0] === key[0] && isTypo(key, word))
    .map(word => ({ word, distance: editDistance(withoutUmlauts(key), withoutUmlauts(word), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1))
  const [best] = near
  const rivals = near.filter(({ distance }) => distance === best?.distance)
  // Two words that are no forms of one are as likely as each other.
  const stem = stemsOf(best?.word ?? '')[0]
  return rivals.every(({ word }) => stemsOf(word)[0] === stem) ? best?.word : undefined
}
