import { FailedError } from '../../../shared/errors/index.ts'
import type { Features, ProductFeatures } from './features.ts'

/** As training has it (shared/python/forecasting/features.py): no weekday counts less. */
const LEAST_LEVEL = 0.05

/** The weekday of a coming day; Monday is 0. */
export const weekdayOf = ({ weekday }: Pick<Features, 'weekday'>, ahead: number): number =>
  (weekday + ahead) % 7

/** The plan of a coming day; the last one goes on. */
const planned = (plan: (number | null)[], ahead: number): number =>
  plan[Math.min(ahead, plan.length - 1)] ?? Number.NaN

/** What trees are told of a coming day of a product, besides the product's own features: NaN where nothing is known. */
const OF_DAY: Record<string, (values: ProductFeatures['values'], ahead: number, weekday: number) => number> =
  {
    weekday: (_, __, weekday) => weekday,
    ahead: (_, ahead) => ahead,
    profile: ({ profile }, _, weekday) => profile[weekday] ?? 0,
    closed_before: ({ closed }, ahead) => Number(closed[ahead] ?? false),
    closed_after: ({ closed }, ahead) => Number(closed[ahead + 2] ?? false),
    weekday_4: ({ weekdays_4, profile }, _, weekday) => relative(weekdays_4, profile, weekday),
    weekday_8: ({ weekdays_8, profile }, _, weekday) => relative(weekdays_8, profile, weekday),
  }

function relative(weekdays: (number | null)[], profile: number[], weekday: number): number {
  return (weekdays[weekday] ?? Number.NaN) / Math.max(profile[weekday] ?? 0, LEAST_LEVEL)
}

/** Units that the level and the weekday alone say. */
export function usual(product: ProductFeatures, ahead: number): number {
  const { level, profile } = product.values
  return level * Math.max(profile[weekdayOf(product, ahead)] ?? 0, LEAST_LEVEL)
}

/**
 * Writes the rows of features that trees read, [days, features], for a product's coming days.
 * @param days each counted from the origin, from 0
 * @throws FailedError where the model asks for a feature that there is not
 */
export function writeRows(
  into: Float32Array,
  names: string[],
  product: ProductFeatures,
  days: readonly number[],
): void {
  const { values } = product
  for (const [column, name] of names.entries()) {
    const own = values.own[name]
    const ofDay = OF_DAY[name]
    const plan = values.plans[name]
    if (own === undefined && !ofDay && !plan)
      throw new FailedError(
        `the model asks for the feature ${name}, which ${product.product_id} does not have: train again (train-forecast)`,
        { reason: 'feature_missing' },
      )
    for (const [row, ahead] of days.entries()) {
      const at = row * names.length + column
      if (own !== undefined) into[at] = own ?? Number.NaN
      else if (ofDay) into[at] = ofDay(values, ahead, weekdayOf(product, ahead))
      else if (plan) into[at] = planned(plan, ahead)
    }
  }
}
