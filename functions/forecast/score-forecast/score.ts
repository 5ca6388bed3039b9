import type { Parameters } from '../../../shared/forecasts/index.ts'
import type { Champion } from './champion.ts'
import {
  type Features,
  isKnown,
  isNewcomer,
  type NewcomerFeatures,
  type ProductFeatures,
} from './features.ts'
import { usual, weekdayOf, writeRows } from './rows.ts'
import { explain, type Reason } from './why.ts'

export type Scored = {
  productId: string
  /** The first day that is forecast. */
  origin: string
  /** Units of each coming day. */
  mean: Float64Array
  /** p10, p50 and p90 as multiples of the mean. */
  band: [number, number, number]
  model: string
  why: Reason[]
}

/** Before the total is raised. */
type Unfinished = Scored & { deviation: number; soldToday?: number | undefined }

/** What the trees say is named so; a mixture is named by both. */
const TREES = 'boosted'
/** What a product's mean may at most be raised and lowered by, where the total was too low or too high. */
const MOST_RAISED = 1
const MOST_LOWERED = -0.5
/** Products whose trees are asked at once: it takes no more memory with more products. */
const AT_ONCE = 100

/** @param features of all products, some at a time */
export async function scoreProducts(
  champion: Champion,
  features: AsyncIterable<Features[]>,
  horizon: number,
): Promise<Scored[]> {
  const { parameters, predict } = champion
  const scored: Unfinished[] = []
  for await (const page of features) {
    scored.push(...page.filter(isNewcomer).map(newcomer => begin(newcomer, horizon)))
    const known = page.filter(isKnown)
    for (let at = 0; at < known.length; at += AT_ONCE) {
      const some = known.slice(at, at + AT_ONCE)
      const trees = predict && (await predictTrees(predict, parameters, some, horizon))
      const reasons = predict && (await explain(predict, parameters, some))
      for (const [i, product] of some.entries())
        scored.push({
          productId: product.product_id,
          origin: product.origin,
          ...mix(trees?.[i], parameters, product, horizon),
          soldToday: product.values.sold_today,
          band: multiples(product, parameters),
          why: reasons?.[i] ?? [],
          deviation: product.values.deviation,
        })
    }
  }
  raise(parameters.volume, scored)
  return scored.map(({ deviation: _, soldToday, ...each }) => ({
    ...each,
    mean: soldToday === undefined ? each.mean : Float64Array.of(soldToday, ...each.mean.subarray(0, -1)),
  }))
}

/** By products: units of each coming day, nothing on closed ones. */
async function predictTrees(
  predict: NonNullable<Champion['predict']>,
  { features, horizonDays }: Parameters,
  products: ProductFeatures[],
  horizon: number,
): Promise<Float64Array[]> {
  const asked = products.map(product => daysToAsk(product, horizonDays, horizon))
  const total = asked.reduce((sum, { days }) => sum + days.length, 0)
  const rows = new Float32Array(total * features.length)
  let written = 0
  for (const [i, product] of products.entries()) {
    const days = asked[i]?.days ?? []
    const own = rows.subarray(written * features.length, (written + days.length) * features.length)
    writeRows(own, features, product, days)
    written += days.length
  }
  const factors = await predict(rows)
  let read = 0
  return products.map((product, i) => {
    const { days = [], place = [] } = asked[i] ?? {}
    const own = factors.subarray(read, read + days.length)
    read += days.length
    return Float64Array.from(place, (at, ahead) =>
      isClosed(product, ahead) ? 0 : (own[at] ?? 0) * usual(product, ahead),
    )
  })
}

/**
 * Trees cannot tell the days apart that are further ahead than those that they learnt from, but by their weekday and plans: of those
 * that are alike one is asked for.
 * @returns the days to ask for, and the place of each coming day among them
 */
function daysToAsk(
  product: ProductFeatures,
  learnt: number,
  horizon: number,
): { days: number[]; place: number[] } {
  const days: number[] = []
  const seen = new Map<string, number>()
  const { closed, plans } = product.values
  const place = Array.from({ length: horizon }, (_, ahead) => {
    if (ahead < learnt) return days.push(ahead) - 1
    const planned = Object.values(plans).map(plan => plan[Math.min(ahead, plan.length - 1)])
    const alike = [weekdayOf(product, ahead), closed[ahead], closed[ahead + 2], ...planned].join()
    const found = seen.get(alike) ?? days.push(ahead) - 1
    seen.set(alike, found)
    return found
  })
  return { days, place }
}

/** What serves a product: the trees, another forecast, or a mixture of both. */
function mix(
  trees: Float64Array | undefined,
  { choice }: Parameters,
  product: ProductFeatures,
  horizon: number,
): { mean: Float64Array; model: string } {
  const [name, share] = choice[product.product_id] ?? (trees ? ['naive_7', 0] : ['mean_28_weekday', 1])
  if (!trees) return { mean: baseline(name, product, horizon), model: name }
  if (share === 0) return { mean: trees, model: TREES }
  const other = baseline(name, product, horizon)
  return {
    mean: trees.map((value, ahead) => (1 - share) * value + share * (other[ahead] ?? 0)),
    model: share === 1 ? name : `${TREES}+${name}`,
  }
}

/** As products of its kind and price began. */
function begin(newcomer: NewcomerFeatures, horizon: number): Unfinished {
  const { like, profile } = newcomer.values
  const mean = Float64Array.from({ length: horizon }, (_, ahead) =>
    isClosed(newcomer, ahead) ? 0 : like.mean * (profile[weekdayOf(newcomer, ahead)] ?? 1),
  )
  const multiple = (units: number) => (like.mean > 0 ? units / like.mean : 0)
  return {
    productId: newcomer.product_id,
    origin: newcomer.origin,
    mean,
    band: [multiple(like.p10), multiple(like.p50), multiple(like.p90)],
    model: 'analogy',
    why: [{ feature: 'analogy', effect: 0 }],
    deviation: 0,
  }
}

const isClosed = ({ values }: Features, ahead: number): boolean => values.closed[ahead + 1] ?? false

/** What a shop would use without a model (shared/python/forecasting/baselines.py). */
function baseline(name: string, product: ProductFeatures, horizon: number): Float64Array {
  const { values } = product
  const say: Record<string, (ahead: number, weekday: number) => number> = {
    naive_7: ahead => values.last_week[ahead % 7] ?? 0,
    mean_28_weekday: (_, weekday) => values.mean_28 * (values.factors[weekday] ?? 1),
    intermittent: (ahead, weekday) =>
      isClosed(product, ahead) ? 0 : values.intermittent * (values.profile[weekday] ?? 1),
  }
  const own = say[name]
  if (!own) throw new Error(`the model names ${name}, which is no forecast`)
  return Float64Array.from({ length: horizon }, (_, ahead) => own(ahead, weekdayOf(product, ahead)))
}

/** Raises the total by a share: each product bears it in proportion to how far its sales vary. */
function raise(volume: number, scored: Unfinished[]): void {
  const own = scored.map(({ mean }) => sum(mean))
  const total = sum(own)
  const deviation = sum(scored.map(each => each.deviation))
  if (volume === 0 || !scored.some((each, at) => each.deviation * (own[at] ?? 0) > 0)) return
  for (const [at, each] of scored.entries()) {
    const share = (volume * total * (each.deviation / deviation)) / Math.max(own[at] ?? 0, 1e-9)
    const factor = 1 + Math.min(Math.max(share, MOST_LOWERED), MOST_RAISED)
    each.mean = each.mean.map(value => value * factor)
  }
}

const sum = (values: Iterable<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** p10, p50 and p90 as multiples of the mean, never in another order. */
function multiples(
  { values: { shape, kind } }: ProductFeatures,
  { levels }: Parameters,
): [number, number, number] {
  const [low, middle, high] = levels[kind] ?? [0.1, 0.5, 0.9]
  const at = (level: number) => {
    const place = Math.min(Math.max(level, 0), 1) * (shape.length - 1)
    const below = shape[Math.floor(place)] ?? 1
    const above = shape[Math.ceil(place)] ?? 1
    return Math.max(0, below + (above - below) * (place - Math.floor(place)))
  }
  const p10 = at(low)
  const p50 = Math.max(p10, at(middle))
  return [p10, p50, Math.max(p50, at(high))]
}
