import type { Outcome } from './click-model.ts'

/** From -1 to 1: what clicks say for a product that a query found; without a query, for the product whatever was asked. */
export type Evidence = { queryKey: string; productId: string; evidence: number }

/** Looks that are added to those there were, without a click: one click does nothing much. */
const PRIOR_LOOKS = 5
/** Differences up to so many standard errors count nothing: of the many products of a query some differ as much by chance. */
const STANDARD_ERRORS = 2.5
/** Clicks a look beyond what is usual for its query that are all the evidence there can be. */
const FULL = 0.3
/** Queries that must have shown a product before it is said to attract whatever was asked. */
const QUERIES_OF_GENERAL = 3

function weigh({ examined, worth, expected }: Pick<Outcome, 'examined' | 'worth' | 'expected'>): number {
  const difference = worth - expected
  // Clicks are rare and independent, so that their number varies as its own mean does.
  const chance = STANDARD_ERRORS * Math.sqrt(Math.max(expected, 0) + 1)
  const sure = Math.sign(difference) * Math.max(0, Math.abs(difference) - chance)
  return Math.max(-1, Math.min(1, sure / (examined + PRIOR_LOOKS) / FULL))
}

/** What is left where chance and what was believed beforehand are taken off. */
export function weighOutcomes(outcomes: Outcome[]): Evidence[] {
  const ofQueries = outcomes.map(outcome => ({
    queryKey: outcome.queryKey,
    productId: outcome.productId,
    evidence: weigh(outcome),
  }))
  const general = [...Map.groupBy(outcomes, ({ productId }) => productId)]
    .filter(([, own]) => own.length >= QUERIES_OF_GENERAL)
    .map(([productId, own]) => {
      const sum = { examined: 0, worth: 0, expected: 0 }
      for (const { examined, worth, expected } of own) {
        sum.examined += examined
        sum.worth += worth
        sum.expected += expected
      }
      return { queryKey: '', productId, evidence: weigh(sum) }
    })
  return [...ofQueries, ...general].filter(({ evidence }) => evidence !== 0)
}
