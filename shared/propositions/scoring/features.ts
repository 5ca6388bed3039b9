/**
 * What is known of a product for a client at a day: the same, in the same order, as shared/python/propositions/features.py has it,
 * by which the weights were learnt. Scores of a client are divided by the mean of their twenty best.
 */
export const FEATURES = [
  ...['score', 'log_score', 'season', 'log_season', 'lately'],
  ...['recent3', 'recent7', 'recent14', 'recent28', 'total', 'age'],
  ...['bought', 'times', 'rate', 'own30', 'own90', 'own180', 'in_last'],
  ...['price', 'price_gap'],
  ...['bought*season', 'bought*log_season', 'bought*recent7', 'bought*recent28', 'bought*total'],
  ...['bought*baskets', 'bought*away'],
  ...['times*baskets', 'times*away', 'rate*baskets', 'own90*away', 'in_last*away'],
  ...[
    'season*baskets',
    'log_season*baskets',
    'score*baskets',
    'recent7*baskets',
    'recent28*baskets',
    'total*baskets',
  ],
]

const BEST = 20
const LEAST = 1e-9
/** Added before a logarithm. */
export const FLOOR = 0.02
export const SEASON_RECENT = 0.5
export const SEASON_TOTAL = 3
const SEASON_POWER = 0.9
export const OWN_HALVES = [30, 90, 180] as const
export const OWN_SHARE = 2
export const TREND_SHARE = 0.05
export const INTEREST = 0.2

/** By how much more a product is bought now than it used to be. */
export const seasonOf = (recent7: number, total: number): number =>
  ((recent7 + SEASON_RECENT) / (total + SEASON_TOTAL)) ** SEASON_POWER

/** Divides by the mean of the best twenty, in place. */
export function makeRelative(values: Float64Array): Float64Array {
  const best = Math.min(BEST, values.length)
  const mean = best === 0 ? 0 : heapOfBest(values, best).reduce((sum, value) => sum + value, 0) / best
  const divisor = Math.max(mean, LEAST)
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / divisor
  return values
}

/** The largest values as a heap, its least first. @param count at most as many as there are values */
export function heapOfBest(values: Float64Array, count: number): Float64Array {
  const heap = values.slice(0, count).sort()
  let least = heap[0] ?? 0
  for (let i = count; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value <= least) continue
    let at = 0
    for (let child = 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++
      if ((heap[child] ?? 0) >= value) break
      heap[at] = heap[child] ?? 0
      at = child
    }
    heap[at] = value
    least = heap[0] ?? 0
  }
  return heap
}

/** How often a product is bought, as logarithms. */
export const logOfRecent = (count: number): number => Math.log(count + SEASON_RECENT)
export const logOfTotal = (count: number): number => Math.log(count + SEASON_TOTAL)

/** What is known of a candidate besides its client. */
export type ProductSignals = {
  /** Logarithms of how often it is bought, by half-lives of 3, 7, 14 and 28 days. */
  recent: readonly [number, number, number, number]
  total: number
  age: number
  /** Natural logarithm; 0 where it is not known. */
  price: number
  isPriced: boolean
}

export type Seen = {
  score: number
  season: number
  lately: number
  /** Days on which the client bought it. */
  times: number
  own: readonly [number, number, number]
  inLast: boolean
}

export type ClientSignals = {
  baskets: number
  /** Days since the last purchase, at least 1. */
  away: number
  /** Mean logarithm of prices of what was bought. */
  usualPrice: number
}

/** The sum of weights times features. */
export function valueFor(
  weights: Float64Array,
  seen: Seen,
  product: ProductSignals,
  client: ClientSignals,
): number {
  const { score, season, lately, times, own } = seen
  const [own30, own90, own180] = own
  const [recent3, recent7, recent14, recent28] = product.recent
  const { total } = product
  const bought = times > 0 ? 1 : 0
  const [logScore, logSeason] = [Math.log(score + FLOOR), Math.log(season + FLOOR)]
  const lasting = Math.log1p(times)
  const baskets = Math.log(client.baskets)
  const away = Math.log(client.away)
  const rate = times / client.baskets
  const inLast = seen.inLast ? 1 : 0
  const gap = product.isPriced ? Math.abs(product.price - client.usualPrice) : 0
  const values = [
    ...[score, logScore, season, logSeason, lately],
    ...[recent3, recent7, recent14, recent28, total, Math.log1p(product.age)],
    ...[bought, lasting, rate, own30, own90, own180, inLast],
    ...[product.price, gap],
    ...[bought * season, bought * logSeason, bought * recent7, bought * recent28, bought * total],
    ...[bought * baskets, bought * away],
    ...[lasting * baskets, lasting * away, rate * baskets, own90 * away, inLast * away],
    ...[
      season * baskets,
      logSeason * baskets,
      score * baskets,
      recent7 * baskets,
      recent28 * baskets,
      total * baskets,
    ],
  ]
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (weights[i] ?? 0)
  return sum
}
