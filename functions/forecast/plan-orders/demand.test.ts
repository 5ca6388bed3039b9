import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundOf, quantileOf, spreadOf, sumOfDays } from './demand.ts'
import { gammaQuantile } from './gamma.ts'

const near = (found: number, wanted: number, tolerance = 1e-6) =>
  assert.ok(
    Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
    `${found} is not ${wanted}`,
  )
const forecast = (days: number, mean: number, p10: number, p90: number) => ({
  mean: new Array<number>(days).fill(mean),
  p10: new Array<number>(days).fill(p10),
  p90: new Array<number>(days).fill(p90),
})
const steady = { dispersion: 0, sellingDays: Number.POSITIVE_INFINITY }

/** As scipy.stats.gamma.ppf has them. */
test('quantiles of gamma distributions are right from the rarest to the most usual demand', () => {
  const table: [shape: number, quantiles: number[]][] = [
    [0.01, [4.465535018910562e-31, 1.1531127259490483e-10, 0.003362623998074687, 1.509084147694745]],
    [0.05, [5.573878440746256e-7, 0.006781997575174137, 0.2659323024258409, 2.7364585987286745]],
    [0.3, [0.07313113586695198, 0.4600738869878518, 1.372349944100886, 4.618936042791333]],
    [1, [Math.LN2, 1.6094379124341005, 2.9957322735539895, 6.907755278982137]],
    [2.5, [2.175730095547763, 3.6446380633244804, 5.535248846758176, 10.257502826216436]],
    [40, [39.6671650106891, 45.202674266114975, 50.93973698271794, 62.41961200788239]],
    [1000, [999.6666864269652, 1026.5125359294482, 1052.5771180823206, 1100.5780982933145]],
    [100000, [99999.6666668642, 100266.04631293981, 100520.7162815659, 100980.06779195923]],
  ]
  for (const [shape, quantiles] of table)
    for (const [i, level] of [0.5, 0.8, 0.95, 0.999].entries())
      near(gammaQuantile(level, shape), quantiles[i] ?? Number.NaN)
})

test('demand of several days is their sum, and stays within its bound', () => {
  const demand = sumOfDays(forecast(8, 5, 2, 9), steady)
  assert.equal(demand.mean, 40)
  for (const level of [0.5, 0.8, 0.95, 0.999]) {
    const units = quantileOf(demand, level)
    assert.ok(units >= 40 && units <= boundOf(demand, level), `${level}: ${units}`)
  }
})

test('a wider band, lumpier sales, a higher level and fewer known sales all ask for more', () => {
  const reorder = (
    days: ReturnType<typeof forecast>,
    spread = { dispersion: 2, sellingDays: 50 },
    level = 0.95,
  ) => quantileOf(sumOfDays(days, spread), level)
  const usual = reorder(forecast(8, 5, 2, 9))
  assert.ok(reorder(forecast(8, 5, 1, 11)) > usual)
  assert.ok(reorder(forecast(8, 5, 2, 9), { dispersion: 8, sellingDays: 50 }) > usual)
  assert.ok(reorder(forecast(8, 5, 2, 9), { dispersion: 2, sellingDays: 3 }) > usual)
  assert.ok(reorder(forecast(8, 5, 2, 9), { dispersion: 2, sellingDays: 50 }, 0.98) > usual)
})

test('what is sold alike each day needs hardly more than its mean', () => {
  const spread = spreadOf(new Array<number>(60).fill(20))
  assert.deepEqual(spread, { dispersion: 0, sellingDays: 60 })
  const units = quantileOf(sumOfDays(forecast(8, 20, 19, 21), spread), 0.95)
  assert.ok(units > 160 && units < 220, String(units))
})

test('a spread is of known days, and a single huge sale does not make it', () => {
  const usual = Array.from({ length: 60 }, (_, day) => (day % 3 === 0 ? 4 : 0))
  const dispersion = spreadOf(usual)?.dispersion ?? 0
  near(dispersion, 4 - 4 / 3)
  near(spreadOf([...usual, ...new Array<null>(40).fill(null)])?.dispersion ?? 0, dispersion)
  const huge = spreadOf([...usual, 4000])?.dispersion ?? 0
  assert.ok(huge < 25, `${huge}`)
  assert.equal(spreadOf(usual.slice(0, 27)), undefined)
  assert.equal(spreadOf(new Array<number>(60).fill(0)), undefined)
  assert.equal(spreadOf([]), undefined)
  assert.equal(spreadOf([...new Array<number>(59).fill(0), 1])?.sellingDays, 1)
})

test('without known sales the band says how lumpy demand is, and nothing expected is nothing wanted', () => {
  const demand = sumOfDays(forecast(8, 0.2, 0, 1), undefined)
  assert.ok(demand.variance > demand.mean && Number.isFinite(demand.variance))
  assert.deepEqual(sumOfDays(forecast(8, 0, 0, 0), undefined), { mean: 0, variance: 0 })
  assert.deepEqual(sumOfDays(forecast(0, 1, 1, 1), undefined), { mean: 0, variance: 0 })
  assert.equal(quantileOf({ mean: 0, variance: 0 }, 0.95), 0)
  assert.equal(quantileOf({ mean: 3, variance: 0 }, 0.95), 3)
})
