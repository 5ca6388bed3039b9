import { gammaQuantile } from './gamma.ts'

/** What is forecast of a product, a day an element, from the first day on; units of a day. */
export type DailyForecast = { mean: number[]; p10: number[]; p90: number[] }

/** How a product's sales came so far. */
export type Spread = {
  /** Variance of a day's sales over their mean: the size of a typical sale where they are few. Units. */
  dispersion: number
  /** Days with a sale. */
  sellingDays: number
}

/** Demand of several days together; units, and units squared. */
export type Demand = { mean: number; variance: number }

/** Days that the spread is taken of, and with fewer there is none. */
export const SPREAD_DAYS = 112
const LEAST_DAYS = 28
/** A single sale of more than so many usual ones counts as so many: it says little of the next one. */
const MOST_SIZE = 10

/**
 * How far the last days' sales varied; undefined where too few are known.
 * @param sales of a day each, the latest last; null is not known: the product was not there, or out of stock
 */
export function spreadOf(sales: (number | null)[]): Spread | undefined {
  const known = sales.slice(-SPREAD_DAYS).filter(units => units !== null)
  if (known.length < LEAST_DAYS) return undefined
  const sizes = known.filter(units => units > 0).sort((a, b) => a - b)
  const usual = sizes[Math.floor(sizes.length / 2)]
  if (usual === undefined) return undefined
  const cut = sizes.map(units => Math.min(units, MOST_SIZE * usual))
  const mean = cut.reduce((sum, units) => sum + units, 0) / known.length
  const square = cut.reduce((sum, units) => sum + units * units, 0) / known.length
  return { dispersion: Math.max(0, square - mean * mean) / mean, sellingDays: sizes.length }
}

/** Standard deviations between p10 and p90, and between the mean and p90, of a normal distribution. */
const BAND = 2.563
const UPPER_HALF = 1.2816
/**
 * Measured on the products 501 to 1,000 of UCI Online Retail, which no figure of docs/benchmarks.md is measured on. Sales come in
 * clusters: the variance of a sum is twice that of days that know nothing of each other.
 */
const CLUSTERING = 2
/**
 * A forecast's level is wrong for all days alike, and more so the further it goes: over four weeks by so much of the band's width,
 * as a share of the mean, and at most by all of it; over fewer days by the root of their share.
 */
const LEVEL = { share: 0.8, most: 1, days: 28 }

/** Mean and variance of what is sold in all of these days. */
export function sumOfDays(forecast: DailyForecast, spread: Spread | undefined): Demand {
  const mean = total(forecast.mean)
  if (mean <= 0) return { mean: 0, variance: 0 }
  const width = Math.max(0, total(forecast.p90) - total(forecast.p10)) / BAND
  // What is sold on fewer than one day in ten has an empty band, which says nothing of the level.
  const ofFourWeeks = width > 0 ? Math.min(LEVEL.most, (LEVEL.share * width) / mean) : LEVEL.most
  const level = ofFourWeeks * Math.sqrt(Math.min(1, forecast.mean.length / LEVEL.days))
  const { dispersion, sellingDays } = spread ?? spreadOfBand(forecast, mean)
  // A rate that was seen in few sales is known badly.
  const unknown = 2 / (sellingDays + 1)
  return { mean, variance: CLUSTERING * dispersion * mean + (level ** 2 + unknown) * mean ** 2 }
}

/** Without known sales: as far as the band says it, and at least that of single pieces. */
function spreadOfBand({ mean, p90 }: DailyForecast, sum: number): Spread {
  const variance = mean.reduce(
    (all, units, day) => all + (Math.max(0, (p90[day] ?? 0) - units) / UPPER_HALF) ** 2,
    0,
  )
  return { dispersion: Math.max(1, variance / sum), sellingDays: Number.POSITIVE_INFINITY }
}

/** What demand stays at or below with this probability, by a gamma distribution; at least its mean. */
export function quantileOf({ mean, variance }: Demand, probability: number): number {
  if (mean <= 0 || variance <= 0) return mean
  const shape = (mean * mean) / variance
  return Math.max(mean, (variance / mean) * gammaQuantile(probability, shape))
}

/** At least the quantile, without finding it (Cantelli's inequality). */
export function boundOf({ mean, variance }: Demand, probability: number): number {
  return mean + Math.sqrt((variance * probability) / (1 - probability))
}

export const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)
