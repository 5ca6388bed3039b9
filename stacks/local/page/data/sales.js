/** Sales per week or month and category, as a chart takes them. */
import { date, makeMoney, monthOf } from './format.js'

/** @import { MartRows } from './answers.ts' */
/** @import { Money } from './format.js' */

/** @typedef {{ start: string, amounts: number[], total: number, isPart: boolean }} Period */
/** @typedef {{ periods: Period[], categories: string[], totals: number[], money: Money }} Sales */
/**
 * @typedef {object} Grain
 * @property {string} mart
 * @property {string} start the mart's column for a period's first day
 * @property {number} most periods that are shown
 * @property {string} title of that column
 * @property {(start: string) => string} nameOf a period by its first day
 * @property {string} before what stands before its name in a sentence
 * @property {(start: Date) => number} endOf
 */

const WEEK_MS = 7 * 86_400_000

/** @type {Record<'week' | 'month', Grain>} */
export const GRAINS = {
  week: {
    mart: 'agg_sales_weekly',
    start: 'week_start',
    most: 26,
    title: 'Week of',
    nameOf: date,
    before: 'in the week of',
    endOf: start => start.getTime() + WEEK_MS,
  },
  month: {
    mart: 'agg_sales_monthly',
    start: 'month_start',
    most: 24,
    title: 'Month',
    nameOf: monthOf,
    before: 'in',
    endOf: start => Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1),
  },
}

/** As many as the picture can tell apart. */
const CATEGORIES = 6
const OTHER = 'Other'

/** @param {string} text a business date, which has no time zone */
export const toDate = text => new Date(`${text.slice(0, 10)}T00:00:00Z`)

/** Currencies, that of most rows first. @param {MartRows} answer */
export function currenciesOf({ rows }) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const { currency } of rows) counts.set(String(currency), (counts.get(String(currency)) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([currency]) => currency)
}

/**
 * Periods in order, each with its amount per category; small categories beyond the sixth are taken together.
 *
 * @param {MartRows} answer
 * @param {Grain} grain
 * @param {string} currency
 * @returns {Sales}
 */
export function toSales({ rows, asOf }, grain, currency) {
  const sales = rows
    .filter(row => String(row.currency) === currency)
    .map(row => ({
      start: String(row[grain.start]),
      category: String(row.category),
      amount: Number(row.amount),
    }))
  const starts = [...new Set(sales.map(({ start }) => start))].sort().slice(-grain.most)
  const recent = sales.filter(({ start }) => starts.includes(start))
  const categories = greatestOf(recent)
  const periods = starts.map(start => {
    const own = recent.filter(sale => sale.start === start)
    const amounts = categories.map(name =>
      sum(own.filter(sale => (categories.includes(sale.category) ? sale.category : OTHER) === name)),
    )
    const isPart = asOf.changedAt !== null && Date.parse(asOf.changedAt) < grain.endOf(toDate(start))
    return { start, amounts, total: sum(own), isPart }
  })
  return {
    periods,
    categories,
    totals: categories.map((_, at) => periods.reduce((total, { amounts }) => total + (amounts[at] ?? 0), 0)),
    money: makeMoney(currency),
  }
}

/** @param {{ category: string, amount: number }[]} sales */
function greatestOf(sales) {
  /** @type {Map<string, number>} */
  const totals = new Map()
  for (const { category, amount } of sales) totals.set(category, (totals.get(category) ?? 0) + amount)
  const ranked = [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name)
  return ranked.length > CATEGORIES ? [...ranked.slice(0, CATEGORIES - 1), OTHER] : ranked
}

/** @param {{ amount: number }[]} sales */
const sum = sales => sales.reduce((total, { amount }) => total + amount, 0)
