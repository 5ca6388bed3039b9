import type { Found, Said } from './query.ts'

/** With fewer past days a total's band is that of independent products. */
const LEAST_DAYS = 28
/** Of a normal distribution, from its p10 to its p90. */
const WIDTH = 2.563

type Banded = { date: string; quantity: number; p10: number; p50: number; p90: number }

/** A product has a band of its own. */
export const ownBand = (forecast: Found['forecast']): Banded[] =>
  forecast.map(({ date, mean, p10, p50, p90 }) => ({ date, quantity: mean, p10, p50, p90 }))

/**
 * Of a total. Quantiles of its products do not add up: on most days one sells more than expected while another sells less. So the
 * band is how far the same total has strayed from its own forecasts.
 */
export function totalBand(forecast: Found['forecast'], past: Said[]): Banded[] {
  const ratios = past.filter(({ mean }) => mean > 0).map(({ mean, quantity }) => Math.max(quantity, 0) / mean)
  if (ratios.length < LEAST_DAYS)
    return forecast.map(({ date, mean, p10, p90 }) => {
      const half = (p90 - p10) / WIDTH
      return { date, quantity: mean, p10: Math.max(0, mean - half), p50: mean, p90: mean + half }
    })
  ratios.sort((a, b) => a - b)
  const at = (level: number) =>
    ratios[Math.min(Math.floor(level * (ratios.length + 1)), ratios.length - 1)] ?? 1
  const [low, middle, high] = [at(0.09), at(0.5), at(0.91)]
  return forecast.map(({ date, mean }) => ({
    date,
    quantity: mean,
    p10: mean * low,
    p50: mean * middle,
    p90: mean * high,
  }))
}

/** How good the earlier forecasts were. */
export function measure(past: Said[], hasBand: boolean) {
  const sold = past.reduce((sum, { quantity }) => sum + quantity, 0)
  const share = (of: (said: Said) => number) =>
    sold > 0 ? round(past.reduce((sum, said) => sum + of(said), 0) / sold) : null
  const inBand = past.filter(
    ({ quantity, p10, p90 }) => quantity >= p10 - 1e-6 && quantity <= p90 + 1e-6,
  ).length
  return {
    days: past.length,
    served: past.filter(({ isServed }) => isServed).length,
    error: share(({ mean, quantity }) => Math.abs(mean - quantity)),
    bias: share(({ mean, quantity }) => mean - quantity),
    inBand: hasBand && past.length > 0 ? round(inBand / past.length) : null,
  }
}

export const round = (value: number): number => Math.round(value * 1000) / 1000
