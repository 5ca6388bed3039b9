import type { History, Line } from './history.ts'
import { habitOf, type Last, type Pace, type Template } from './pace.ts'
import { makeRandom } from './random.ts'
import { outOfStock, retell, type Story, storiesOf } from './stories.ts'

/** Orders come in from eight to eight, as load.ts has it of the history. */
const OPENS_S = 8 * 3600
const OPEN_S = 12 * 3600
const DELIVERY_S = 7 * 3600
const PRICES_S = 6 * 3600
/** Goods come back from three days to four weeks after they were sold. */
const RETURN_DAYS: [least: number, most: number] = [3, 28]
/** A client stands in for another whose last order is as long ago, within three weeks. */
const ALIKE_DAYS = 21
/** What is left for less than two weeks is ordered for five. */
const REORDER_DAYS = 14
const RESTOCK_DAYS = 35
/** Prices change seldom: about twice a week one does, by up to three percent. */
const PRICE_CHANGES = 0.3
const PRICE_FACTORS = [0.97, 0.98, 0.99, 1.01, 1.02, 1.03]

type Sold = Pick<Line, 'product' | 'quantity' | 'discount'>

/** Something that happens in the shop. */
export type ShopEvent = { day: number; second: number } & (
  | { kind: 'order'; client: number | NewClient; territory: number; lines: Sold[] }
  | { kind: 'return'; territory: number; product: number; quantity: number }
  | { kind: 'delivery'; products: { product: number; below: number; upTo: number }[] }
  | { kind: 'price'; product: number; factor: number }
)
/** A client who comes for the first time: like one of the history's, with the last name of another. */
export type NewClient = { like: number; lastNameOf: number }

type Planner = {
  history: History
  pace: Pace
  stories: Story[]
  random: () => number
  /** Returns to come, by day. */
  returns: Map<number, ShopEvent[]>
  /** Clients by what they bought last. */
  byHabit: Map<string, Last[]>
  clients: number[]
}

const pick = <T>({ random }: Planner, values: T[]): T => values[Math.floor(random() * values.length)] as T

const between = ({ random }: Planner, least: number, most: number) =>
  least + Math.floor(random() * (most - least + 1))

/**
 * Who places such an order: a regular client again, a new one, or one who bought the same the last time, about as long ago.
 */
function pickClient(planner: Planner, template: Template, day: number): number | NewClient {
  if (template.buyer === 'regular') return template.client
  if (template.buyer === 'new') return { like: template.client, lastNameOf: pick(planner, planner.clients) }
  const likely = (planner.byHabit.get(template.habit) ?? []).filter(
    last => Math.abs(day - last.day - template.gapDays) <= ALIKE_DAYS,
  )
  return likely.length > 0 ? pick(planner, likely).client : template.client
}

/** Notes what a client has bought, for the next time. */
function remember({ history, pace, byHabit }: Planner, order: Template, client: number, day: number): void {
  const last = pace.lastOrders.get(client)
  if (!last) return
  const habit = habitOf(order, history.products)
  if (habit !== last.habit) {
    byHabit.set(last.habit, byHabit.get(last.habit)?.filter(other => other !== last) ?? [])
    byHabit.set(habit, [...(byHabit.get(habit) ?? []), last])
  }
  Object.assign(last, { day, habit })
}

/** Some of what was sold comes back, in the days after. */
function planReturns(
  planner: Planner,
  { product, quantity, territory, day }: Pick<Line, 'product' | 'quantity' | 'territory' | 'day'>,
): void {
  if (planner.random() >= (planner.pace.returnRates.get(product) ?? 0) * quantity) return
  const on = day + between(planner, ...RETURN_DAYS)
  const second = OPENS_S + between(planner, 0, OPEN_S - 1)
  const event: ShopEvent = { kind: 'return', day: on, second, territory, product, quantity: 1 }
  planner.returns.set(on, [...(planner.returns.get(on) ?? []), event])
}

function planOrder(planner: Planner, day: number, second: number): ShopEvent[] {
  const template = pick(planner, planner.pace.templates)
  const client = pickClient(planner, template, day)
  const { territory } = template
  const lines = template.lines.flatMap((sold, index) =>
    retell(
      {
        ...sold,
        order: 0,
        number: index + 1,
        day,
        territory,
        client: typeof client === 'number' ? client : 0,
        listPrice: undefined,
        discount: 0,
      },
      { ...planner, products: planner.history.products },
    ),
  )
  if (lines.length === 0) return []
  if (typeof client === 'number') remember(planner, template, client, day)
  for (const line of lines) planReturns(planner, line)
  return [{ kind: 'order', day, second, client, territory, lines }]
}

/** A day's orders: a Poisson process over the opening hours. */
function planOrders(planner: Planner, day: number): ShopEvent[] {
  const meanGapS = OPEN_S / planner.pace.ordersOn(day)
  const gap = () => -Math.log(1 - planner.random()) * meanGapS
  const orders: ShopEvent[] = []
  for (let at = gap(); at < OPEN_S; at += gap())
    orders.push(...planOrder(planner, day, OPENS_S + Math.floor(at)))
  return orders
}

function planDelivery({ pace, stories }: Planner, day: number): ShopEvent {
  const missing = outOfStock(stories, day)
  const launched = storiesOf(stories, 'new_product').map(
    ({ product, ordersShare }) => [product, ordersShare * pace.ordersOn(day)] as const,
  )
  const products = [...pace.dailySales, ...launched]
    .filter(([product]) => !missing.includes(product))
    .map(([product, daily]) => ({
      product,
      below: Math.ceil(daily * REORDER_DAYS),
      upTo: Math.ceil(daily * RESTOCK_DAYS),
    }))
  return { kind: 'delivery', day, second: DELIVERY_S, products }
}

function planPrices(planner: Planner, day: number): ShopEvent[] {
  if (planner.random() >= PRICE_CHANGES) return []
  const product = pick(planner, [...planner.pace.dailySales.keys()])
  // A story about a product's price stays true.
  if (planner.stories.some(story => story.kind === 'price_rise' && story.product === product)) return []
  return [{ kind: 'price', day, second: PRICES_S, product, factor: pick(planner, PRICE_FACTORS) }]
}

export type PlanOptions = { history: History; pace: Pace; stories: Story[]; seed: number }

/** What happens on the days after the history, day by day without end. The same options give the same plan. */
export function* planDays({ history, pace, stories, seed }: PlanOptions): Generator<ShopEvent[]> {
  const lastOrders = new Map([...pace.lastOrders].map(([client, last]) => [client, { ...last }]))
  const planner: Planner = {
    history,
    pace: { ...pace, lastOrders },
    stories,
    random: makeRandom(seed),
    returns: new Map(),
    byHabit: Map.groupBy(lastOrders.values(), ({ habit }) => habit),
    clients: [...lastOrders.keys()],
  }
  for (const line of history.lines) if (line.day > -RETURN_DAYS[1]) planReturns(planner, line)
  for (let day = 1; ; day++) {
    const returns = planner.returns.get(day) ?? []
    planner.returns.delete(day)
    const events = [
      planDelivery(planner, day),
      ...planPrices(planner, day),
      ...planOrders(planner, day),
      ...returns,
    ].sort((a, b) => a.second - b.second)
    // No two in one second: a time says how far the shop has come.
    let second = 0
    for (const event of events) event.second = second = Math.max(event.second, second + 1)
    yield events
  }
}
