import type { ClientFacts, ProductFacts } from './facts.ts'
import type { RulesOfDay } from './rules-of-day.ts'
import type { Rules } from './schema.ts'

/** Why a product is not proposed, by the key of the rule, in the order in which they are asked. */
export const OBSTACLES = [
  'unknown',
  'noScore',
  'excluded',
  'inStock',
  'minMargin',
  'notReturned',
  'notDismissedDays',
  'notBoughtDays',
  'maxPerModel',
  'maxPerSubcategory',
  'maxPerCategory',
  'maxPerBrand',
] as const
export type Obstacle = (typeof OBSTACLES)[number]

export function describeObstacle(obstacle: Obstacle): string {
  if (obstacle === 'unknown') return 'not in the catalogue'
  return obstacle === 'noScore' ? 'without a score' : obstacle
}

/** A consumable is due again from this part of its usual interval on. */
const DUE_FROM = 0.8
/** Prices are decimal numbers: a margin of 0.15 may come out as 0.1499999999999. */
const MARGIN_TOLERANCE = 1e-9
const DAY_MS = 86_400_000

/** What keeps a product from a client by its own facts, whatever else is in the list. */
export function makeObstacleFinder(
  rules: Rules,
  { day, client, today }: { day: RulesOfDay; client: ClientFacts | undefined; today: string },
): (product: ProductFacts) => Obstacle | undefined {
  const todayMs = Date.parse(today)
  const daysSince = (day: string) => (todayMs - Date.parse(day)) / DAY_MS
  // A day that cannot be read counts as today.
  const isWithin = (day: string | undefined, days: number) => day !== undefined && !(daysSince(day) >= days)
  const isBoughtLately = ({ productId, repeatDays }: ProductFacts) => {
    const day = client?.bought.get(productId)
    if (!isWithin(day, rules.notBoughtDays) || day === undefined) return false
    return !(repeatDays !== null && repeatDays > 0 && daysSince(day) >= DUE_FROM * repeatDays)
  }
  return product => {
    if (day.isExcluded(product)) return 'excluded'
    if (rules.inStock && product.stock !== null && !(product.stock > 0)) return 'inStock'
    if (rules.minMargin !== undefined && !hasMargin(product, rules.minMargin)) return 'minMargin'
    if (client === undefined) return undefined
    if (rules.notReturned && client.returned.has(product.productId)) return 'notReturned'
    if (
      rules.notDismissedDays > 0 &&
      isWithin(client.dismissed.get(product.productId), rules.notDismissedDays)
    )
      return 'notDismissedDays'
    if (rules.notBoughtDays > 0 && isBoughtLately(product)) return 'notBoughtDays'
    return undefined
  }
}

const hasMargin = ({ price, cost }: ProductFacts, least: number) =>
  price !== null && cost !== null && price > 0 && (price - cost) / price >= least - MARGIN_TOLERANCE

/** How many products of a kind a list still takes. */
export type Caps = {
  /** The cap that a product would break. */
  blockedBy(product: ProductFacts): Obstacle | undefined
  count(product: ProductFacts): void
}

const CAPS = [
  ['maxPerModel', 'model'],
  ['maxPerSubcategory', 'subcategory'],
  ['maxPerCategory', 'category'],
  ['maxPerBrand', 'brand'],
] as const

export function makeCaps(rules: Rules): Caps {
  const caps = CAPS.flatMap(([rule, key]) => {
    const most = rules[rule]
    return most === undefined ? [] : [{ rule, key, most, counts: new Map<string, number>() }]
  })
  return {
    blockedBy(product) {
      for (const { rule, key, most, counts } of caps) {
        const name = product[key]
        // Products of which the kind is not known are not of one kind.
        if (name && (counts.get(name) ?? 0) >= most) return rule
      }
      return undefined
    },
    count(product) {
      for (const { key, counts } of caps) {
        const name = product[key]
        if (name) counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    },
  }
}
