import { stringify } from 'yaml'
import type { Ask, Candidate, ClientFacts, ProductFacts } from '../../shared/propositions/index.ts'

/** What a shop wrote, key by key; what it left out is undefined. */
export type Written = {
  inStock?: boolean
  minMargin?: number
  notBoughtDays?: number
  notReturned?: boolean
  notDismissedDays?: number
  maxPerCategory?: number
  maxPerSubcategory?: number
  maxPerBrand?: number
  maxPerModel?: number
  diversity?: number
  exploration?: number
  pinned?: { productId: string; rank?: number; from?: string; until?: string; territory?: string }[]
  excluded?: {
    productId?: string
    category?: string
    subcategory?: string
    brand?: string
    from?: string
    until?: string
  }[]
  experiment?: { name: string; groups: Record<string, number> }
}

type Excluded = NonNullable<Written['excluded']>[number]

const TERRITORIES = ['Northwest', 'Southwest', 'Canada']
const DAY_MS = 86_400_000

/** A day so many days after another. */
export const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** Random choices, from a generator of numbers in [0, 1). */
function makeDice(random: () => number) {
  const below = (end: number) => Math.floor(random() * end)
  return {
    below,
    chance: (share: number) => random() < share,
    one: <Value>(values: readonly [Value, ...Value[]]): Value => values[below(values.length)] ?? values[0],
    share: () => Math.round(random() * 100) / 100,
    day: (today: string, most: number) => addDays(today, below(2 * most + 1) - most),
  }
}
type Dice = ReturnType<typeof makeDice>

const idOf = (i: number) => (i % 3 === 0 ? `00${i}` : i % 3 === 1 ? `${i}` : `P-${i}`)

/** A random file of rules: what it means, and its text in one of the ways in which YAML can say it. */
export function makeRules(random: () => number, today: string): { written: Written; text: string } {
  const dice = makeDice(random)
  const { below, chance, one, share } = dice
  const period = () => {
    const [first, second] = [dice.day(today, 3), dice.day(today, 3)].sort() as [string, string]
    return { ...(chance(0.3) && { from: first }), ...(chance(0.3) && { until: second }) }
  }
  const some = <Entry>(most: number, make: () => Entry) => Array.from({ length: below(most + 1) }, make)
  const name = (kind: string) => {
    const text = `${kind} ${below(5)}`
    return one([text, text.toUpperCase(), text.toLowerCase()])
  }
  const written: Written = {
    ...(chance(0.4) && { inStock: chance(0.5) }),
    ...(chance(0.3) && { minMargin: one([0, 0.15, 0.4, 1, share()]) }),
    ...(chance(0.4) && { notBoughtDays: one([0, 1, 7, 30, 36_500]) }),
    ...(chance(0.3) && { notReturned: chance(0.5) }),
    ...(chance(0.4) && { notDismissedDays: one([0, 1, 7, 90]) }),
    ...(chance(0.3) && { maxPerCategory: 1 + below(5) }),
    ...(chance(0.3) && { maxPerSubcategory: 1 + below(4) }),
    ...(chance(0.3) && { maxPerBrand: 1 + below(5) }),
    ...(chance(0.4) && { maxPerModel: 1 + below(3) }),
    ...(chance(0.5) && { diversity: one([0, 1, share()]) }),
    ...(chance(0.4) && { exploration: one([0, 0.5, share() / 2]) }),
    ...(chance(0.5) && {
      pinned: some(5, () => ({
        productId: idOf(below(45)),
        ...(chance(0.5) && { rank: 1 + below(12) }),
        ...period(),
        ...(chance(0.3) && { territory: one(['Northwest', 'southwest', 'CANADA']) }),
      })),
    }),
    ...(chance(0.4) && {
      excluded: some(4, () => ({
        ...one<Excluded>([
          { productId: idOf(below(45)) },
          { category: name('Category') },
          { subcategory: name('Sub') },
          { brand: name('Brand') },
        ]),
        ...period(),
      })),
    }),
    ...(chance(0.3) && { experiment: { name: `e${below(9)}`, groups: { a: 0.25, b: 0.5, c: 0.25 } } }),
  }
  return { written, text: writeText(written, dice) }
}

function writeText(written: Written, { chance, one }: Dice): string {
  if (chance(0.1)) return JSON.stringify(written)
  const text = stringify(written, {
    collectionStyle: one(['any', 'block', 'flow']),
    defaultStringType: one(['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE']),
  })
  // As people write them: numbers and days without quotes, and comments.
  return chance(0.5) ? `# rules\n${text.replaceAll(/"(\d+)"(?=[,\n ])/g, '$1')}` : text
}

/** A random shop, a client of it, and what a model proposes. */
export function makeAsk(random: () => number, today: string): Ask {
  const dice = makeDice(random)
  const { below, chance, one } = dice
  // Some shops have many products that nothing speaks against, for lists that are full.
  const isLarge = chance(0.3)
  const ids = Array.from({ length: isLarge ? 45 + below(60) : below(45) }, (_, i) => idOf(i))
  const name = (kind: string, count: number) => (chance(0.1) ? one([null, '']) : `${kind} ${below(count)}`)
  const products = new Map(
    ids
      .filter(() => !chance(0.05))
      .map((productId): [string, ProductFacts] => [
        productId,
        {
          productId,
          category: name('Category', 3),
          subcategory: name('Sub', 5),
          brand: name('Brand', 4),
          model: name('Model', isLarge ? 200 : 20),
          price: one([20, 20, 20, 19.99, 0, -5, null, Number.NaN]),
          cost: isLarge ? 5 : one([5, 12, 17, 19.99, 25, null, Number.NaN]),
          stock: isLarge ? 5 : one([3, 1, 0.25, 0, -2, null, Number.NaN]),
          repeatDays: one([null, null, 10, 25.5, 0, Number.NaN]),
        },
      ]),
  )
  const candidates = [...ids, 'gone']
    .filter(() => !chance(0.15))
    .map(productId => ({ productId, place: random() }))
    .sort((a, b) => a.place - b.place)
    .flatMap(({ productId }, i): Candidate[] => {
      const made: Candidate = {
        productId,
        score: chance(0.05)
          ? one([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
          : 1 / (i + 1) - 0.2,
        because: 'runs out about now',
        isNew: chance(0.2),
        ...(chance(0.2) && { isSeldomShown: chance(0.5) }),
      }
      return chance(0.03) ? [made, { ...made, score: 0.01 }] : [made]
    })
  return {
    candidates,
    products,
    client: chance(0.1) ? undefined : makeClient(ids, today, dice),
    territory: chance(0.2) ? undefined : TERRITORIES[below(3)],
    today,
    limit: one([0, 1, 3, 10, 10, 20, 100]),
    seed: `${below(1000)}, ${today}`,
  }
}

function makeClient(ids: string[], today: string, { chance, below, day }: Dice): ClientFacts {
  const some = (share: number) => ids.filter(() => chance(share))
  const lately = () => (chance(0.1) ? day(today, 2) : addDays(today, -below(100)))
  return {
    bought: new Map(some(0.3).map(id => [id, lately()])),
    returned: new Set(some(0.1)),
    dismissed: new Map(some(0.2).map(id => [id, lately()])),
  }
}
