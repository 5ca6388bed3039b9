import type { History, Line } from './history.ts'

/** What the shop sells, and how much, is learnt from the last eight weeks. */
const RECENT_DAYS = 56
/** Weekdays and season are learnt from the last 47 weeks: the shop sold other goods, and far less, before August 2016. */
const SEASON_DAYS = 329
const YEAR_DAYS = 364
/** A client who orders so often within those 47 weeks has habits of its own. */
const REGULAR_ORDERS = 5

/** An order of the history, which the shop may repeat. */
export type Template = {
  client: number
  territory: number
  lines: Pick<Line, 'product' | 'quantity'>[]
  /** Whose order it was: for a new client it was the first one. */
  buyer: 'new' | 'returning' | 'regular'
  /** What such clients had bought the last time, and where they live; empty for a first order. */
  habit: string
  /** Days since then. */
  gapDays: number
}
/** A client's last order. */
export type Last = { client: number; day: number; habit: string }

export type Pace = {
  /** Orders to be expected on a day after the history. */
  ordersOn(day: number): number
  templates: Template[]
  /** Of the history's clients, by client. */
  lastOrders: Map<number, Last>
  /** Returned pieces for each piece sold, by product. */
  returnRates: Map<number, number>
  /** Pieces sold a day, by product. */
  dailySales: Map<number, number>
}

const sum = (values: Iterable<number>) => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** What a client buys in order to use it: the dearest line of an order, where the client lives. */
export function habitOf(
  { territory, lines }: Pick<Template, 'territory' | 'lines'>,
  products: History['products'],
): string {
  const kinds = lines.map(({ product }) => products.get(product))
  const dearest = kinds.reduce((best, kind) =>
    (kind?.listPrice ?? 0) > (best?.listPrice ?? 0) ? kind : best,
  )
  return `${territory} ${dearest?.subcategory}`
}

/** Orders on each of the last 47 weeks' days, over the trend through them: the level, then weekday and season. */
function learnOrdersOn(orderDays: number[]): Pace['ordersOn'] {
  const counts = Array.from({ length: SEASON_DAYS }, () => 0)
  for (const day of orderDays)
    if (day > -SEASON_DAYS) counts[day + SEASON_DAYS - 1] = (counts[day + SEASON_DAYS - 1] ?? 0) + 1
  const mean = sum(counts) / SEASON_DAYS
  const middle = (SEASON_DAYS - 1) / 2
  const slope =
    sum(counts.map((count, i) => (i - middle) * (count - mean))) /
    sum(counts.map((_, i) => (i - middle) ** 2))
  const ratios = counts.map((count, i) => count / (mean + slope * (i - middle)))
  const level = sum(counts.slice(-RECENT_DAYS)) / RECENT_DAYS
  const meanRatio = (values: number[]) => sum(values) / values.length
  const weekdays = Array.from({ length: 7 }, (_, weekday) =>
    meanRatio(ratios.filter((_, i) => i % 7 === weekday)),
  )
  return day => {
    const at = day + SEASON_DAYS - 1
    // The same week of the last year that is known; the shop had other goods in July 2016.
    const before = at - YEAR_DAYS * Math.ceil((at + 4 - SEASON_DAYS) / YEAR_DAYS)
    const season = before < 3 ? 1 : meanRatio(ratios.slice(before - 3, before + 4))
    return level * (weekdays[at % 7] ?? 1) * season
  }
}

/** The history's orders with what their clients had bought before, oldest first. */
function readOrders(history: History): {
  orders: (Template & { day: number })[]
  lastOrders: Map<number, Last>
} {
  const byOrder = Map.groupBy(history.lines, line => line.order)
  const ordersOf = new Map<number, number>()
  const orders: (Template & { day: number })[] = []
  const lastOrders = new Map<number, Last>()
  for (const lines of byOrder.values()) {
    const [{ client, territory, day }] = lines as [Line]
    const last = lastOrders.get(client)
    orders.push({
      day,
      client,
      territory,
      lines: lines.map(({ product, quantity }) => ({ product, quantity })),
      buyer: last ? 'returning' : 'new',
      habit: last?.habit ?? '',
      gapDays: last ? day - last.day : 0,
    })
    if (day > -SEASON_DAYS) ordersOf.set(client, (ordersOf.get(client) ?? 0) + 1)
    lastOrders.set(client, { client, day, habit: habitOf({ territory, lines }, history.products) })
  }
  for (const order of orders) if ((ordersOf.get(order.client) ?? 0) >= REGULAR_ORDERS) order.buyer = 'regular'
  return { orders, lastOrders }
}

/**
 * Learns from the published history how the shop sells.
 * @param days of history that the shop has; its clients are those who ordered in them
 */
export function learnPace(history: History, days: number): Pace {
  const { orders, lastOrders } = readOrders(history)
  for (const { client, day } of lastOrders.values()) if (day <= -days) lastOrders.delete(client)
  const recent = (length: number) => history.lines.filter(({ day }) => day > -length)
  const piecesOf = (rows: { product: number; quantity: number }[]) => {
    const pieces = new Map<number, number>()
    for (const { product, quantity } of rows) pieces.set(product, (pieces.get(product) ?? 0) + quantity)
    return pieces
  }
  const returned = piecesOf(history.returns.filter(({ day }) => day > -SEASON_DAYS))
  const rates = [...piecesOf(recent(SEASON_DAYS))].map(
    ([product, pieces]) => [product, (returned.get(product) ?? 0) / pieces] as const,
  )
  const daily = [...piecesOf(recent(RECENT_DAYS))].map(
    ([product, pieces]) => [product, pieces / RECENT_DAYS] as const,
  )
  return {
    ordersOn: learnOrdersOn(orders.map(({ day }) => day)),
    templates: orders.filter(({ day }) => day > -Math.min(days, RECENT_DAYS)),
    lastOrders,
    returnRates: new Map(rates),
    dailySales: new Map(daily),
  }
}
