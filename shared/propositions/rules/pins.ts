import type { Ask, Draft } from './draft.ts'
import type { Candidate } from './facts.ts'
import { describeObstacle, type Obstacle } from './obstacles.ts'
import type { Pin } from './schema.ts'

/** What the shop puts into a list has no other reason. */
const BECAUSE = 'chosen by the shop'
/** What this client did is no fault of a pin, and nothing to tell. */
const OF_CLIENT: readonly Obstacle[] = ['notReturned', 'notDismissedDays', 'notBoughtDays']

/**
 * Takes the pinned products that no rule keeps out, until no place is left.
 * @returns a warning for each that is left out, but for what the client did
 */
export function takePins(
  draft: Draft,
  options: { pins: readonly Pin[]; ask: Ask; places: number; asked: number },
): string[] {
  const { pins, ask, places, asked } = options
  const warnings: string[] = []
  if (pins.length === 0) return warnings
  const candidates = findCandidates(ask.candidates, pins)
  for (const { productId, rank } of pins) {
    if (draft.taken.length >= places) break
    // A rank beyond this list is in a longer one.
    if (draft.chosen.has(productId) || (rank !== undefined && rank > asked)) continue
    const product = ask.products.get(productId)
    const obstacle = product ? (draft.obstacleOf(product) ?? draft.caps.blockedBy(product)) : 'unknown'
    if (product && obstacle === undefined) {
      const { score = 0, because = BECAUSE } = candidates.get(productId) ?? {}
      draft.take(product, { productId, score, because, kind: 'pinned' }, rank)
    } else if (obstacle !== undefined && !OF_CLIENT.includes(obstacle))
      warnings.push(`pinned product ${productId} is left out: ${describeObstacle(obstacle)}`)
  }
  return warnings
}

/** Of pinned products those that are candidates, with a score that is a number. */
function findCandidates(candidates: readonly Candidate[], pins: readonly Pin[]): Map<string, Candidate> {
  const wanted = new Set(pins.map(pin => pin.productId))
  const found = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const { productId, score } = candidate
    if (wanted.has(productId) && Number.isFinite(score) && !found.has(productId))
      found.set(productId, candidate)
  }
  return found
}
