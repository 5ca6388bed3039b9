/** Lanczos' approximation with g = 7 (Godfrey, 2001): 15 digits. */
const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
]

/** The logarithm of the gamma function, for x > 0. */
function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const [first = 1, ...others] = LANCZOS
  const series = others.reduce((sum, coefficient, i) => sum + coefficient / (x + i), first)
  const t = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series)
}

const PRECISION = 1e-12
const MOST_TERMS = 10_000

/** The regularised lower incomplete gamma function: a series below its mean, a continued fraction (Lentz) above it. */
function gammaShare(shape: number, x: number, lnGammaOfShape: number): number {
  if (x <= 0) return 0
  const scale = Math.exp(shape * Math.log(x) - x - lnGammaOfShape)
  if (x < shape + 1) {
    let [term, sum] = [1 / shape, 1 / shape]
    for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
      term *= x / (shape + n)
      sum += term
    }
    return Math.min(1, scale * sum)
  }
  let b = x + 1 - shape
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < MOST_TERMS; n++) {
    const a = -n * (n - shape)
    b += 2
    d = 1 / (a * d + b)
    c = b + a / c
    fraction *= d * c
    if (Math.abs(d * c - 1) < PRECISION) break
  }
  return Math.max(0, 1 - scale * fraction)
}

/**
 * The value that a gamma distribution stays at or below with this probability.
 * @param probability between 0 and 1, both excluded
 * @param shape above 0; the scale is 1
 */
export function gammaQuantile(probability: number, shape: number): number {
  const lnGammaOfShape = lnGamma(shape)
  // Exact for small values: there the share is x^shape / gamma(shape + 1).
  const small = Math.exp((Math.log(probability) + lnGammaOfShape + Math.log(shape)) / shape)
  if (small < 1e-9) return small
  let [low, high] = [0, Number.POSITIVE_INFINITY]
  let x = Math.max(small, Math.min(shape, 1))
  for (let tries = 0; tries < 200; tries++) {
    const error = gammaShare(shape, x, lnGammaOfShape) - probability
    if (error > 0) high = x
    else low = x
    const density = Math.exp((shape - 1) * Math.log(x) - x - lnGammaOfShape)
    // Newton's step, as far as it stays between what is known to be too little and too much.
    const next = x - error / density
    const most = Math.min(high, 2 * x)
    const best = next > low && next < most ? next : high === most ? (low + high) / 2 : most
    if (Math.abs(best - x) <= 1e-9 * x) return best
    x = best
  }
  return x
}
