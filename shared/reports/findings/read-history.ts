import type { Identity } from '../../contract/index.ts'
import { findMart, type MartRecord, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import { toUnits } from '../decimal.ts'
import type { Period, Source } from '../facts.ts'
import { addDays, daysOf } from '../periods.ts'
import { type Effects, effectsOf } from './effects.ts'
import { NOTHING, type Observed, type SalesHistory, type Sold } from './observed.ts'

/** Weeks before the period by which it is known what is usual. */
const WEEKS = 26
/** Products and clients that moved most; how many others there are counts, since they were looked at too. */
const MOST = 200

/** By what is sold is looked at: a column of its own, or of the mart of its key. */
const DIMENSIONS = {
  product: { mart: 'dim_product', key: 'product_key', column: 'name' },
  category: { mart: 'dim_product', key: 'product_key', column: 'category' },
  region: { mart: 'dim_territory', key: 'territory_id', column: 'region' },
  client: { mart: undefined, key: undefined, column: 'client_id' },
} as const
type Dimension = keyof typeof DIMENSIONS
const NO_DIMENSION = { mart: undefined, key: undefined, column: undefined }

const [NOW, BASE] = [-1, -2]

type Row = {
  value: string | null
  within: string | null
  currency: string
  bucket: number
  amount: string
  quantity: string
  orders: number
}

type Asked = { period: Period; base: Period; caller: Identity }

export type Sales = { history: SalesHistory; effects: Effects }

/** What was sold in a period, in the one that it is compared with and in the weeks before, by currency: as far as the caller may see it. */
export async function readSales(query: Query, asked: Asked): Promise<{ sales: Sales[]; source: Source }> {
  const sales = await findMart(query, 'fct_sale', asked.caller, 'report')
  const read = (dimension?: Dimension) => readObserved(query, sales, asked, dimension)
  const totals = await read()
  const [products, clients, categories, regions] = [
    await read('product'),
    await read('client'),
    await read('category'),
    await read('region'),
  ]
  const out = await readDaysOut(query, asked)
  const days = { now: daysOf(asked.period), base: daysOf(asked.base) }
  const sold = [...totals].flatMap(([currency, { observed }]) => {
    const [total] = observed
    if (!total) return []
    const [own, theirs] = [products.get(currency) ?? NONE, clients.get(currency) ?? NONE]
    const history = {
      ...{ currency, days, total },
      products: own.observed.map(product => ({ ...product, daysOut: out?.get(nameOf(product)) })),
      clients: theirs.observed,
      parts: [categories, regions].flatMap(parts => parts.get(currency)?.observed ?? []),
      others: own.others + theirs.others,
    }
    return { history, effects: effectsOf(own.all, total) }
  })
  return { sales: sold, source: sourceOf(sales) }
}

const sourceOf = ({ mart, builtAt, position }: MartRecord): Source => ({
  ...{ mart, builtAt: builtAt.toISOString(), position },
  sql: `select currency, sum(amount), sum(quantity), count(distinct order_id) from mart.${mart} group by currency`,
})

const changeOf = ({ now, base }: Observed) => {
  const change = now.amount - base.amount
  return change < 0n ? -change : change
}
const byChange = (a: Observed, b: Observed) => {
  const [x, y] = [changeOf(a), changeOf(b)]
  return x === y ? nameOf(a).localeCompare(nameOf(b), 'en') : x > y ? -1 : 1
}
const nameOf = ({ entity }: Observed) => entity[0]?.value ?? ''

type Group = { observed: Observed[]; others: number; all: { now: Sold; base: Sold }[] }
const NONE: Group = { observed: [], others: 0, all: [] }

/** By currency: those that moved most with their weeks, and what was sold of all of them. */
async function readObserved(
  query: Query,
  sales: MartRecord,
  asked: Asked,
  dimension: Dimension | undefined,
): Promise<Map<string, Group>> {
  const source = await toSource(query, sales, asked, dimension)
  const both = await readBuckets(query, source, asked)
  const groups = new Map<string, Group>()
  for (const [currency, rows] of Map.groupBy(both, row => row.currency)) {
    const all = [...Map.groupBy(rows, row => row.value ?? '')]
      .filter(([value]) => dimension === undefined || value !== '')
      .map(([, own]) => toObserved(dimension, own, []))
    const most = all.toSorted(byChange).slice(0, MOST)
    groups.set(currency, { observed: most, others: all.length - most.length, all })
  }
  const names = new Set([...groups.values()].flatMap(({ observed }) => observed.map(nameOf)))
  const weeks = await readBuckets(query, source, asked, [...names])
  const byKey = Map.groupBy(weeks, ({ currency, value }) => JSON.stringify([currency, value ?? '']))
  for (const [currency, group] of groups)
    group.observed = group.observed.map(one =>
      withWeeks(one, byKey.get(JSON.stringify([currency, nameOf(one)])) ?? []),
    )
  return groups
}

type SqlSource = {
  dimension: Dimension | undefined
  own: string
  from: string
  rules: string[]
  values: (string | string[])[]
}

async function toSource(
  query: Query,
  sales: MartRecord,
  { caller }: Asked,
  dimension: Dimension | undefined,
): Promise<SqlSource> {
  const values: (string | string[])[] = []
  const rules = makeRowRules(sales.rowRules, caller, values).map(rule => `m.${rule}`)
  const { mart, key, column } = dimension ? DIMENSIONS[dimension] : NO_DIMENSION
  if (mart === undefined)
    return {
      dimension,
      own: column === undefined ? 'null' : `m."${column}"`,
      from: `${tableOf(sales)} as m`,
      rules,
      values,
    }
  const joined = await findMart(query, mart, caller, 'report')
  const from = `${tableOf(sales)} as m join ${tableOf(joined)} as d on d."${key}" = m."${key}"`
  return { dimension, own: `d."${column}"`, from, rules, values }
}

/** Sums of both periods, or of the weeks of some. */
async function readBuckets(
  query: Query,
  { dimension, own, from, rules, values }: SqlSource,
  { period, base }: Asked,
  names?: string[],
): Promise<Row[]> {
  const given = [...values]
  const add = (value: string | string[]) => `$${given.push(value)}`
  const isIn = ({ from, to }: Period) => `m.sale_date between ${add(from)}::date and ${add(to)}::date`
  const first = addDays(period.from, -7 * WEEKS)
  const [bucket, where] = names
    ? [
        `(m.sale_date - ${add(first)}::date) / 7`,
        isIn({ from: first, to: addDays(period.from, -1), isWhole: true }),
      ]
    : [`case when ${isIn(period)} then ${NOW} else ${BASE} end`, `(${isIn(period)} or ${isIn(base)})`]
  const isNamed = names && dimension ? [`${own}::text = any(${add(names)}::text[])`] : []
  return await query<Row>(
    `select ${own}::text as value, ${dimension === 'product' ? 'max(d.category)' : 'null'} as within, m.currency,
       ${bucket} as bucket, sum(m.amount)::text as amount, sum(m.quantity)::text as quantity,
       count(distinct m.order_id)::int as orders
     from ${from} where ${[where, ...rules, ...isNamed].join(' and ')} group by 1, 3, 4`,
    given,
  )
}

const sumOf = (rows: Row[], bucket: number): Sold => {
  const row = rows.find(one => one.bucket === bucket)
  return row ? { amount: toUnits(row.amount), quantity: toUnits(row.quantity), orders: row.orders } : NOTHING
}

function toObserved(dimension: Dimension | undefined, rows: Row[], weeks: Row[]): Observed {
  const [first] = rows
  const within = first?.within ? [{ dimension: 'category', value: first.within }] : []
  const observed = {
    entity: dimension ? [{ dimension, value: first?.value ?? '' }] : [],
    ...(dimension === 'product' && { within }),
    ...{ now: sumOf(rows, NOW), base: sumOf(rows, BASE), weeks: { amount: [], quantity: [], orders: [] } },
  }
  return withWeeks(observed, weeks)
}

function withWeeks(observed: Observed, rows: Row[]): Observed {
  if (rows.length === 0) return observed
  const weeks = Array.from({ length: WEEKS }, (_, week) => sumOf(rows, week))
  return {
    ...observed,
    weeks: {
      amount: weeks.map(({ amount }) => Number(amount)),
      quantity: weeks.map(({ quantity }) => Number(quantity)),
      orders: weeks.map(({ orders }) => orders),
    },
  }
}

/** Days of both periods on which a product was not in stock, by its name; undefined where the caller may not see that. */
async function readDaysOut(
  query: Query,
  { period, base, caller }: Asked,
): Promise<Map<string, { now: number; base: number }> | undefined> {
  const marts = await Promise.all(
    ['fct_inventory_snapshot', 'dim_product'].map(mart =>
      findMart(query, mart, caller, 'report').catch(() => undefined),
    ),
  )
  const [stock, products] = marts
  if (!stock || !products || Object.keys(stock.rowRules).length > 0) return undefined
  const rows = await query<{ name: string; now: number; base: number }>(
    `select p.name, count(*) filter (where s.day >= $1::date)::int as now, count(*) filter (where s.day < $1::date)::int as base
     from (
       select product_id, snapshot_date as day from ${tableOf(stock)}
       where snapshot_date between $1::date and $2::date or snapshot_date between $3::date and $4::date
       group by product_id, snapshot_date having sum(quantity) <= 0
     ) s
     join ${tableOf(products)} as p on p.product_id = s.product_id and p.is_current
     group by p.name`,
    [period.from, period.to, base.from, base.to],
  )
  return new Map(rows.map(({ name, now, base: before }) => [name, { now, base: before }]))
}
