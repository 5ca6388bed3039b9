import type { Statement } from '../facts.ts'
import { formatCount, formatDay, formatDays, formatPeriod } from '../narrative/formats.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { coveredOf, NOTHING_TOLD, note, type Order, type Part } from '../order.ts'
import { baseOf, daysOf, earlierOf, laterOf } from '../periods.ts'
import { openMart } from './read-mart.ts'

/** Fewer orders than this make percentages of chance. */
const FEW_ORDERS = 30

/** What a reader of the sales has to know: days that are missing, few orders, and currencies that come or go. */
export const salesNotes: Part = async order => {
  const { query, caller, published, period, language } = order
  const covered = coveredOf(published, 'fct_sale')
  const sales = await openMart(query, 'fct_sale', caller)
  if (!covered || !sales) return NOTHING_TOLD
  const text = TEXTS[language]
  const statements = period.isWhole
    ? []
    : [note('not-whole', text.notWhole(formatDay(covered.last, language)))]
  const base = baseOf('previous', period, covered)
  const at = (number: number) => `$${sales.values.length + number}::date`
  const isIn = (number: number) => `m.sale_date between ${at(number)} and ${at(number + 1)}`
  const span = base?.period ?? period
  const rows = await query<{ currency: string; isNow: boolean; orders: number; days: string[] }>(
    `select currency, "isNow", count(*)::int as orders, array_agg(distinct sale_date)::text[] as days
     from (
       select m.currency, ${isIn(1)} as "isNow", m.sale_date, m.order_id collate "C"
       from ${sales.table} as m where ${[`(${isIn(1)} or ${isIn(3)})`, ...sales.rules].join(' and ')} group by 1, 2, 3, 4
     ) as placed group by 1, 2 order by 1`,
    [...sales.values, period.from, period.to, span.from, span.to],
  )
  const now = rows.filter(({ isNow }) => isNow)
  const orders = now.reduce((sum, row) => sum + row.orders, 0)
  const lastDay = earlierOf(covered.last, period.to)
  const firstDay = laterOf(covered.first, period.from)
  const missing = daysOf({ from: firstDay, to: lastDay }) - new Set(now.flatMap(({ days }) => days)).size
  if (missing > 0) statements.push(note('days-without', text.daysWithout(formatDays(missing, language))))
  if (orders > 0 && orders < FEW_ORDERS)
    statements.push(note('few-orders', text.fewOrders(formatCount(orders, language))))
  if (base) statements.push(...currencyNotes(rows, formatPeriod(base.period, language), order))
  return { ...NOTHING_TOLD, statements }
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
