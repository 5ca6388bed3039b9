import { ratio, readDecimal, signOf } from '../decimal.ts'
import { countOf, formatDays, formatPeriod, formatValue } from '../narrative/formats.ts'
import { type Count, TEXTS } from '../narrative/texts/index.ts'
import type { Order, Part, Told } from '../order.ts'
import { openMart, type Readable } from './read-mart.ts'
import { makeTeller } from './teller.ts'

/** Products that a report names. */
const MOST = 5
/** What a report calls short: the mart may be built to call more so, or less. */
const SHORT_DAYS = 28
/** Columns of agg_stock_coverage by which a report may be filtered. */
const COLUMNS: Record<string, string> = { category: 'category', subcategory: 'subcategory', product: 'name' }

type Row = {
  /** Empty where it has none. */
  name: string
  status: string
  currency: string | null
  day: string
  stock: string
  cost: string | null
  days: string | null
  perDay: string
}

/** Products that sell and are out of stock, or will be soon; those that sell most first. */
export const stockAtRisk: Part = async order =>
  join((await readCoverage(order, ['out_of_stock', 'short'])).map(read => tellAtRisk(read, order)))

function tellAtRisk(read: Coverage, order: Order): Told {
  const { language } = order
  const text = TEXTS[language].stock
  const { teller, day } = tellerOf(read, order)
  const count = (own: Row[], metric: string, tell: (count: Count, day: string) => string) => {
    if (own.length === 0) return
    const fact = teller.fact({ metric, value: String(own.length), unit: 'count' })
    teller.tell(metric, tell(countOf(own.length, language), day), [fact])
  }
  const out = read.rows.filter(({ status }) => status === 'out_of_stock')
  const short = read.rows.filter(
    ({ status, days }) => status === 'short' && Number(days ?? SHORT_DAYS) < SHORT_DAYS,
  )
  count(out, 'products_out_of_stock', text.out)
  count(short, 'products_short_of_stock', text.short)
  const named = [...out, ...short].filter(({ name, perDay }) => name !== '' && signOf(perDay) > 0)
  for (const row of named.toSorted(bySales).slice(0, MOST)) {
    const entity = [{ dimension: 'product', value: row.name }]
    if (row.status === 'out_of_stock' || row.days === null) {
      const sold = teller.fact({ metric: 'units_per_day', value: row.perDay, unit: 'quantity', entity })
      teller.tell(`out/${row.name}`, text.soldOut(row.name, countOf(Number(sold.value), language)), [sold])
      continue
    }
    const stock = teller.fact({ metric: 'stock', value: row.stock, unit: 'quantity', entity })
    const days = teller.fact({ metric: 'days_of_stock', value: row.days, unit: 'days', entity })
    const enough = formatDays(Math.floor(Number(row.days)), language)
    teller.tell(`short/${row.name}`, text.risk(row.name, countOf(Number(stock.value), language), enough), [
      stock,
      days,
    ])
  }
  return teller.told()
}

/** What lies there and no longer sells, by what it cost. */
export const deadStock: Part = async order =>
  join((await readCoverage(order, ['dead'])).map(read => tellDead(read, order)))

function tellDead(read: Coverage, order: Order): Told {
  const { language } = order
  const text = TEXTS[language].stock
  const { teller, day } = tellerOf(read, order)
  const costly = read.rows.filter(row => row.cost !== null && signOf(row.cost) > 0)
  for (const [currency, rows] of Map.groupBy(costly, row => row.currency)) {
    const { dead = '0', all = '0' } = read.sums.get(currency ?? '') ?? {}
    if (signOf(dead) <= 0) continue
    const cost = { metric: 'stock_cost', unit: 'currency', currency } as const
    const money = teller.fact({ ...cost, metric: 'dead_stock_cost', value: dead })
    const part = signOf(all) > 0 ? ratio(dead, all) : null
    const share =
      part === null
        ? null
        : teller.fact({ ...cost, metric: 'dead_stock_cost', kind: 'share', value: part, unit: 'ratio' })
    const shareText = share && formatValue(share, language)
    const facts = [money, ...(share ? [share] : [])]
    teller.tell(`dead/${currency}`, text.dead(formatValue(money, language), shareText, day), facts)
    for (const row of rows
      .filter(({ name }) => name !== '')
      .toSorted(byCost)
      .slice(0, MOST)) {
      const entity = [{ dimension: 'product', value: row.name }]
      const own = teller.fact({ ...cost, value: row.cost ?? '0', entity })
      const stock = teller.fact({ metric: 'stock', value: row.stock, unit: 'quantity', entity })
      const left = countOf(Number(stock.value), language)
      const said = text.deadProduct(row.name, formatValue(own, language), left)
      teller.tell(`dead/${currency}/${row.name}`, said, [own, stock])
    }
  }
  return teller.told()
}

function tellerOf({ day, mart, sql }: Coverage, { language }: Order) {
  const period = { from: day, to: day, isWhole: true }
  const teller = makeTeller(`stock/${day}`, { period, source: mart.sourceOf(sql) })
  return { teller, day: formatPeriod(period, language) }
}

const join = (told: Told[]): Told => ({
  statements: told.flatMap(({ statements }) => statements),
  facts: told.flatMap(({ facts }) => facts),
  charts: [],
})

const bySales = (a: Row, b: Row) => Number(b.perDay) - Number(a.perDay) || (a.name < b.name ? -1 : 1)
const byCost = (a: Row, b: Row) => Number(b.cost) - Number(a.cost) || (a.name < b.name ? -1 : 1)

/** `all`: 0 where a part of it would not be one of all stock, which is in several currencies or of several days. */
type Coverage = {
  rows: Row[]
  mart: Readable
  sql: string
  day: string
  sums: Map<string, { dead: string; all: string }>
}

/** By day: each system of sources has its own. */
async function readCoverage({ query, caller, filters }: Order, statuses: string[]): Promise<Coverage[]> {
  const mart = await openMart(query, 'agg_stock_coverage', caller)
  if (!mart || Object.keys(filters).some(name => COLUMNS[name] === undefined)) return []
  const values = [...mart.values]
  const add = (value: string | string[]) => `$${values.push(value)}`
  const isAsked = Object.entries(filters).map(
    ([name, wanted]) => `m."${COLUMNS[name]}"::text = any(${add(wanted)}::text[])`,
  )
  const conditions = [...mart.rules, ...isAsked]
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
  // Products of one name are told apart by their ids, whichever of them a filter or a rule leaves.
  const sql = `select coalesce(trim(m.name) || case when twins.count > 1 then ' (' || m.product_id || ')' else '' end, '') as name, m.status,
       m.currency, m.as_of_date::text as day, m.stock_quantity::text as stock,
       m.stock_cost::text as cost, m.days_of_stock::text as days, m.quantity_per_day::text as "perDay",
       sum(m.stock_cost) filter (where m.status = 'dead') over own::text as dead,
       case when min(m.currency) over () = max(m.currency) over () and min(m.as_of_date) over () = max(m.as_of_date) over ()
         then sum(m.stock_cost) over own::text end as of
     from ${mart.table} as m
     left join (select name, count(*) as count from ${mart.table} where trim(name) <> '' group by 1) as twins on twins.name = m.name
     ${where} window own as (partition by m.currency, m.as_of_date)`
  const all = await query<Row & { dead: string | null; of: string | null }>(
    `select * from (${sql}) as covered where status = any(${add(statuses)}::text[]) and stock is not null`,
    values,
  )
  const byDay = Map.groupBy(all.flatMap(readNumbers), ({ day }) => day)
  return [...byDay].toSorted().map(([day, rows]) => {
    const sums = rows.map(
      ({ currency, dead, of }) => [currency ?? '', { dead: dead ?? '0', all: of ?? '0' }] as const,
    )
    return { rows, mart, sql, day, sums: new Map(sums) }
  })
}

/** What is not a number is not known; without what there is of it a product says nothing. */
function readNumbers<Read extends Row & { dead: string | null; of: string | null }>(row: Read): Read[] {
  const read = (text: string | null) => readDecimal(text) ?? null
  const stock = readDecimal(row.stock)
  const { cost, days, perDay, dead, of } = row
  const numbers = { cost: read(cost), days: read(days), dead: read(dead), of: read(of) }
  return stock === undefined ? [] : [{ ...row, ...numbers, stock, perDay: read(perDay) ?? '0' }]
}
