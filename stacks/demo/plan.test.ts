import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Line, readHistory } from './history.ts'
import { learnPace } from './pace.ts'
import { planDays, type ShopEvent } from './plan.ts'

const WEEKS = 8
const DAYS = 7 * WEEKS
const history = readHistory()
const pace = learnPace(history, 911)

/** The first weeks after the history, without stories. */
function plan(seed: number, days = DAYS): ShopEvent[] {
  return planDays({ history, pace, stories: [], seed }).take(days).toArray().flat()
}

type Order = { day: number; territory: number; lines: Pick<Line, 'product' | 'quantity'>[] }
const recent = history.lines.filter(({ day }) => day > -DAYS)
const before: Order[] = [...Map.groupBy(recent, ({ order }) => order).values()].map(lines => ({
  day: lines[0]?.day ?? 0,
  territory: lines[0]?.territory ?? 0,
  lines,
}))
const events = plan(1)
const after = events.filter(event => event.kind === 'order')

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const linesOf = (orders: Order[]) => orders.flatMap(({ lines }) => lines)
const kindOf = (product: number) => history.products.get(product)
const amount = (orders: Order[]) =>
  sum(linesOf(orders).map(({ product, quantity }) => quantity * (kindOf(product)?.listPrice ?? 0)))

/** Of all values, the part that each one is. */
function sharesOf(values: unknown[]): Map<unknown, number> {
  const groups = Map.groupBy(values, value => value)
  return new Map([...groups].map(([value, same]) => [value, same.length / values.length]))
}
/** By how much shares differ in all, from 0 to 1. */
function distance(some: unknown[], others: unknown[]): number {
  const [a, b] = [sharesOf(some), sharesOf(others)]
  const keys = new Set([...a.keys(), ...b.keys()])
  return sum([...keys].map(key => Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0)))) / 2
}
function isWithin(part: number, value: number, expected: number, what: string): void {
  assert.ok(Math.abs(value / expected - 1) <= part, `${what}: ${value}, expected about ${expected}`)
}

test('eight weeks have as many orders, lines an order and revenue as the last eight of the history', () => {
  isWithin(0.05, after.length, before.length, 'orders')
  isWithin(
    0.03,
    linesOf(after).length / after.length,
    linesOf(before).length / before.length,
    'lines an order',
  )
  isWithin(0.08, amount(after), amount(before), 'revenue')
})

test('weekdays, territories, categories and products have their shares', () => {
  const weekdays = (orders: Order[]) => orders.map(({ day }) => (day + DAYS) % 7)
  const territories = (orders: Order[]) => orders.map(({ territory }) => territory)
  const products = (orders: Order[]) => linesOf(orders).map(({ product }) => product)
  const categories = (orders: Order[]) => products(orders).map(product => kindOf(product)?.category)
  for (const shares of [weekdays, territories, categories])
    assert.ok(distance(shares(after), shares(before)) < 0.03, shares.name)
  assert.ok(distance(products(after), products(before)) < 0.06)
})

test('no product is sold that was not sold in the year before', () => {
  const known = new Set(history.lines.filter(({ day }) => day > -364).map(({ product }) => product))
  assert.deepEqual(
    linesOf(plan(1, 364).filter(event => event.kind === 'order')).filter(
      ({ product }) => !known.has(product),
    ),
    [],
  )
})

test('what is bought together stays together: helmets with bikes, tubes with tires', () => {
  const of = (subcategory: RegExp) => (product: number) =>
    subcategory.test(kindOf(product)?.subcategory ?? '')
  const [mountainTire, mountainTube] = [536, 528]
  const has = (order: Order, isOne: (product: number) => boolean) =>
    order.lines.some(({ product }) => isOne(product))
  const together = (
    orders: Order[],
    one: (product: number) => boolean,
    other: (product: number) => boolean,
  ) => {
    const some = orders.filter(order => has(order, one))
    return some.filter(order => has(order, other)).length / some.length
  }
  for (const [one, other] of [
    [of(/Bikes$/), of(/Helmets/)],
    [of(/Bikes$/), of(/Bottles/)],
    [(product: number) => product === mountainTire, (product: number) => product === mountainTube],
  ] as const)
    isWithin(0.15, together(after, one, other), together(before, one, other), 'bought together')
})

test('a client is new as often as before; one with habits keeps them', () => {
  const isNew = (orders: { client: unknown }[]) =>
    orders.filter(({ client }) => typeof client !== 'number').length / orders.length
  const wasNew = pace.templates.filter(({ buyer }) => buyer === 'new').length / pace.templates.length
  isWithin(0.06, isNew(after), wasNew, 'new clients')
  const regular = new Set(
    pace.templates.filter(({ buyer }) => buyer === 'regular').map(({ client }) => client),
  )
  const ofRegular = after.filter(({ client }) => typeof client === 'number' && regular.has(client))
  isWithin(
    0.35,
    ofRegular.length,
    pace.templates.filter(({ buyer }) => buyer === 'regular').length,
    'their orders',
  )
  const bought = Map.groupBy(history.lines, ({ client }) => client)
  const isUsual = (client: unknown, product: number) =>
    bought.get(Number(client))?.some(line => line.product === product)
  const usual = ofRegular.flatMap(({ client, lines }) => lines.map(({ product }) => isUsual(client, product)))
  assert.ok(usual.filter(Boolean).length / usual.length > 0.9)
})

test('a client returns for what such clients buy', () => {
  const kinds = (orders: { habit: string; lines: Order['lines'] }[], habit: RegExp) =>
    orders
      .filter(order => habit.test(order.habit))
      .flatMap(({ lines }) => lines.map(({ product }) => kindOf(product)?.category))
  const came = after.flatMap(({ client, lines }) => {
    const last = typeof client === 'number' && pace.lastOrders.get(client)
    return last ? [{ habit: last.habit, lines }] : []
  })
  const returning = pace.templates.filter(({ buyer }) => buyer !== 'new')
  assert.ok(distance(kinds(came, /Mountain Bikes/), kinds(returning, /Mountain Bikes/)) < 0.06)
  assert.ok(distance(kinds(came, /Helmets/), kinds(returning, /Helmets/)) < 0.12)
})

test('goods come back at the rate of the last year', () => {
  const returned = events.filter(event => event.kind === 'return').length
  const expected = sum(
    linesOf(before).map(({ product, quantity }) => quantity * (pace.returnRates.get(product) ?? 0)),
  )
  isWithin(0.2, returned, expected, 'returns')
})

test('December has its season in the year that follows', () => {
  const mean = (from: number) => sum(Array.from({ length: 21 }, (_, i) => pace.ordersOn(from + i))) / 21
  assert.ok(mean(160) > 1.1 * mean(120))
})

test('a week that is not over has sold what the week before had by then', () => {
  const soldBy = (week: number) =>
    after.filter(({ day, second }) => {
      const at = day - 7 * week + second / 86_400
      return at >= 0 && at < 3.6
    }).length
  for (let week = 1; week < WEEKS; week++) {
    const [now, then] = [soldBy(week), soldBy(week - 1)]
    assert.ok(Math.abs(now - then) < 4 * Math.sqrt(now + then), `${now} after ${then}`)
  }
})

test('one seed has the same orders always, another one others; no two things happen at once', () => {
  assert.deepEqual(plan(1, 14), plan(1, 14))
  assert.notDeepEqual(plan(2, 14), plan(1, 14))
  const times = events.map(({ day, second }) => day * 86_400 + second)
  assert.equal(new Set(times).size, times.length)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
})

test('a shop with a short history has clients that are in it only', () => {
  const short = learnPace(history, 30)
  const there = new Set(history.lines.filter(({ day }) => day > -30).map(({ client }) => client))
  for (const event of planDays({ history, pace: short, stories: [], seed: 1 }).take(14).toArray().flat())
    if (event.kind === 'order')
      for (const client of typeof event.client === 'number' ? [event.client] : Object.values(event.client))
        assert.ok(there.has(client))
})
