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
const ROUNDS = 30
/** What is believed beforehand, in impressions: the place 4 is looked at a quarter as often as the first. */
const BELIEVED = { examination: 50, attraction: 4 }

const placeOf = ({ position }: Impression) => Math.min(position, LAST_POSITION) - 1
const pairOf = ({ queryKey, productId }: Impression) => `${queryKey} ${productId}`

/**
 * How often each place is looked at, the first always: the position-based click model, fitted by expectation maximisation
 * (Chuklin, Markov and de Rijke, Click Models for Web Search, 2015). A click needs both a look and a product that attracts.
 * @returns by place, from 0, never rising
 */
export function estimateExamination(impressions: Impression[]): number[] {
  const believed = Array.from({ length: LAST_POSITION }, (_, place) => 1 / (place + 1))
  const clicks = impressions.reduce((sum, { clicked }) => sum + clicked, 0)
  const looks = impressions.reduce((sum, one) => sum + one.shown * (believed[placeOf(one)] ?? 0), 0)
  const mean = looks > 0 ? Math.min(0.9, clicks / looks) : 0
  let examination = believed
  let attraction = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const looked = believed.map(each => ({ sum: each * BELIEVED.examination, of: BELIEVED.examination }))
    const pairs = new Map<string, { sum: number; of: number }>()
    for (const one of impressions) {
      const place = placeOf(one)
      const seen = examination[place] ?? 0
      const attracts = attraction.get(pairOf(one)) ?? mean
      const clicked = Math.min(one.clicked, one.shown)
      const passed = (one.shown - clicked) / Math.max(1e-9, 1 - seen * attracts)
      const atPlace = looked[place]
      if (atPlace) {
        atPlace.sum += clicked + passed * seen * (1 - attracts)
        atPlace.of += one.shown
      }
      const pair = pairs.get(pairOf(one)) ?? { sum: mean * BELIEVED.attraction, of: BELIEVED.attraction }
      pair.sum += clicked + passed * attracts * (1 - seen)
      pair.of += one.shown
      pairs.set(pairOf(one), pair)
    }
    attraction = new Map([...pairs].map(([key, { sum, of }]) => [key, sum / of]))
    let least = 1
    examination = looked.map(({ sum, of }, place) => {
      least = place === 0 ? 1 : Math.min(least, sum / of)
      return least
    })
  }
  return examination
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
