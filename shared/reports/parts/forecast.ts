import { ratio, subtract, toRounded } from '../decimal.ts'
import type { Base, Entity, Fact, Source } from '../facts.ts'
import { pOfT, significant } from '../findings/significance.ts'
import { countOf, formatPeriod, formatValue } from '../narrative/formats.ts'
import { tellTotals } from '../narrative/tell-numbers.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { NOTHING_TOLD, note, type Order, type Part } from '../order.ts'
import { openMart, type Readable } from './read-mart.ts'
import { makeTeller } from './teller.ts'

/** Products that a report names. */
const MOST = 8
/** The chance that any product is named although it sold as was to be expected. */
const ALPHA = 0.03
/** Sums that spread so many times wider than their bands say are none that a forecast makes likely. */
const MOST_SPREAD = 3
/** Between the tenth and the ninetieth percentile of a normal distribution there are so many standard deviations. */
const BAND = 2.563

type Row = {
  name: string
  sold: number
  expected: number
  days: number
  within: number
  error: number
  variance: number
  price: string | null
}

/** What was sold against what had been forecast a week before, and which products were beyond what that makes likely. */
export const forecastReview: Part = async order => {
  const { query, caller, language, period, filters } = order
  const products = await openMart(query, 'dim_product', caller)
  const sales = await openMart(query, 'fct_sale', caller)
  // What was sold beside a forecast is of all sales: who may see a part of them sees no sum of all.
  if (
    !products ||
    !sales ||
    sales.rules.length > 0 ||
    Object.keys(filters).some(name => !['category', 'product'].includes(name))
  )
    return { ...NOTHING_TOLD, statements: [note('no-forecast', TEXTS[language].noData)] }
  const sql = toSql(products)
  const rows = await query<Row>(sql, [
    ...[...products.values, period.from, period.to],
    ...[filters.category ?? null, filters.product ?? null],
  ])
  const text = TEXTS[language]
  if (rows.length === 0) return { ...NOTHING_TOLD, statements: [note('no-forecast', text.noData)] }
  const teller = tellerOf(order, { ...products.sourceOf(sql), mart: 'mart_forecast_product_day' })
  const sumOf = (name: 'sold' | 'expected' | 'days' | 'within' | 'error') =>
    rows.reduce((sum, row) => sum + row[name], 0)
  const total = teller.compare([], sumOf('sold'), sumOf('expected'))
  const sold = total.filter(({ metric }) => metric === SOLD)
  teller.add(tellTotals({ ...order, facts: sold }), total)
  const when = formatPeriod(period, language)
  const within = teller.ratio('within_band', sumOf('within'), sumOf('days'))
  teller.tell('within', text.review.band(formatValue(within, language), when), [within])
  if (sumOf('sold') > 0) {
    const error = teller.ratio('forecast_error', sumOf('error'), sumOf('sold'))
    teller.tell('error', text.review.error(formatValue(error, language), when), [error])
  }
  const { outliers, spread } = findOutliers(rows)
  for (const { name, sold, expected } of outliers.slice(0, MOST)) {
    const facts = teller.compare([{ dimension: 'product', value: name }], sold, expected)
    const [value, , difference] = facts
    if (!value || !difference) continue
    const size = formatValue(difference, language, { isSize: true })
    const direction = difference.direction === 'up' ? 'up' : 'down'
    const said = text.review.outlier(name, countOf(Number(value.value), language), size, direction)
    teller.tell(`outlier/${name}`, said, facts)
  }
  // Where all of them are far off, none is farther than others, which is not what a forecast makes likely.
  if (outliers.length === 0 && spread < MOST_SPREAD) teller.add([note('no-outlier', text.review.none)], [])
  return teller.told()
}

/**
 * Those whose sum is further from the forecast's than their bands make likely, the most money first. A day's error goes on the
 * next day: how much wider sums spread than independent days would is seen over all products.
 */
function findOutliers(rows: Row[]): { outliers: Row[]; spread: number } {
  const scored = rows
    .filter(({ variance }) => variance > 0)
    .map(row => ({ row, z: (row.sold - row.expected) / Math.sqrt(row.variance) }))
  const squares = scored.map(({ z }) => z * z).sort((a, b) => a - b)
  const median = squares[Math.floor((squares.length - 1) / 2)] ?? 0
  // The median of a squared standard normal is 0.455.
  const spread = Math.max(Math.sqrt(median / 0.455), 1)
  const tested = scored.map(({ row, z }) => ({ row, p: pOfT(z / spread, Math.max(rows.length - 1, 8)) }))
  const moneyOf = ({ sold, expected, price }: Row) => Math.abs(sold - expected) * Number(price ?? 1)
  const outliers = significant(tested, { alpha: ALPHA })
    .map(({ row }) => row)
    .sort((a, b) => moneyOf(b) - moneyOf(a) || (a.name < b.name ? -1 : 1))
  return { outliers, spread }
}

function tellerOf({ period, language }: Order, source: Source) {
  const base: Base = { kind: 'forecast', period }
  const teller = makeTeller('forecast', { period, source })
  return {
    ...teller,
    /** A value, what was forecast of it, the difference, and the change where there is one. */
    compare(entity: Entity[], sold: number, expected: number): Fact[] {
      const [now, before] = [toRounded(sold), toRounded(expected)]
      const difference = subtract(now, before)
      const change = expected > 0 ? ratio(difference, before) : null
      const common = { metric: SOLD, label: LABELS[language], entity, unit: 'quantity' } as const
      return [
        teller.fact({ ...common, value: now }),
        teller.fact({ ...common, value: before, metric: 'units_forecast' }),
        teller.fact({ ...common, kind: 'difference', value: difference, base }),
        ...(change === null
          ? []
          : [teller.fact({ ...common, kind: 'change', value: change, unit: 'ratio', base })]),
      ]
    },
    /** Of no metric's value over all entities: a ratio by itself. */
    ratio: (metric: string, part: number, whole: number): Fact =>
      teller.fact({ metric, unit: 'ratio', value: ratio(toRounded(part), toRounded(whole)) ?? '0' }),
  }
}

/** Less than the metric units_sold has: a day without stock says nothing of a forecast, and returns are taken off. */
const SOLD = 'units_sold_in_stock'
const LABELS = {
  en: 'Units sold on days in stock',
  de: 'Verkaufte Stückzahl an Tagen mit Bestand',
  fr: 'Quantité vendue les jours en stock',
  es: 'Unidades vendidas en días con existencias',
}

/** By product over the period. */
function toSql({ table, rules, values }: Readable): string {
  const at = (number: number) => `$${values.length + number}`
  const isAsked = (column: string, number: number) =>
    `(${at(number)}::text[] is null or ${column} = any(${at(number)}::text[]))`
  const where = [
    `b.date between ${at(1)}::date and ${at(2)}::date`,
    // Not NaN and not infinite.
    'b.mean + b.p10 + b.p90 + d.quantity between -1e30 and 1e30',
    'd.quantity is not null and not coalesce(d.is_out, false)',
    isAsked('m.category', 3),
    isAsked('m.name', 4),
    ...rules,
  ]
  return `select case when trim(m.name) <> '' then m.name else m.product_id end as name, sum(d.quantity)::float8 as sold, sum(b.mean)::float8 as expected,
    count(*)::int as days, count(*) filter (where d.quantity between b.p10 and b.p90)::int as within,
    sum(abs(d.quantity - b.mean))::float8 as error, sum(((b.p90 - b.p10) / ${BAND}) ^ 2)::float8 as variance,
    max(m.list_price)::text as price
  from forecast.past as b
  join forecast.feature as f on f.product_id = b.product_id
  cross join lateral (
    select f.quantity[b.date - f.history_from + 1] as quantity, f.out_of_stock[b.date - f.history_from + 1] as is_out
  ) as d
  join ${table} as m on m.product_id = b.product_id and m.is_current
  where ${where.join(' and ')}
  group by 1 order by 1`
}
