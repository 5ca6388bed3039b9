import type { Entity } from '../facts.ts'
import type { Finding, Observed, SalesHistory, Sold } from './observed.ts'
import {
  burstOf,
  LEAST_WEEKS,
  pOfCount,
  pOfDifference,
  significant,
  varianceOfWeeks,
} from './significance.ts'

const WEEK = 7
/** A price moves by rounding alone. */
const LEAST_PRICE_CHANGE = 0.005
/** What is usual of a product is what these are like. */
const LAST_WEEKS = 12
/** So many days without stock explain a loss. */
const LEAST_DAYS_OUT = 2
/** Of what a finding tells something that somebody can see to. */
const SPECIFIC = new Set(['product', 'client'])

/** The chance that anything is found where nothing has happened. */
const ALPHA = 0.03

type Days = SalesHistory['days']
/** `least` is the least that `p` could have been. */
type Tested = Finding & { least?: number }

/**
 * What has happened, that which moved most money first. What chance alone makes likely is left out: of histories in which nothing has
 * happened three of a hundred have a finding, however much was looked at. The same history gives the same findings.
 */
export function findFindings(history: SalesHistory): Finding[] {
  const { days, products, clients, parts, total } = history
  const tested: Tested[] = [
    ...products.flatMap(product => [
      findPrice(product, days),
      findNew(product, days),
      findMoved(product, days),
    ]),
    ...clients.flatMap(client => [findLost(client, days), findNew(client, days)]),
    ...[...parts, total].map(part => findMoved(part, days)),
  ].filter(finding => finding !== undefined)
  // What could not have been significant, whatever had happened, was not looked at (Tarone).
  const able = tested.filter(({ least = 0 }) => least < ALPHA / tested.length)
  const found = significant(able, { looked: able.length + history.others, alpha: ALPHA })
  return withoutExplained(found.map(toStockOut), history, ALPHA / able.length).sort(byMoney)
}

/** By money: what somebody can see to counts twice as much as that more or less was sold. */
const byMoney = (a: Finding, b: Finding) => {
  const weigh = ({ kind, money }: Finding) => sizeOf(money) * (kind === 'moved' ? 1n : 2n)
  const [x, y] = [weigh(a), weigh(b)]
  return x === y ? a.p - b.p || nameOf(a).localeCompare(nameOf(b), 'en') : x > y ? -1 : 1
}
const sizeOf = (money: bigint) => (money < 0n ? -money : money)
const nameOf = ({ observed: { entity } }: Finding) => entity.map(({ value }) => value).join(' ')

/** The price per piece, against how much it moves from week to week. */
function findPrice(observed: Observed, days: Days): Finding | undefined {
  const { now, base, weeks } = observed
  const [priceNow, priceBase] = [priceOf(now), priceOf(base)]
  if (priceNow === undefined || priceBase === undefined) return undefined
  const change = priceNow - priceBase
  const prices = weeks.amount.flatMap((amount, i) => {
    const quantity = weeks.quantity[i] ?? 0
    return quantity > 0 && amount > 0 ? [amount / quantity] : []
  })
  const perWeek = varianceOfWeeks(prices)
  if (perWeek === undefined || Math.abs(change) < LEAST_PRICE_CHANGE * priceBase) return undefined
  const money = now.amount - toUnits(priceBase * Number(now.quantity))
  // A price is a mean, which needs no division by days; that of a few pieces is as uncertain as that of a week.
  const weeksOf = (length: number, { orders }: Sold) => Math.min(length / WEEK, Math.max(orders, 1))
  const variance = perWeek * (1 / weeksOf(days.now, now) + 1 / weeksOf(days.base, base))
  const p = pOfMeans(change, variance, prices.length)
  return { kind: 'price', observed, money, p }
}

const priceOf = ({ amount, quantity }: Sold) =>
  quantity > 0n && amount > 0n ? Number(amount) / Number(quantity) : undefined

function pOfMeans(change: number, variance: number, weeks: number): number {
  return pOfDifference(
    { sum: change, days: 1 },
    { sum: 0, days: 1 },
    { perWeek: (variance * WEEK) / 2, weeks },
  )
}

/** Something that has no past: how likely so many orders are where there were none in all the weeks before. */
function findNew(observed: Observed, days: Days): Finding | undefined {
  const { now, base, weeks } = observed
  if (now.orders === 0 || base.orders > 0 || weeks.orders.some(count => count > 0)) return undefined
  const [past, present] = [Math.max(weeks.orders.length, days.base / WEEK), days.now / WEEK]
  const p = (present / (present + past)) ** now.orders
  return { kind: 'new', observed, money: now.amount, p }
}

/** A client who bought again and again and has not: how likely that is at the rate of before. */
function findLost(observed: Observed, days: Days): Tested | undefined {
  const { now, base, weeks } = observed
  if (weeks.orders.length < LEAST_WEEKS || base.orders === 0) return undefined
  const rate = weeks.orders.reduce((sum, count) => sum + count, 0) / weeks.orders.length
  const least = Math.exp((-rate * (days.now / WEEK)) / burstOf(weeks.orders))
  const money = -perDay(base.amount, days.base, days.now)
  return { kind: 'lost', observed, money, p: now.orders > 0 ? 1 : least, least }
}

/** More or less was sold than its weeks make likely, by what was paid or by how many orders there were. */
function findMoved(observed: Observed, days: Days): Finding | undefined {
  const { now, base, weeks } = observed
  const perWeek = varianceOfWeeks(weeks.amount)
  if (perWeek === undefined) return undefined
  const paid = pOfDifference(
    { sum: Number(now.amount), days: days.now },
    { sum: Number(base.amount), days: days.base },
    { perWeek: Math.max(perWeek, leastVariance(observed, days)), weeks: weeks.amount.length },
  )
  const p = Math.min(2 * Math.min(paid, pOfOrders(observed, days)), 1)
  return { kind: 'moved', observed, money: now.amount - perDay(base.amount, days.base, days.now), p }
}

/**
 * Of a whole against the period before, since a season moves it; of a part of it against the last weeks, of which more is known. Either
 * number is as uncertain as it is small.
 */
function pOfOrders({ entity, now, base, weeks }: Observed, days: Days): number {
  const last = weeks.orders.slice(-LAST_WEEKS)
  const past = isBroad(entity)
    ? { orders: base.orders, weeks: days.base / WEEK }
    : { orders: last.reduce((sum, count) => sum + count, 0), weeks: last.length }
  if (past.orders === 0) return 1
  const share = days.now / WEEK / past.weeks
  return pOfCount(now.orders, past.orders * share, burstOf(weeks.orders) * (1 + share))
}

/** Of a week's sum, were each order as large as the mean and independent of the others. */
function leastVariance({ now, base }: Observed, days: Days): number {
  const orders = now.orders + base.orders
  if (orders === 0) return 0
  const mean = Number(now.amount + base.amount) / orders
  return mean ** 2 * orders * (WEEK / (days.now + days.base))
}

/** As much a day as before, over so many days. */
const perDay = (amount: bigint, days: number, over: number) => (amount * BigInt(over)) / BigInt(days)
const toUnits = (value: number) => BigInt(Math.round(value))

function toStockOut(finding: Finding): Finding {
  const { kind, money, observed } = finding
  const { daysOut } = observed
  const isOut = daysOut !== undefined && daysOut.now >= daysOut.base + LEAST_DAYS_OUT
  return kind === 'moved' && money < 0n && isOut ? { ...finding, kind: 'stock_out' } : finding
}

/** Without what another finding says better: of a product why it moved, of a whole what in it did. */
function withoutExplained(found: Finding[], history: SalesHistory, alpha: number): Finding[] {
  const isSaidBetter = ({ kind, observed }: Finding) =>
    kind === 'moved' && found.some(other => other.kind !== 'moved' && other.observed === observed)
  const isLikely = (observed: Observed, causes: Finding[]) => {
    const rest = causes.reduce(
      (whole, cause) => without(whole, cause, shareIn(observed, cause, history), history),
      observed,
    )
    return (findMoved(rest, history.days)?.p ?? 1) > alpha
  }
  const causes = found.filter(({ kind }) => kind !== 'moved')
  const specific = found.filter(
    finding =>
      !isBroad(finding.observed.entity) &&
      !isSaidBetter(finding) &&
      (finding.kind !== 'moved' || !isLikely(finding.observed, causes)),
  )
  return found.filter(finding =>
    isBroad(finding.observed.entity) ? !isLikely(finding.observed, specific) : specific.includes(finding),
  )
}

/** As if that had not happened. */
function without(
  whole: Observed,
  { observed, money }: Finding,
  share: number,
  { days }: SalesHistory,
): Observed {
  const { now } = whole
  const orders = observed.now.orders - (observed.base.orders * days.now) / days.base
  return {
    ...whole,
    now: {
      ...now,
      amount: now.amount - toUnits(Number(money) * share),
      orders: Math.max(Math.round(now.orders - orders * share), 0),
    },
  }
}

/** How much of a finding is in a part: of a product all in those that it is in, of a client in proportion to what is sold in it. */
function shareIn({ entity, base }: Observed, { observed }: Finding, { total }: SalesHistory): number {
  const isIn = ({ dimension, value }: Entity) =>
    observed.within?.some(own => own.dimension === dimension && own.value === value)
  if (entity.length === 0) return 1
  if (observed.within) return entity.every(isIn) ? 1 : 0
  return total.base.amount === 0n ? 0 : Number(base.amount) / Number(total.base.amount)
}

const isBroad = (entity: Entity[]) => !entity.some(({ dimension }) => SPECIFIC.has(dimension))
