import type { Identity } from '../../contract/index.ts'
import { findMart, type MartRecord, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import { addDays, daysBetween } from '../../text/index.ts'
import { readDecimal, toUnits } from '../decimal.ts'
import type { Period, Source } from '../facts.ts'
import { sourceOf } from '../make-fact.ts'
import { daysOf, earlierOf } from '../periods.ts'
import { type Effects, effectsOf } from './effects.ts'
import { NOTHING, type Observed, type SalesHistory, type Sold } from './observed.ts'
import { readDaysOut } from './read-days-out.ts'

/** Weeks before the period by which it is known what is usual. */
const WEEKS = 26
/** Products and clients that moved most; how many others there are counts, since they were looked at too. */
const MOST = 200

/** A sale's bucket is its week; weeks of the base have this added, and the period is one bucket. */
const [BASE_WEEKS, NOW] = [1000, -1]
const FAR_WEEKS = 10_000

type Dimension = 'total' | 'product' | 'category' | 'region' | 'client'

/** `others`: how many there are besides those that are read. */
type Row = {
  dimension: Dimension
  value: string | null
  within: string | null
  currency: string
  bucket: number
  amount: string
  quantity: string
  orders: number
  others: number
}

/** `first`: the first business date that there are data of. */
export type Asked = { period: Period; base: Period; first: string; caller: Identity }
export type Sales = { history: SalesHistory; effects: Effects }

/** What was sold in a period, in the one before it and in the weeks before, by currency: as far as the caller may see it. */
export async function readSales(query: Query, asked: Asked): Promise<{ sales: Sales[]; source: Source }> {
  const [sales, products, territories] = await Promise.all(
    ['fct_sale', 'dim_product', 'dim_territory'].map(mart => findMart(query, mart, asked.caller, 'report')),
  )
  if (!sales || !products || !territories) throw new TypeError('three marts were asked for')
  const [rows, clients, daysOut] = await Promise.all([
    readParts(query, { sales, products, territories }, asked),
    readClients(query, sales, asked),
    readDaysOut(query, asked),
  ])
  const weeks = Math.min(WEEKS, Math.floor(daysBetween(asked.first, asked.period.from) / 7))
  const days = { now: daysOf(asked.period), base: daysOf(asked.base) }
  const byCurrency = Map.groupBy([...rows, ...clients], row => row.currency)
  const sold = [...byCurrency].flatMap(([currency, own]) => {
    // Of what is not a number nothing is known.
    if (own.some(row => [row.amount, row.quantity].some(each => readDecimal(each) === undefined))) return []
    const byDimension = Map.groupBy(own, row => row.dimension)
    const observedOf = (dimension: Dimension) =>
      toObserved(dimension, byDimension.get(dimension) ?? [], weeks)
    const [total] = observedOf('total')
    if (!total) return []
    const known = observedOf('product')
    const most = mostMoved(known)
    const history = {
      ...{ currency, days, total },
      products: most.map(product => ({ ...product, daysOut: daysOut?.get(nameOf(product)) })),
      clients: observedOf('client'),
      parts: [...observedOf('category'), ...observedOf('region')],
      others: known.length - most.length + (byDimension.get('client')?.[0]?.others ?? 0),
    }
    return { history, effects: effectsOf(known, total) }
  })
  return { sales: sold, source: sourceOf(sales, sumsOf(sales)) }
}

const sumsOf = ({ mart }: MartRecord) =>
  `select currency, sum(amount), sum(quantity), count(distinct order_id) from mart.${mart} group by currency`

type Marts = { sales: MartRecord; products: MartRecord; territories: MartRecord }

/** The first day of the weeks, and conditions and bucket of a sale of the mart `m`, with their values. */
function sliceOf(sales: MartRecord, { period, base, caller }: Asked) {
  const first = addDays(period.from, -7 * WEEKS)
  const from = earlierOf(base.from, first)
  const values: (string | string[])[] = [period.from, period.to, base.from, base.to, first, from]
  const rules = makeRowRules(sales.rowRules, caller, values).map(rule => `m.${rule}`)
  // Integers are divided towards zero: what is before the first week would be in it.
  const week = `(m.sale_date - $5::date + ${7 * FAR_WEEKS}) / 7 - ${FAR_WEEKS}`
  return {
    values,
    where: ['m.sale_date between $6::date and $2::date', ...rules].join(' and '),
    bucket: `case when m.sale_date >= $1::date then ${NOW}
      when m.sale_date between $3::date and $4::date then ${BASE_WEEKS} + greatest(${week}, -1) else ${week} end`,
  }
}

/**
 * Sums by bucket of all that was sold, of each product, category and region. Lines of orders are counted for orders: which of
 * them are of one order says little where all of them are added up, and takes most of the time.
 */
async function readParts(
  query: Query,
  { sales, products, territories }: Marts,
  asked: Asked,
): Promise<Row[]> {
  const { values, where, bucket } = sliceOf(sales, asked)
  // Of what the caller may not see the amounts count, and what they are of stays without a name.
  const rulesOf = ({ rowRules }: MartRecord, alias: string) =>
    makeRowRules(rowRules, asked.caller, values)
      .map(rule => ` and ${alias}.${rule}`)
      .join('')
  const sums =
    'currency, bucket, sum(amount)::text as amount, sum(quantity)::text as quantity, sum(orders)::int as orders, 0 as others'
  return await query<Row>(
    `with sold as (
       select m.product_key, m.territory_id, m.currency, ${bucket} as bucket,
         sum(m.amount) as amount, sum(m.quantity) as quantity, count(*) as orders
       from ${tableOf(sales)} as m where ${where} group by 1, 2, 3, 4
     ), named as materialized (
       select p.name collate "C" as product, p.category collate "C" as category, t.region collate "C" as region, sold.*
       from sold
       left join ${tableOf(products)} as p on p.product_key = sold.product_key${rulesOf(products, 'p')}
       left join ${tableOf(territories)} as t on t.territory_id = sold.territory_id${rulesOf(territories, 't')}
     )
     select 'total' as dimension, null as value, null as within, ${sums} from named group by currency, bucket
     union all
     select 'product', product, max(category), ${sums} from named where trim(product) <> '' group by product, currency, bucket
     union all
     select 'category', category, null, ${sums} from named where trim(category) <> '' group by category, currency, bucket
     union all
     select 'region', region, null, ${sums} from named where trim(region) <> '' group by region, currency, bucket`,
    values,
  )
}

/** The same of the clients who moved most: which those are is known from both periods, before the weeks are read. */
async function readClients(query: Query, sales: MartRecord, asked: Asked): Promise<Row[]> {
  const { values, where, bucket } = sliceOf(sales, asked)
  const isNow = 'm.sale_date between $1::date and $2::date'
  return await query<Row>(
    `with moved as (
       select m.client_id, m.currency, sum(case when ${isNow} then m.amount else -m.amount end) as change
       from ${tableOf(sales)} as m
       where ${where} and trim(m.client_id) <> '' and (${isNow} or m.sale_date between $3::date and $4::date)
       group by 1, 2
     ), placed as (
       select client_id, currency, count(*) over (partition by currency) as of,
         row_number() over (partition by currency order by abs(change) desc, client_id collate "C") as place
       from moved
     )
     select 'client' as dimension, m.client_id as value, null as within, m.currency, ${bucket} as bucket,
       sum(m.amount)::text as amount, sum(m.quantity)::text as quantity, count(distinct m.order_id)::int as orders,
       max(greatest(of - ${MOST}, 0))::int as others
     from placed join ${tableOf(sales)} as m on m.client_id = placed.client_id and m.currency = placed.currency
     where placed.place <= ${MOST} and ${where} group by 2, 4, 5`,
    values,
  )
}

const changeOf = ({ now, base }: Observed) => {
  const change = now.amount - base.amount
  return change < 0n ? -change : change
}
const byChange = (a: Observed, b: Observed) => {
  const [x, y] = [changeOf(a), changeOf(b)]
  return x === y ? (nameOf(a) < nameOf(b) ? -1 : 1) : x > y ? -1 : 1
}
const nameOf = ({ entity }: Observed) => entity[0]?.value ?? ''
const mostMoved = (observed: Observed[]) => observed.toSorted(byChange).slice(0, MOST)

/** Those of which anything was sold in one of both periods, with so many weeks before. */
function toObserved(dimension: Dimension, rows: Row[], weekCount: number): Observed[] {
  return [...Map.groupBy(rows, row => row.value ?? '')].flatMap(([value, own]) => {
    const isBase = ({ bucket }: Row) => bucket >= BASE_WEEKS - 1
    const [now, base] = [sumOf(own.filter(row => row.bucket === NOW)), sumOf(own.filter(isBase))]
    if (now.orders === 0 && base.orders === 0) return []
    const weekOf = ({ bucket }: Row) => (isBase({ bucket } as Row) ? bucket - BASE_WEEKS : bucket)
    const weeks = Map.groupBy(
      own.filter(row => row.bucket !== NOW && weekOf(row) >= 0),
      weekOf,
    )
    const sums = Array.from({ length: weekCount }, (_, i) => sumOf(weeks.get(WEEKS - weekCount + i) ?? []))
    const within = own.find(row => row.within)?.within
    return {
      entity: dimension === 'total' ? [] : [{ dimension, value }],
      ...(dimension === 'product' && {
        within: within ? [{ dimension: 'category', value: within }] : [],
      }),
      ...{ now, base },
      weeks: {
        amount: sums.map(({ amount }) => Number(amount)),
        quantity: sums.map(({ quantity }) => Number(quantity)),
        orders: sums.map(({ orders }) => orders),
      },
    }
  })
}

const sumOf = (rows: Row[]): Sold =>
  rows.reduce(
    (sum, { amount, quantity, orders }) => ({
      amount: sum.amount + toUnits(readDecimal(amount) ?? '0'),
      quantity: sum.quantity + toUnits(readDecimal(quantity) ?? '0'),
      orders: sum.orders + orders,
    }),
    NOTHING,
  )
