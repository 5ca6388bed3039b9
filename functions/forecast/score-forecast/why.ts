import type { Parameters } from '../../../shared/forecasts/index.ts'
import type { Champion } from './champion.ts'
import type { ProductFeatures } from './features.ts'
import { usual, writeRows } from './rows.ts'

/** What a buyer would call the features that belong together. */
const GROUPS: Record<string, RegExp> = {
  recent_sales: /^(mean_(7|14)|smooth_0\.[12]|sells_(6|12)|capped_28|median_28|mean_28|smooth_0\.05)$/,
  long_run_sales: /^(mean_(56|112|all)|smooth_0\.02|sells_(24|48|144)|trend_28|log_level)$/,
  large_orders: /^(largest_(28|84)|p90_56|deviation_28|large_share|order_(24|72|all))$/,
  pauses: /^(since_sale|pause|since_pause|age)$/,
  shop_trend: /^shop_/,
  season: /^season/,
  price: /^price/,
  promotion: /^promo/,
  closed_days: /^closed_/,
}
export type Reason = {
  /** A group of features. */
  feature: string
  /** By how much the forecast is higher than if the product were as others are there: 0.12 for 12 %. */
  effect: number
}

/** Days ahead that are looked at: other weekdays, over four weeks. */
const DAYS = [1, 9, 17, 25]
const MOST_REASONS = 3
/** What moves the forecast by less is not told. */
const LEAST_EFFECT = 0.02

/**
 * Which groups of features moved each product's forecast most: what the trees would say if they were as they are at most for the
 * products that they learnt from (ablation to the median).
 */
export async function explain(
  predict: NonNullable<Champion['predict']>,
  { features, typical }: Parameters,
  products: ProductFeatures[],
): Promise<Reason[][]> {
  const groups = groupsOf(features)
  const size = DAYS.length * features.length
  const variants = groups.length + 1
  const rows = new Float32Array(products.length * variants * size)
  const partOf = (product: number, variant: number) =>
    rows.subarray((product * variants + variant) * size, (product * variants + variant + 1) * size)
  for (const [i, product] of products.entries()) {
    const own = partOf(i, 0)
    writeRows(own, features, product, DAYS)
    for (const [g, { columns }] of groups.entries()) {
      const changed = partOf(i, g + 1)
      changed.set(own)
      for (const column of columns)
        for (let at = column; at < size; at += features.length) changed[at] = typical[column] ?? Number.NaN
    }
  }
  const factors = await predict(rows)
  return products.map((product, i) => {
    const total = (variant: number) => {
      const first = (i * variants + variant) * DAYS.length
      return DAYS.reduce((sum, ahead, day) => sum + usual(product, ahead) * (factors[first + day] ?? 0), 0)
    }
    const own = total(0)
    return strongest(groups.map(({ feature }, g) => ({ feature, effect: effectOf(own, total(g + 1)) })))
  })
}

/** The model's groups, each with the columns of its features. */
function groupsOf(names: string[]): { feature: string; columns: number[] }[] {
  return Object.entries(GROUPS)
    .map(([feature, pattern]) => ({
      feature,
      columns: names.flatMap((name, column) => (pattern.test(name) ? [column] : [])),
    }))
    .filter(({ columns }) => columns.length > 0)
}

const effectOf = (own: number, without: number): number =>
  without > 0 ? Math.round((own / without - 1) * 1000) / 1000 : 0

function strongest(reasons: Reason[]): Reason[] {
  const strength = ({ effect }: Reason) => Math.abs(Math.log1p(Math.max(effect, -0.99)))
  return reasons
    .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, MOST_REASONS)
}
