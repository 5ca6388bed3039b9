import { timeOfDay } from '../data/format.js'
import { followMart } from '../data/mart.js'
import { currenciesOf, GRAINS, toSales } from '../data/sales.js'
import { nextRuns } from '../data/schedules.js'
import { isBeingRead } from '../data/tables.js'
import { makeCard } from '../parts/card.js'
import { makeChart } from '../parts/chart.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { Status } from '../data/answers.ts' */
/** @import { Grain, Period, Sales } from '../data/sales.js' */
/** @import { Visit } from '../views.js' */

/** Enough for the periods of as many categories as the picture can tell apart. */
const MOST_ROWS = 600

/**
 * Sales per week or month as a picture, and the same as a table.
 *
 * @param {Visit} visit
 * @param {object} choice
 * @param {keyof typeof GRAINS} choice.per
 * @param {string} [choice.currency] that of most rows where none is chosen
 * @param {boolean} [choice.isWhole] in its own view: the table is open
 * @param {(currencies: string[], shown: string) => void} [choice.found] told which currencies there are
 */
export function salesCard({ signal }, { per, currency, isWhole = false, found }) {
  const grain = GRAINS[per]
  const built = html('span')
  const waiting = html('p', { class: 'readout' })
  const trouble = makeTrouble()
  const chart = makeChart(grain, signal)
  const table = html('div')
  const rows = html(
    'details',
    { open: isWhole, hidden: true },
    html('summary', {}, 'The same as a table'),
    table,
  )
  chart.element.hidden = true
  followMart(
    { mart: grain.mart, orderBy: `-${grain.start}`, limit: MOST_ROWS },
    {
      signal,
      missing: async status => setText(waiting, whyNone(status, (await nextRuns()).get('build-warehouse'))),
      explain: trouble.show,
      show(answer) {
        const currencies = currenciesOf(answer)
        const shown = currencies.find(code => code === currency) ?? currencies[0]
        setText(built, `built at ${timeOfDay(answer.builtAt)}`)
        waiting.hidden = shown !== undefined
        if (shown === undefined) return setText(waiting, 'There are no sales yet.')
        found?.(currencies, shown)
        const sales = toSales(answer, grain, shown)
        chart.element.hidden = false
        chart.show(sales)
        rows.hidden = false
        table.replaceChildren(makeRows(sales, grain))
      },
    },
  )
  return makeCard(
    per === 'week' ? 'Weekly sales' : 'Monthly sales',
    { note: built, ...(!isWhole && { more: { href: '/sales', text: 'More of sales' } }) },
    trouble.element,
    waiting,
    chart.element,
    rows,
  )
}

/** Before the first build there is nothing to draw. @param {Status} status @param {string | undefined} next */
function whyNone(status, next) {
  if (status.jobs.some(job => job.function === 'build-warehouse' && job.state === 'running'))
    return 'The tables for analysis are being built now; the chart follows in half a minute.'
  const read = isBeingRead(status) ? 'The source is being read' : 'The source has been read'
  const due = next ? `at ${timeOfDay(next)}` : 'on schedule'
  return `Nothing has been built yet. ${read}; the tables for analysis are built ${due}, in the demo also right after its start.`
}

/** @param {Sales} sales @param {Grain} grain */
function makeRows({ periods, categories, money }, grain) {
  const table = makeTable({
    caption: 'Sales per period and category',
    columns: [
      textColumn(
        grain.title,
        (/** @type {Period} */ { start, isPart }) => `${grain.nameOf(start)}${isPart ? ' (so far)' : ''}`,
      ),
      ...categories.map((name, at) =>
        numberColumn(name, (/** @type {Period} */ { amounts }) => money.full(amounts[at] ?? 0)),
      ),
      numberColumn('All', ({ total }) => money.full(total)),
    ],
    keyOf: ({ start }) => start,
    empty: 'There are no sales yet.',
  })
  table.show(periods.toReversed())
  return table.element
}
