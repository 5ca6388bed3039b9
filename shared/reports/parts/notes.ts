import { readMetric } from '../../metrics/index.ts'
import type { Span } from '../calendar.ts'
import type { Base, Statement } from '../facts.ts'
import { formatDay } from '../intl.ts'
import { countOf, formatDays, formatPeriod } from '../narrative/formats.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { coveredOf, metricOf, NOTHING_TOLD, note, type Order, type Part } from '../order.ts'
import { baseOf, type Covered, daysOf, earlierOf, laterOf } from '../periods.ts'
import { openMart } from './read-mart.ts'

/** Fewer orders than this make percentages of chance. */
const FEW_ORDERS = 30

/** What a reader of the sales has to know: days that are missing, few orders, and currencies that come or go. */
export const salesNotes: Part = async order => {
  const { query, caller, published, period, language, filters } = order
  const covered = coveredOf(published, 'fct_sale')
  const sales = await openMart(query, 'fct_sale', caller)
  if (!covered || !sales) return NOTHING_TOLD
  const base = baseOf('previous', period, covered)
  const statements = notWhole(order, covered, base)
  if (Object.keys(filters).length > 0) {
    statements.push(...(await fewOrdersOf(order)))
    return { ...NOTHING_TOLD, statements }
  }
  const text = TEXTS[language]
  const at = (number: number) => `$${sales.values.length + number}::date`
  const isIn = (number: number) => `m.sale_date between ${at(number)} and ${at(number + 1)}`
  const span = base?.period ?? period
  const rows = await query<{ currency: string; isNow: boolean; orders: string[]; days: string[] }>(
    `select currency, "isNow", array_agg(distinct sale_date)::text[] as days,
       (array_agg(distinct order_id) filter (where "isNow" and order_id is not null))[1:${FEW_ORDERS}] as orders
     from (
       select m.currency, ${isIn(1)} as "isNow", m.sale_date, m.order_id collate "C"
       from ${sales.table} as m where ${[`(${isIn(1)} or ${isIn(3)})`, ...sales.rules].join(' and ')} group by 1, 2, 3, 4
     ) as placed group by 1, 2 order by 1`,
    [...sales.values, period.from, period.to, span.from, span.to],
  )
  const now = rows.filter(({ isNow }) => isNow)
  const lastDay = earlierOf(covered.last, period.to)
  const firstDay = laterOf(covered.first, period.from)
  const missing = daysOf({ from: firstDay, to: lastDay }) - new Set(now.flatMap(({ days }) => days)).size
  if (missing > 0) statements.push(note('days-without', text.daysWithout(formatDays(missing, language))))
  // An order may be of several days and currencies.
  statements.push(...fewOrders(new Set(now.flatMap(({ orders }) => orders ?? [])).size, order))
  if (base) statements.push(...currencyNotes(rows, formatPeriod(base.period, language), order))
  return { ...NOTHING_TOLD, statements }
}

/** Which days of the period, and of the one before it, there are no data of. */
function notWhole({ period, language }: Order, covered: Covered, base: Base | null): Statement[] {
  const text = TEXTS[language]
  const days = (span: Span, last: string) => ({
    first: span.from < covered.first ? formatDay(covered.first, language) : undefined,
    last: span.to > last ? formatDay(last, language) : undefined,
  })
  const of = period.to > covered.last ? covered.last : covered.lastWhole
  return [
    ...(period.isWhole ? [] : [note('not-whole', text.notWhole('period', days(period, of)))]),
    ...(base && base.period.from < covered.first
      ? [note('base-not-whole', text.notWhole('base', days(base.period, covered.last)))]
      : []),
  ]
}

const fewOrders = (orders: number, { language }: Order): Statement[] =>
  orders > 0 && orders < FEW_ORDERS
    ? [note('few-orders', TEXTS[language].fewOrders(countOf(orders, language)))]
    : []

/** Of what a report is narrowed to. */
async function fewOrdersOf(order: Order): Promise<Statement[]> {
  const metric = metricOf(order, 'orders')
  if (!metric) return []
  const { query, period, filters, caller } = order
  const asked = { by: [], from: period.from, to: period.to, filters, limit: 1 }
  const { rows } = await readMetric(query, metric, asked, caller)
  return fewOrders(Number(rows[0]?.value ?? 0), order)
}

function currencyNotes(
  rows: { currency: string; isNow: boolean }[],
  base: string,
  { language }: Order,
): Statement[] {
  const text = TEXTS[language]
  const of = (isNow: boolean) => rows.filter(row => row.isNow === isNow).map(({ currency }) => currency)
  const [now, before] = [of(true), of(false)]
  if (now.length === 0 || before.length === 0) return []
  return [
    ...now
      .filter(currency => !before.includes(currency))
      .map(currency => note(`new-currency/${currency}`, text.newCurrency(currency, base))),
    ...before
      .filter(currency => !now.includes(currency))
      .map(currency => note(`gone-currency/${currency}`, text.goneCurrency(currency, base))),
  ]
}
