import { arrange } from './arrange.ts'
import { type Ask, type Draft, makeDraft, type Proposition } from './draft.ts'
import { explore } from './explore.ts'
import { describeObstacle, OBSTACLES } from './obstacles.ts'
import { takePins } from './pins.ts'
import { rulesOfDay } from './rules-of-day.ts'
import type { Rules } from './schema.ts'

export type Propositions = {
  list: Proposition[]
  warnings: string[]
  /** How many of the best candidates were looked at: any others below them give the same list, pinned ones aside. */
  looked: number
}

/**
 * A client's list under a shop's rules (docs/propositions.md): pins in their places, candidates in the rest, no rule broken.
 * What cannot be filled stays empty, and a warning says which rule left out how many. It never throws.
 */
export function applyRules(rules: Rules, ask: Ask): Propositions {
  const asked = Math.max(0, Math.floor(ask.limit)) || 0
  // The product of a share and a count may be just less than a whole number.
  const toExplore = Math.floor(rules.exploration * asked + 1e-9)
  const made = fill(rules, ask, { asked, toExplore })
  // A short list holds all that may be in it: nothing of it is drawn.
  return toExplore > 0 && made.list.length < asked ? fill(rules, ask, { asked, toExplore: 0 }) : made
}

function fill(
  rules: Rules,
  ask: Ask,
  { asked, toExplore }: { asked: number; toExplore: number },
): Propositions {
  const day = rulesOfDay(rules, ask.today)
  const pins = day.pinsFor(ask.territory)
  const places = Math.min(asked, ask.candidates.length + pins.length)
  const draft = makeDraft(rules, ask, day)
  const warnings = takePins(draft, { pins, ask, places, asked })
  const count = Math.min(toExplore, places - draft.taken.length)
  fillTo(draft, places - count)
  if (count > 0) explore(draft, { candidates: ask.candidates, count, seed: ask.seed })
  fillTo(draft, places)
  if (draft.taken.length < asked) warnings.push(describeShort(draft, asked))
  const looked = count > 0 ? ask.candidates.length : draft.ranking.looked()
  return { list: arrange(draft.taken, places), warnings, looked }
}

/** Takes candidates by their rank until the list has so many. */
function fillTo(draft: Draft, length: number): void {
  while (draft.taken.length < length) {
    const fit = draft.ranking.next()
    if (!fit) return
    const { productId, score, because } = fit.candidate
    draft.take(fit.product, { productId, score, because, kind: 'ranked' }, fit.rank)
  }
}

function describeShort({ taken, leftOut }: Draft, asked: number): string {
  const parts = OBSTACLES.filter(obstacle => leftOut.has(obstacle)).map(
    obstacle => `${describeObstacle(obstacle)} ${leftOut.get(obstacle)}`,
  )
  const why = parts.length > 0 ? `left out: ${parts.join(', ')}` : 'there are no more candidates'
  return `only ${taken.length} of ${asked} places are filled; ${why}`
}
