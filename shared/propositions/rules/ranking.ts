import type { Candidate, ProductFacts } from './facts.ts'
import type { Caps, Obstacle } from './obstacles.ts'

/** A candidate that may be proposed; `rank` is its place among the candidates, from 1. */
export type Fit = { candidate: Candidate; product: ProductFacts; rank: number }

/** Candidates one after the other, so that those of one subcategory give way to others. */
export type Ranking = {
  /** The next that fits and is not in the list yet. */
  next(): Fit | undefined
  /** Says that a product is in the list. */
  count(product: ProductFacts): void
  /** How many candidates were looked at: what is below them changes nothing. */
  looked(): number
}

/** Candidates of one subcategory, in their order; `taken` are in the list. */
type Queue = { taken: number; waiting: Fit[]; first: number; gives: boolean }

/**
 * The next is the one of the least rank × (1 + diversity × how many of its subcategory are in the list). Within a subcategory
 * that is the first, and no candidate that was not looked at yet can be less than its rank: so few are looked at.
 */
export function makeRanking(
  candidates: readonly Candidate[],
  options: {
    diversity: number
    caps: Caps
    chosen: ReadonlySet<string>
    fitOf(candidate: Candidate): ProductFacts | Obstacle
    leaveOut(obstacle: Obstacle): void
  },
): Ranking {
  const { diversity, caps, chosen, fitOf, leaveOut } = options
  const queues = new Map<string, Queue>()
  let looked = 0

  const queueOf = ({ subcategory }: ProductFacts): Queue => {
    const name = subcategory ?? ''
    const known = queues.get(name)
    if (known) return known
    const queue = { taken: 0, waiting: [], first: 0, gives: name !== '' }
    queues.set(name, queue)
    return queue
  }
  const costOf = (queue: Queue, { rank }: Fit) => (queue.gives ? rank * (1 + diversity * queue.taken) : rank)

  const stillFits = ({ candidate, product }: Fit): boolean => {
    if (chosen.has(candidate.productId)) return false
    const obstacle = caps.blockedBy(product)
    if (obstacle !== undefined) leaveOut(obstacle)
    return obstacle === undefined
  }
  const headOf = (queue: Queue): Fit | undefined => {
    let head = queue.waiting[queue.first]
    while (head && !stillFits(head)) head = queue.waiting[++queue.first]
    return head
  }
  const look = (): Fit | undefined => {
    const candidate = candidates[looked++]
    if (!candidate || chosen.has(candidate.productId)) return undefined
    const product = fitOf(candidate)
    if (typeof product === 'string') leaveOut(product)
    else {
      const fit = { candidate, product, rank: looked }
      if (stillFits(fit)) return fit
    }
    return undefined
  }

  return {
    next() {
      let best: { queue: Queue; head: Fit; cost: number } | undefined
      const compare = (queue: Queue, head: Fit) => {
        const cost = costOf(queue, head)
        if (!best || cost < best.cost || (cost === best.cost && head.rank < best.head.rank))
          best = { queue, head, cost }
      }
      for (const queue of queues.values()) {
        const head = headOf(queue)
        if (head) compare(queue, head)
      }
      while (looked < candidates.length && (!best || looked + 1 < best.cost)) {
        const fit = look()
        if (!fit) continue
        const queue = queueOf(fit.product)
        queue.waiting.push(fit)
        if (queue.waiting.length === queue.first + 1) compare(queue, fit)
      }
      if (best) best.queue.first++
      return best?.head
    },
    count(product) {
      queueOf(product).taken++
    },
    looked: () => looked,
  }
}
