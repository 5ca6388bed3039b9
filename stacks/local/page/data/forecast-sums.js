/** What is forecast of several days together. */

/** @import { ComingDay } from './answers.ts' */
/** @typedef {{ mean: number, low: number, high: number }} Sum in eight of ten cases what is sold is from low to high */

/** Standard deviations of a normal distribution: between its p10 and p90, and from its mean to its p90. */
const BAND = 2.563
const UPPER_HALF = 1.2816
/** As plan-orders has it: sales come in clusters, and the level of all days may be wrong, the more the further they go. */
const CLUSTERING = 2
const LEVEL = { share: 0.8, most: 1, days: 28 }

/**
 * The sum of days, with a band of its own: those of its days do not add up, for good days and bad days cancel out.
 *
 * @param {ComingDay[]} days
 * @returns {Sum}
 */
export function sumOf(days) {
  const mean = days.reduce((sum, { quantity }) => sum + quantity, 0)
  if (mean <= 0) return { mean: 0, low: 0, high: 0 }
  const widths = days.map(({ p10, p90 }) => Math.max(0, p90 - p10) / BAND)
  const width = widths.reduce((sum, own) => sum + own, 0)
  // At least that of single pieces: what is rarely sold has an empty band on most days.
  const ofDays = widths.reduce((sum, own, day) => sum + Math.max(own ** 2, days[day]?.quantity ?? 0), 0)
  const ofFourWeeks = width > 0 ? Math.min(LEVEL.most, (LEVEL.share * width) / mean) : LEVEL.most
  const level = ofFourWeeks * Math.sqrt(Math.min(1, days.length / LEVEL.days))
  const variance = CLUSTERING * ofDays + (level * mean) ** 2
  return { mean, low: quantileOf(mean, variance, -UPPER_HALF), high: quantileOf(mean, variance, UPPER_HALF) }
}

/** Of a gamma distribution, by Wilson and Hilferty. @param {number} mean @param {number} variance @param {number} deviations */
function quantileOf(mean, variance, deviations) {
  const spread = variance / (9 * mean * mean)
  return mean * Math.max(0, 1 - spread + deviations * Math.sqrt(spread)) ** 3
}
