import type { Product } from './products.ts'
import { applyRules, type Propositions } from './rules/apply-rules.ts'
import type { Candidate, ClientFacts } from './rules/facts.ts'
import { groupOf } from './rules/group-of.ts'
import type { Rules } from './rules/schema.ts'
import type { Served, ServingModel } from './scorers.ts'
import { type History, lastDay, toDate } from './scoring/history.ts'
import { isNew, type Scored, type Scorer, scoreByTrend, scoreClient } from './scoring/scorer.ts'
import { inWords } from './words.ts'

/** A list without a model. */
export const TREND = 'trend'

/** Who serves a client: by the group of the experiment that runs, else the champion. `model` is undefined for the trend alone. */
export type Serving = { group: string | undefined; model: ServingModel | undefined }

/** Groups named challenger and trend are served by those, all others by the champion. */
export function chooseModel(served: Served, { experiment }: Rules, clientId: string | undefined): Serving {
  const group = experiment && clientId !== undefined ? groupOf(clientId, experiment) : undefined
  if (group === TREND) return { group, model: undefined }
  return { group, model: (group === 'challenger' ? served.challenger : undefined) ?? served.champion }
}

/** By whose numbers of products candidates are. */
export const scorerOf = ({ champion }: Served, { model }: Serving): Scorer => (model ?? champion).scorer

/** The best candidates for a client, by the model that serves it; the trend where nothing is known. */
export function findCandidates(served: Served, serving: Serving, history: History | undefined): Scored[] {
  const scorer = scorerOf(served, serving)
  return history && serving.model ? scoreClient(scorer, history) : scoreByTrend(scorer)
}

/** The day that a list is made for: the first that the build does not know, or the client's last one, which came since. */
export function todayOf(served: Served, history: History | undefined): string {
  const { origin } = served.champion.scorer.signals
  return toDate(Math.max(origin, (history && lastDay(history)) ?? origin))
}

/** A list by the rules of the shop, each product with why. */
export function makeList(
  served: Served,
  rules: Rules,
  ask: {
    serving: Serving
    scored: Scored[]
    /** Those that may be in it. */
    products: ReadonlyMap<string, Product>
    /** Those that its reasons name; the same by default. */
    names?: ReadonlyMap<string, Product>
    history: History | undefined
    clientId: string | undefined
    limit: number
  },
): Propositions {
  const { serving, scored, products, names = products, history, clientId, limit } = ask
  const scorer = scorerOf(served, serving)
  const today = todayOf(served, history)
  const reasons = new Map<string, Scored['reason']>()
  const candidates = scored.map(({ product, score, reason }): Candidate => {
    const productId = scorer.products[product] ?? ''
    reasons.set(productId, reason)
    return { productId, score, because: '', isNew: isNew(scorer, product) }
  })
  const made = applyRules(rules, {
    ...{ candidates, products, today, limit },
    client: history && toFacts(history),
    territory: history?.territoryId ?? undefined,
    seed: `${clientId ?? ''} ${today}`,
  })
  const list = made.list.map(proposition => ({
    ...proposition,
    because:
      proposition.because ||
      inWords(proposition, reasons.get(proposition.productId), { scorer, products: names, history, today }),
  }))
  return { ...made, list }
}

function toFacts({ bought, returned, dismissed }: History): ClientFacts {
  return {
    bought: new Map(Array.from(bought, ([id, days]) => [id, toDate(Math.max(...days))])),
    returned,
    dismissed: new Map(Array.from(dismissed, ([id, day]) => [id, toDate(day)])),
  }
}
