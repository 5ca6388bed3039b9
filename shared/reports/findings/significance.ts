/** How likely a change is by chance alone. */

/** Sums of weeks, one after the other, the last one last. */
export type Weeks = readonly number[]

/** Below so many weeks nothing is known of what is usual. */
export const LEAST_WEEKS = 8

/**
 * Of sums of weeks: half the mean square of the steps from each to the next, which a trend hardly changes.
 * @returns undefined where too few are known
 */
export function varianceOfWeeks(weeks: Weeks): number | undefined {
  if (weeks.length < LEAST_WEEKS) return undefined
  let sum = 0
  for (let i = 1; i < weeks.length; i++) sum += ((weeks[i] ?? 0) - (weeks[i - 1] ?? 0)) ** 2
  return sum / (2 * (weeks.length - 1))
}

/**
 * Two-sided p-value of the difference between two means per day.
 * @param perWeek the variance of a week's sum, from so many weeks
 */
export function pOfDifference(
  now: { sum: number; days: number },
  base: { sum: number; days: number },
  { perWeek, weeks }: { perWeek: number; weeks: number },
): number {
  const difference = now.sum / now.days - base.sum / base.days
  const variance = (perWeek / 7) * (1 / now.days + 1 / base.days)
  if (variance <= 0) return difference === 0 ? 1 : 0
  return pOfT(difference / Math.sqrt(variance), Math.max(weeks - 1, 1))
}

/** Two-sided p-value of Student's t. */
export function pOfT(t: number, degrees: number): number {
  return regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/**
 * Two-sided p-value of so many events where a mean of others is usual: Poisson's, of events that come in bursts.
 * @param burst variance by mean of how many there usually are, at least 1: so many of them count as one event
 */
export function pOfCount(count: number, mean: number, burst = 1): number {
  const expected = mean / burst
  const fewer = poissonUpTo(Math.floor(count / burst), expected)
  const more = 1 - poissonUpTo(Math.ceil(count / burst) - 1, expected)
  return Math.min(2 * Math.min(fewer, more), 1)
}

function poissonUpTo(count: number, mean: number): number {
  let sum = 0
  // By logarithms: a mean of thousands leaves nothing of exp(-mean).
  for (let i = 0; i <= count; i++) sum += Math.exp(i * Math.log(mean) - mean - logGamma(i + 1))
  return Math.min(sum, 1)
}

/** Variance by mean of sums of weeks; 1 where they are as even as independent events are. */
export function burstOf(weeks: Weeks): number {
  const mean = weeks.reduce((sum, count) => sum + count, 0) / weeks.length
  return mean > 0 ? Math.max((varianceOfWeeks(weeks) ?? 0) / mean, 1) : 1
}

/**
 * Those that are significant together (Holm): the chance that any of them is none is at most `alpha`.
 * @param looked how many were looked at, of which those that are not among `tested` are less significant
 */
export function significant<Tested extends { p: number }>(
  tested: Tested[],
  { looked = tested.length, alpha = 0.05 } = {},
): Tested[] {
  const sorted = tested.toSorted((a, b) => a.p - b.p)
  const end = sorted.findIndex(({ p }, i) => p > alpha / (Math.max(looked, sorted.length) - i))
  return end < 0 ? sorted : sorted.slice(0, end)
}

/** By its continued fraction (Numerical Recipes, 6.4). */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

const TINY = 1e-300

function fraction(x: number, a: number, b: number): number {
  const notZero = (value: number) => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= 200; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / notZero(1 + even * d)
    c = notZero(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / notZero(1 + odd * d)
    c = notZero(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return result
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * z))) - logGamma(1 - z)
  const [first = 0, ...rest] = LANCZOS
  const sum = rest.reduce((total, c, i) => total + c / (z + i), first)
  const t = z + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(t) - t + Math.log(sum)
}
