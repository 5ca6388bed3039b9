import type { Candidate, ClientFacts, ProductFacts } from './facts.ts'
import { type Caps, makeCaps, makeObstacleFinder, type Obstacle } from './obstacles.ts'
import { makeRanking, type Ranking } from './ranking.ts'
import type { RulesOfDay } from './rules-of-day.ts'
import type { Rules } from './schema.ts'

export type Proposition = {
  productId: string
  /** The candidate's; 0 of a pinned product that is no candidate. */
  score: number
  because: string
  kind: 'ranked' | 'pinned' | 'explored'
}

/** What a list is made of. */
export type Ask = {
  /** The best first; of a product that is there twice the first counts. */
  candidates: readonly Candidate[]
  /** A product that is not in it is gone, and is left out. */
  products: ReadonlyMap<string, ProductFacts>
  client: ClientFacts | undefined
  territory: string | undefined
  /** As YYYY-MM-DD. */
  today: string
  /** Places of the list. */
  limit: number
  /** What exploration draws by, such as the client and the day: the same gives the same. */
  seed: string
}

/** A list that is being filled. */
export type Draft = {
  /** `rank` is a pin's own, if it has one, and otherwise the candidate's. */
  taken: { proposition: Proposition; rank: number | undefined }[]
  /** Ids of what is taken. */
  chosen: ReadonlySet<string>
  caps: Caps
  ranking: Ranking
  /** How many candidates each rule left out, of those that were looked at. */
  leftOut: ReadonlyMap<Obstacle, number>
  /** What keeps a product out, the caps aside. */
  obstacleOf(product: ProductFacts): Obstacle | undefined
  /** A candidate's product, or what keeps it out, the caps aside. */
  fitOf(candidate: Candidate): ProductFacts | Obstacle
  take(product: ProductFacts, proposition: Proposition, rank: number | undefined): void
}

export function makeDraft(rules: Rules, ask: Ask, day: RulesOfDay): Draft {
  const obstacleOf = makeObstacleFinder(rules, { ...ask, day })
  const caps = makeCaps(rules)
  const chosen = new Set<string>()
  const leftOut = new Map<Obstacle, number>()
  const taken: Draft['taken'] = []
  const fitOf = ({ productId, score }: Candidate) => {
    const product = ask.products.get(productId)
    if (!product) return 'unknown'
    return Number.isFinite(score) ? (obstacleOf(product) ?? product) : 'noScore'
  }
  const ranking = makeRanking(ask.candidates, {
    diversity: rules.diversity,
    caps,
    chosen,
    fitOf,
    leaveOut: obstacle => leftOut.set(obstacle, (leftOut.get(obstacle) ?? 0) + 1),
  })
  const take: Draft['take'] = (product, proposition, rank) => {
    chosen.add(proposition.productId)
    caps.count(product)
    ranking.count(product)
    taken.push({ proposition, rank })
  }
  return { taken, chosen, caps, ranking, leftOut, obstacleOf, fitOf, take }
}
