import { createHash } from 'node:crypto'

/** Whose result it is: of the plain ranking, of the learnt one, or of both, which would have shown it there alike. */
export type Team = 'p' | 'l' | '-'
export type Interleaved<T> = { result: T; team: Team }

/** Bits that are the same for the same text each time. */
function makeCoin(seed: string): () => boolean {
  let bytes = createHash('sha256').update(seed).digest()
  let at = 0
  return () => {
    if (at === bytes.length * 8) {
      bytes = createHash('sha256').update(bytes).digest()
      at = 0
    }
    const bit = ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1
    at += 1
    return bit === 1
  }
}

/**
 * Two orders of the same results as one (team draft: Radlinski, Kurup and Joachims, CIKM 2008). In each round a coin says
 * which ranking picks first its best result that is not there yet, then the other one picks. Where both would pick the same,
 * a click on it prefers neither. The same seed gives the same order, so that pages of one search fit together.
 */
export function interleave<T>(plain: T[], learned: T[], seed: string): Interleaved<T>[] {
  const coin = makeCoin(seed)
  const merged: Interleaved<T>[] = []
  const taken = new Set<T>()
  const places = { p: 0, l: 0 }
  const next = (team: 'p' | 'l'): T | undefined => {
    const list = team === 'p' ? plain : learned
    while (places[team] < list.length && taken.has(list[places[team]] as T)) places[team] += 1
    return list[places[team]]
  }
  const take = (result: T, team: Team) => {
    taken.add(result)
    merged.push({ result, team })
  }
  for (;;) {
    const [ofPlain, ofLearned] = [next('p'), next('l')]
    if (ofPlain === undefined || ofLearned === undefined) return merged
    if (ofPlain === ofLearned) {
      take(ofPlain, '-')
      continue
    }
    const [first, second] = coin() ? (['p', 'l'] as const) : (['l', 'p'] as const)
    for (const team of [first, second]) {
      const result = next(team)
      if (result !== undefined) take(result, team)
    }
  }
}
