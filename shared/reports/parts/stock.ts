import { ratio, signOf } from '../decimal.ts'
import type { Entity, Fact, Statement } from '../facts.ts'
import { type Made, makeFact } from '../make-fact.ts'
import { formatCount, formatDays, formatPeriod, formatValue } from '../narrative/formats.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { NOTHING_TOLD, type Order, type Part, type Told } from '../order.ts'
import { openMart, type Readable } from './read-mart.ts'

/** Products that a report names. */
const MOST = 5
/** Columns of agg_stock_coverage by which a report may be filtered. */
const COLUMNS: Record<string, string> = { category: 'category', subcategory: 'subcategory', product: 'name' }

type Row = {
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
export const stockAtRisk: Part = async order => {
  const read = await readCoverage(order, ['out_of_stock', 'short'])
  if (!read || read.rows.length === 0) return NOTHING_TOLD
  const { language } = order
  const text = TEXTS[language].stock
  const teller = makeTeller(order, read)
  const count = (status: string, metric: string, tell: (count: string, day: string) => string) => {
    const own = read.rows.filter(row => row.status === status)
    if (own.length === 0) return
    const fact = teller.fact({ metric, value: String(own.length), unit: 'count' })
    teller.tell(metric, tell(formatCount(own.length, language), teller.day), [fact])
  }
  count('out_of_stock', 'products_out_of_stock', text.out)
  count('short', 'products_short_of_stock', text.short)
  for (const row of read.rows.toSorted(bySales).slice(0, MOST)) {
    const entity = [{ dimension: 'product', value: row.name }]
    if (row.status === 'out_of_stock' || row.days === null) {
      const sold = teller.fact({ metric: 'units_per_day', value: row.perDay, unit: 'quantity', entity })
      teller.tell(`out/${row.name}`, text.soldOut(row.name, formatValue(sold, language)), [sold])
      continue
    }
    const stock = teller.fact({ metric: 'stock', value: row.stock, unit: 'quantity', entity })
    const days = teller.fact({ metric: 'days_of_stock', value: row.days, unit: 'days', entity })
    const enough = formatDays(Math.floor(Number(row.days)), language)
    teller.tell(`short/${row.name}`, text.risk(row.name, formatValue(stock, language), enough), [stock, days])
  }
  return teller.told()
}

/** What lies there and no longer sells, by what it cost. */
export const deadStock: Part = async order => {
  const read = await readCoverage(order, ['dead'])
  if (!read || read.rows.length === 0) return NOTHING_TOLD
  const { language } = order
  const text = TEXTS[language].stock
  const teller = makeTeller(order, read)
  const costly = read.rows.filter(row => row.cost !== null && signOf(row.cost) > 0)
  for (const [currency, rows] of Map.groupBy(costly, row => row.currency)) {
    const { dead = '0', all = '0' } = read.sums.get(currency ?? '') ?? {}
    const cost = { metric: 'stock_cost', unit: 'currency', currency } as const
    const money = teller.fact({ ...cost, metric: 'dead_stock_cost', value: dead })
    const part = signOf(all) > 0 ? ratio(dead, all) : null
    const share =
      part === null
        ? null
        : teller.fact({ ...cost, metric: 'dead_stock_cost', kind: 'share', value: part, unit: 'ratio' })
    const shareText = share && formatValue(share, language)
    const facts = [money, ...(share ? [share] : [])]
    teller.tell(`dead/${currency}`, text.dead(formatValue(money, language), shareText, teller.day), facts)
    for (const row of rows.toSorted(byCost).slice(0, MOST)) {
      const entity = [{ dimension: 'product', value: row.name }]
      const own = teller.fact({ ...cost, value: row.cost ?? '0', entity })
      const stock = teller.fact({ metric: 'stock', value: row.stock, unit: 'quantity', entity })
      const said = text.deadProduct(row.name, formatValue(own, language), formatValue(stock, language))
      teller.tell(`dead/${row.name}`, said, [own, stock])
    }
  }
  return teller.told()
}

const bySales = (a: Row, b: Row) => Number(b.perDay) - Number(a.perDay) || (a.name < b.name ? -1 : 1)
const byCost = (a: Row, b: Row) => Number(b.cost) - Number(a.cost) || (a.name < b.name ? -1 : 1)

type Coverage = {
  rows: Row[]
  mart: Readable
  sql: string
  day: string
  sums: Map<string, { dead: string; all: string }>
}

async function readCoverage(
  { query, caller, filters }: Order,
  statuses: string[],
): Promise<Coverage | undefined> {
  const mart = await openMart(query, 'agg_stock_coverage', caller)
  if (!mart || Object.keys(filters).some(name => COLUMNS[name] === undefined)) return undefined
  const values = [...mart.values]
  const add = (value: string | string[]) => `$${values.push(value)}`
  const isAsked = Object.entries(filters).map(
    ([name, wanted]) => `m."${COLUMNS[name]}"::text = any(${add(wanted)}::text[])`,
  )
  const conditions = [...mart.rules, ...isAsked]
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
  const sql = `select m.name, m.status, m.currency, m.as_of_date::text as day, m.stock_quantity::text as stock,
       m.stock_cost::text as cost, m.days_of_stock::text as days, m.quantity_per_day::text as "perDay",
       sum(m.stock_cost) filter (where m.status = 'dead') over (partition by m.currency)::text as dead,
       sum(m.stock_cost) over (partition by m.currency)::text as of
     from ${mart.table} as m ${where}`
  const all = await query<Row & { dead: string | null; of: string | null }>(
    `select * from (${sql}) as covered where status = any(${add(statuses)}::text[]) and stock is not null`,
    values,
  )
  const sums = all.map(
    ({ currency, dead, of }) => [currency ?? '', { dead: dead ?? '0', all: of ?? '0' }] as const,
  )
  return { rows: all, mart, sql, day: all[0]?.day ?? '', sums: new Map(sums) }
}

type Said = Omit<Made, 'kind' | 'label' | 'period' | 'source'> & { kind?: Fact['kind']; entity?: Entity[] }

/** Gathers sentences about one day, and the facts of each. */
function makeTeller({ language }: Order, { day, mart, sql }: Coverage) {
  const [statements, facts]: [Statement[], Fact[]] = [[], []]
  const period = { from: day, to: day, isWhole: true }
  return {
    day: formatPeriod(period, language),
    fact: (said: Said): Fact =>
      makeFact({ kind: 'value', label: said.metric, period, source: mart.sourceOf(sql), ...said }),
    tell(id: string, text: string, of: Fact[]): void {
      statements.push({ id: `stock/${id}`, text, facts: of.map(fact => fact.id), drivers: [] })
      facts.push(...of)
    },
    told: (): Told => ({ statements, facts, charts: [] }),
  }
}
