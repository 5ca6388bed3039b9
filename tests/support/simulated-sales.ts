import type { Observed, SalesHistory, Sold } from '../../shared/reports/findings/observed.ts'
import { makeRandom } from '../../stacks/demo/random.ts'

/** What has happened in the last four weeks of a simulated shop. */
export type Planted = 'price' | 'lost' | 'stock_out' | 'new' | 'nothing'

const WEEKS = 34
const NOW_WEEKS = 4
const PRODUCTS = 40
const CLIENTS = 60
const UNIT = 10_000

type Line = { day: number; product: number; client: number; quantity: number; price: number }

/**
 * A shop of random size, noise and season, in which one thing happens in the last four weeks, or nothing.
 * @returns what is known of it, and the entity that it has happened to
 */
export function simulate(
  planted: Planted,
  seed: number,
): { history: SalesHistory; entity: string | undefined } {
  const random = makeRandom(seed)
  const shop = makeShop(random)
  const who = shop.pick(planted)
  const lines: Line[] = []
  const start = (WEEKS - NOW_WEEKS) * 7
  for (let day = 0; day < WEEKS * 7; day++) {
    const isNow = day >= start
    for (const { client, rate } of shop.clients) {
      if (planted === 'lost' && isNow && client === who) continue
      if (random() > (rate / 7) * shop.seasonOf(day)) continue
      const count = 1 + Math.floor(random() * 4)
      for (let i = 0; i < count; i++) {
        const product = shop.drawProduct()
        const isOn = product !== who || planted === 'lost' || planted === 'price' || planted === 'nothing'
        if (!isOn && planted === 'new' && !isNow) continue
        if (!isOn && planted === 'stock_out' && isNow) continue
        const usual = shop.prices[product] ?? 1
        const price = planted === 'price' && product === who && isNow ? usual * 1.2 : usual
        lines.push({ day, product, client, quantity: 1 + Math.floor(random() ** 2 * 5), price })
      }
    }
  }
  const entity = planted === 'nothing' ? undefined : planted === 'lost' ? `client ${who}` : `product ${who}`
  return { history: observe(lines, planted === 'stock_out' ? who : undefined), entity }
}

function makeShop(random: () => number) {
  const popularity = Array.from({ length: PRODUCTS }, (_, product) => 1 / (3 + product))
  const whole = popularity.reduce((sum, share) => sum + share, 0)
  const weekend = random()
  const strength = random() * 0.3
  return {
    prices: Array.from({ length: PRODUCTS }, () => Math.round((5 + random() * 95) * 100) / 100),
    clients: Array.from({ length: CLIENTS }, (_, client) => ({
      client,
      rate: client < 12 ? 2 + random() * 2 : 0.1 + random() * 0.5,
    })),
    seasonOf: (day: number) =>
      (day % 7 >= 5 ? weekend : 1.2) * (1 + strength * Math.sin((2 * Math.PI * day) / 365)),
    drawProduct() {
      let left = random() * whole
      for (let product = 0; product < PRODUCTS; product++) {
        left -= popularity[product] ?? 0
        if (left <= 0) return product
      }
      return PRODUCTS - 1
    },
    /** What sells or buys enough for it to be seen. */
    pick: (planted: Planted) => Math.floor(random() * (planted === 'lost' ? 10 : 5)),
  }
}

function observe(lines: Line[], out: number | undefined): SalesHistory {
  const days = { now: NOW_WEEKS * 7, base: NOW_WEEKS * 7 }
  const start = (WEEKS - NOW_WEEKS) * 7
  const of = (entity: Observed['entity'], own: Line[]): Observed => {
    const within = (from: number, to: number) => own.filter(({ day }) => day >= from && day < to)
    const sums = Array.from({ length: WEEKS - NOW_WEEKS }, (_, week) => sumUp(within(week * 7, week * 7 + 7)))
    return {
      entity,
      now: sumUp(within(start, WEEKS * 7)),
      base: sumUp(within(start - days.base, start)),
      weeks: {
        amount: sums.map(({ amount }) => Number(amount)),
        quantity: sums.map(({ quantity }) => Number(quantity)),
        orders: sums.map(({ orders }) => orders),
      },
    }
  }
  const group = (dimension: string, numberOf: (line: Line) => number) =>
    [...Map.groupBy(lines, numberOf)].map(([number, own]) => ({
      number,
      observed: of([{ dimension, value: `${dimension} ${number}` }], own),
    }))
  const products = group('product', ({ product }) => product).map(({ number, observed }) => ({
    ...observed,
    within: [{ dimension: 'category', value: `category ${number % 5}` }],
    daysOut: { now: number === out ? 28 : 0, base: 0 },
  }))
  const clients = group('client', ({ client }) => client).map(({ observed }) => observed)
  const parts = group('category', ({ product }) => product % 5).map(({ observed }) => observed)
  return {
    ...{ currency: 'EUR', days, products, clients, parts },
    total: of([], lines),
    others: 0,
  }
}

function sumUp(lines: Line[]): Sold {
  const amount = lines.reduce((sum, { quantity, price }) => sum + Math.round(quantity * price * UNIT), 0)
  const quantity = lines.reduce((sum, line) => sum + line.quantity * UNIT, 0)
  const orders = new Set(lines.map(({ day, client }) => `${day} ${client}`)).size
  return { amount: BigInt(amount), quantity: BigInt(quantity), orders }
}
