import type { Draft } from './draft.ts'
import type { Candidate } from './facts.ts'
import type { Fit } from './ranking.ts'

/** Exploration draws from so many of the best candidates that are new or seldom shown: the worst are no use to anybody. */
const POOL = 100

/**
 * Takes candidates that a seed draws, at most `count`: the same seed draws the same, and nearly the same where a few come or go.
 */
export function explore(
  draft: Draft,
  { candidates, count, seed }: { candidates: readonly Candidate[]; count: number; seed: string },
): void {
  let left = count
  for (const { candidate, product, rank } of findPool(draft, candidates, seed)) {
    if (left === 0) return
    if (draft.caps.blockedBy(product) !== undefined) continue
    const { productId, score, because } = candidate
    draft.take(product, { productId, score, because, kind: 'explored' }, rank)
    left--
  }
}

/** What can be drawn, in the order of the lots. */
function findPool({ caps, chosen, fitOf }: Draft, candidates: readonly Candidate[], seed: string): Fit[] {
  const pool = new Map<string, { fit: Fit; lot: number }>()
  for (const [i, candidate] of candidates.entries()) {
    if (pool.size === POOL) break
    const { productId, isNew, isSeldomShown } = candidate
    if (!(isNew || isSeldomShown) || chosen.has(productId) || pool.has(productId)) continue
    const product = fitOf(candidate)
    if (typeof product === 'string' || caps.blockedBy(product) !== undefined) continue
    pool.set(productId, { fit: { candidate, product, rank: i + 1 }, lot: drawLot(seed, productId) })
  }
  return [...pool.values()].sort((a, b) => a.lot - b.lot || a.fit.rank - b.fit.rank).map(({ fit }) => fit)
}

/** 32 bits of both texts: FNV-1a, and MurmurHash3's finalizer, since ids often differ in their last letters only. */
function drawLot(seed: string, productId: string): number {
  let hash = 0x811c9dc5
  for (const text of [seed, '\n', productId])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
