import {
  type ClientSignals,
  heapOfBest,
  INTEREST,
  makeRelative,
  OWN_HALVES,
  OWN_SHARE,
  type ProductSignals,
  type Seen,
  TREND_SHARE,
  valueFor,
} from './features.ts'
import type { History } from './history.ts'
import { lastDay } from './history.ts'
import type { Influence } from './influence.ts'

/** What is known of the products on one day, by a model's numbers of them. */
export type Signals = {
  /** The first day that is not known. */
  origin: number
  recent: readonly [Float64Array, Float64Array, Float64Array, Float64Array]
  total: Float64Array
  /** The first day on which each was bought. */
  first: Float64Array
  /** Natural logarithms; NaN where a price is not known. */
  price: Float64Array
  /** By how much more each is bought now than it used to be. */
  season: Float64Array
  /** Of what is bought in a week, in proportion to the best. */
  trend: Float64Array
  /** Natural logarithms of each of `recent`, and of `total`. */
  logs: readonly Float64Array[]
}

export type Scorer = {
  products: string[]
  numbers: ReadonlyMap<string, number>
  influence: Influence
  /** By feature; undefined where there was nothing to learn them from. */
  weights: Float64Array | undefined
  /** Clients by how many days they bought on, whom the trend serves better. */
  trendFor: ReadonlySet<Segment>
  /** Days after which a purchase counts for half in the trend; 0: all count alike. */
  trendHalf: 0 | 7 | 28
  signals: Signals
}

/** Why a product is proposed. */
export type Reason = { kind: 'again' } | { kind: 'with'; product: number } | { kind: 'trend' }

export type Scored = { product: number; score: number; reason: Reason }

export const SEGMENTS = ['one_basket', 'some_baskets', 'many_baskets'] as const
export type Segment = (typeof SEGMENTS)[number]
const MANY_BASKETS = 5
export const segmentOf = (baskets: number): Segment =>
  baskets < 2 ? 'one_basket' : baskets < MANY_BASKETS ? 'some_baskets' : 'many_baskets'

/** Candidates whose order is looked at, besides what the client has bought. */
const CANDIDATES = 200
/** Of a client with more products the last ones speak: others change nothing in a list. */
const MOST_PRODUCTS = 1000

/** The most promising products for a client, the best first. The trend alone where nothing is known of the client. */
export function scoreClient(scorer: Scorer, history: History, { isAgain = true } = {}): Scored[] {
  const known = toKnown(scorer, history)
  const baskets = new Set(known.flatMap(({ days }) => days)).size
  if (known.length === 0 || scorer.trendFor.has(segmentOf(baskets)) || !scorer.weights)
    return scoreByTrend(scorer)
  const { signals, influence } = scorer
  const size = scorer.products.length
  const last = lastDay(history) ?? signals.origin - 1
  const today = Math.max(signals.origin, last)
  const [score, lately, because] = [
    new Float64Array(size),
    new Float64Array(size),
    new Int32Array(size).fill(-1),
  ]
  const strongest = new Float64Array(size)
  const own = OWN_HALVES.map(() => new Float64Array(size)) as [Float64Array, Float64Array, Float64Array]
  const times = new Int32Array(size)
  const isLast = new Uint8Array(size)
  for (const { product, days } of known) {
    for (const day of days) {
      OWN_HALVES.forEach((half, i) => {
        const decayed = own[i as 0 | 1 | 2]
        decayed[product] = (decayed[product] ?? 0) + 0.5 ** (Math.max(today - day, 0) / half)
      })
      if (day === last) isLast[product] = 1
    }
    times[product] = days.length
    const weight = days.length > 0 ? 1 : INTEREST
    const recently = own[0][product] ?? 0
    for (let at = influence.start[product] ?? 0; at < (influence.start[product + 1] ?? 0); at++) {
      const target = influence.target[at] ?? 0
      const strength = influence.strength[at] ?? 0
      score[target] = (score[target] ?? 0) + weight * strength
      lately[target] = (lately[target] ?? 0) + recently * strength
      if (weight * strength > (strongest[target] ?? 0)) {
        strongest[target] = weight * strength
        because[target] = product
      }
    }
  }
  const season = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const isUsable = isAgain || times[i] === 0
    score[i] = isUsable ? Math.max(score[i] ?? 0, 0) : 0
    lately[i] = Math.max(lately[i] ?? 0, 0)
    season[i] = (score[i] ?? 0) * (signals.season[i] ?? 0)
  }
  for (const values of [score, season, lately, ...own]) makeRelative(values)
  const promise = season.map((value, i) =>
    isAgain || times[i] === 0
      ? value + OWN_SHARE * (own[1][i] ?? 0) + TREND_SHARE * (signals.trend[i] ?? 0)
      : -1,
  )
  const client: ClientSignals = {
    baskets: Math.max(baskets, 1),
    away: Math.max(today - last, 1),
    usualPrice: usualPrice(signals, known),
  }
  const weights = scorer.weights
  const scored = best(promise, Math.min(CANDIDATES + known.length, size)).flatMap(product => {
    if ((promise[product] ?? -1) < 0) return []
    const seen: Seen = {
      score: score[product] ?? 0,
      season: season[product] ?? 0,
      lately: lately[product] ?? 0,
      times: times[product] ?? 0,
      own: [own[0][product] ?? 0, own[1][product] ?? 0, own[2][product] ?? 0],
      inLast: isLast[product] === 1,
    }
    const value = valueFor(weights, seen, productSignals(signals, product, today), client)
    const from = because[product] ?? -1
    const reason: Reason =
      seen.times > 0 ? { kind: 'again' } : from >= 0 ? { kind: 'with', product: from } : { kind: 'trend' }
    return [{ product, score: value, reason }]
  })
  return scored.sort(byScore)
}

/** What goes with a product, or with a basket, whoever buys it. */
export function scoreBeside(scorer: Scorer, products: number[]): Scored[] {
  const { influence, signals } = scorer
  const found = new Map<number, Scored>()
  for (const product of products)
    for (let at = influence.start[product] ?? 0; at < (influence.start[product + 1] ?? 0); at++) {
      const target = influence.target[at] ?? 0
      const strength = (influence.strength[at] ?? 0) * (signals.season[target] ?? 0)
      const before = found.get(target)
      const score = (before?.score ?? 0) + strength
      found.set(target, { product: target, score, reason: before?.reason ?? { kind: 'with', product } })
    }
  return [...found.values()]
    .filter(({ product, score }) => score > 0 && !products.includes(product))
    .sort(byScore)
}

/** What is bought most now. */
export function scoreByTrend({ signals, trendHalf }: Pick<Scorer, 'signals' | 'trendHalf'>): Scored[] {
  const counts = trendHalf === 0 ? signals.total : signals.recent[trendHalf === 7 ? 1 : 3]
  return best(counts, Math.min(CANDIDATES, counts.length)).map(product => ({
    product,
    score: Math.log1p(counts[product] ?? 0),
    reason: { kind: 'trend' },
  }))
}

/** A product that was first bought so many days ago is new. */
const NEW_DAYS = 30

/** Whether nobody bought it before the last days. */
export const isNew = ({ signals }: Scorer, product: number): boolean =>
  (signals.total[product] ?? 0) === 0 || signals.origin - (signals.first[product] ?? 0) <= NEW_DAYS

const byScore = (a: Scored, b: Scored) => b.score - a.score || a.product - b.product

type Known = { product: number; days: number[] }

function toKnown({ numbers }: Scorer, { bought, interested }: History): Known[] {
  const known: Known[] = []
  for (const [id, days] of bought) {
    const product = numbers.get(id)
    if (product !== undefined) known.push({ product, days })
  }
  for (const id of interested) {
    const product = numbers.get(id)
    if (product !== undefined && !bought.has(id)) known.push({ product, days: [] })
  }
  if (known.length <= MOST_PRODUCTS) return known
  const latest = ({ days }: Known) => days.reduce((most, day) => Math.max(most, day), 0)
  return known.sort((a, b) => latest(b) - latest(a)).slice(0, MOST_PRODUCTS)
}

function usualPrice({ price }: Signals, known: Known[]): number {
  let [sum, count] = [0, 0]
  for (const { product } of known) {
    const own = price[product] ?? Number.NaN
    if (Number.isNaN(own)) continue
    sum += own
    count++
  }
  return count === 0 ? 0 : sum / count
}

function productSignals({ first, price, logs }: Signals, product: number, today: number): ProductSignals {
  const own = price[product] ?? Number.NaN
  const [recent3, recent7, recent14, recent28, total] = logs.map(values => values[product] ?? 0) as [
    ...[number, number, number, number],
    number,
  ]
  return {
    recent: [recent3, recent7, recent14, recent28],
    total,
    age: Math.max(today - (first[product] ?? 0), 0),
    price: Number.isNaN(own) ? 0 : own,
    isPriced: !Number.isNaN(own),
  }
}

/** Numbers of the largest values, the largest first. */
function best(values: Float64Array, count: number): number[] {
  if (count === 0) return []
  const bound = heapOfBest(values, count)[0] ?? 0
  const found: number[] = []
  for (let i = 0; i < values.length; i++) if ((values[i] ?? 0) >= bound) found.push(i)
  return found.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b).slice(0, count)
}
