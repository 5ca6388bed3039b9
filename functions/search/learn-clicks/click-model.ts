import { setImmediate as takeTurns } from 'node:timers/promises'

/** A query and a product at one place: how often it was shown there, and what came of it, each weighted by its age. */
export type Impression = {
  queryKey: string
  productId: string
  /** 1 is the first. */
  position: number
  shown: number
  clicked: number
  /** What the clicks, orders and dismissals are worth together. */
  worth: number
}

/** A product that a query found: what came of it, beside what comes of the query's products on average. */
export type Outcome = {
  queryKey: string
  productId: string
  /** How often it was looked at, as far as the places say where it was shown. */
  examined: number
  worth: number
  expected: number
}

/** Places beyond are looked at as often as this one. */
const LAST_POSITION = 50
/** Rounds of fitting at most, and the change of a place after which there are no more. */
const ROUNDS = 200
const SETTLED = 1e-4
/**
 * What is believed beforehand, in impressions: the place k is looked at 1/k as often as the first, and a product attracts as
 * all do on average. Where products never change places, what a place and what its products do to clicks cannot be told apart:
 * then it is taken for the place, which leaves the order as it is.
 */
const BELIEVED = { examination: 50, attraction: 50 }

const placeOf = ({ position }: Impression) => Math.min(position, LAST_POSITION) - 1
const pairOf = ({ queryKey, productId }: Impression) => `${queryKey} ${productId}`

/** Impressions with places and pairs of query and product as numbers: each round looks at all of them. */
type Counted = { place: number; pair: number; shown: number; clicked: number }

function count(impressions: Impression[]): { counted: Counted[]; pairs: number } {
  const pairs = new Map<string, number>()
  const counted = impressions.map(one => {
    const pair = pairs.get(pairOf(one)) ?? pairs.size
    pairs.set(pairOf(one), pair)
    return { place: placeOf(one), pair, shown: one.shown, clicked: Math.min(one.clicked, one.shown) }
  })
  return { counted, pairs: pairs.size }
}

/**
 * How often each place is looked at, the first always: the position-based click model, fitted by expectation maximisation
 * (Chuklin, Markov and de Rijke, Click Models for Web Search, 2015). A click needs both a look and a product that attracts.
 * Between its rounds others have their turn: in one process searches go on.
 * @returns by place, from 0, never rising
 */
export async function estimateExamination(impressions: Impression[], signal: AbortSignal): Promise<number[]> {
  const believed = Array.from({ length: LAST_POSITION }, (_, place) => 1 / (place + 1))
  const { counted, pairs } = count(impressions)
  const clicks = counted.reduce((sum, { clicked }) => sum + clicked, 0)
  const looks = counted.reduce((sum, { shown, place }) => sum + shown * (believed[place] ?? 0), 0)
  let mean = looks > 0 ? Math.min(0.9, clicks / looks) : 0
  let examination = believed
  let attraction = new Float64Array(pairs).fill(mean)
  for (let round = 0; round < ROUNDS; round++) {
    const next = fitOnce(counted, { believed, examination, attraction, mean })
    const change = Math.max(...next.examination.map((each, at) => Math.abs(each - (examination[at] ?? 0))))
    ;({ examination, attraction, mean } = next)
    if (change < SETTLED) break
    await takeTurns(undefined, { signal })
  }
  return examination
}

type Fit = { examination: number[]; attraction: Float64Array<ArrayBuffer>; mean: number }

/** What was probably looked at, and attracted, without a click; and what places and products are like if so. */
function fitOnce(
  counted: Counted[],
  { believed, examination, attraction, mean }: Fit & { believed: number[] },
): Fit {
  const looked = believed.map(each => ({ sum: each * BELIEVED.examination, of: BELIEVED.examination }))
  const sums = new Float64Array(attraction.length).fill(mean * BELIEVED.attraction)
  const shownTo = new Float64Array(attraction.length).fill(BELIEVED.attraction)
  const all = { sum: 0, of: 0 }
  for (const { place, pair, shown, clicked } of counted) {
    const seen = examination[place] ?? 0
    const attracts = attraction[pair] ?? 0
    const passed = (shown - clicked) / Math.max(1e-9, 1 - seen * attracts)
    const atPlace = looked[place]
    if (atPlace) {
      atPlace.sum += clicked + passed * seen * (1 - attracts)
      atPlace.of += shown
    }
    const attracted = clicked + passed * attracts * (1 - seen)
    sums[pair] = (sums[pair] ?? 0) + attracted
    shownTo[pair] = (shownTo[pair] ?? 0) + shown
    all.sum += attracted
    all.of += shown
  }
  let least = 1
  return {
    examination: looked.map(({ sum, of }, place) => {
      least = place === 0 ? 1 : Math.min(least, sum / of)
      return least
    }),
    attraction: sums.map((sum, pair) => sum / (shownTo[pair] ?? 1)),
    mean: all.of > 0 ? all.sum / all.of : 0,
  }
}

/** What came of each product of each query, corrected for where it was shown. */
export function compareOutcomes(impressions: Impression[], examination: number[]): Outcome[] {
  const outcomes = new Map<string, Outcome>()
  const queries = new Map<string, { examined: number; worth: number }>()
  for (const one of impressions) {
    const { queryKey, productId, shown, worth } = one
    const examined = shown * (examination[placeOf(one)] ?? 0)
    const outcome = outcomes.get(pairOf(one)) ?? { queryKey, productId, examined: 0, worth: 0, expected: 0 }
    outcome.examined += examined
    outcome.worth += worth
    outcomes.set(pairOf(one), outcome)
    const query = queries.get(queryKey) ?? { examined: 0, worth: 0 }
    query.examined += examined
    query.worth += worth
    queries.set(queryKey, query)
  }
  for (const outcome of outcomes.values()) {
    const query = queries.get(outcome.queryKey)
    const rate = query && query.examined > 0 ? Math.max(0, query.worth / query.examined) : 0
    outcome.expected = rate * outcome.examined
  }
  return [...outcomes.values()]
}
