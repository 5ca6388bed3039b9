import type { Draft, Proposition } from './draft.ts'

type Taken = Draft['taken']

/**
 * What was taken in its order: pins with a rank at it, the others before everything else, what is explored spread evenly, and
 * the rest in between as it was taken. In a short list all move up.
 */
export function arrange(taken: Taken, places: number): Proposition[] {
  const slots = new Array<Proposition | undefined>(places).fill(undefined)
  const of = (kind: Proposition['kind']) => taken.filter(({ proposition }) => proposition.kind === kind)
  // Those with a rank come before the others: they were taken in that order.
  for (const { proposition, rank } of of('pinned')) putAt(slots, proposition, (rank ?? 1) - 1)
  const explored = of('explored').toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
  explored.forEach(({ proposition }, i) => {
    putAt(slots, proposition, Math.floor(((i + 1) * places) / explored.length) - 1)
  })
  let next = 0
  for (const { proposition } of of('ranked')) {
    while (slots[next]) next++
    slots[next] = proposition
  }
  return slots.filter(slot => slot !== undefined)
}

/** In the place, or else in the next that is free, or else in the last that is free before it. */
function putAt(slots: (Proposition | undefined)[], proposition: Proposition, wanted: number): void {
  const place = Math.min(wanted, slots.length - 1)
  const after = slots.findIndex((slot, i) => i >= place && slot === undefined)
  slots[after >= 0 ? after : slots.lastIndexOf(undefined)] = proposition
}
