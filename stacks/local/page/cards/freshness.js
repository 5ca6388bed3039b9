import { activityOf } from '../data/activity.js'
import { count, duration, exactTime, plural } from '../data/format.js'
import { watchStatus } from '../data/status.js'
import { tablesOf } from '../data/tables.js'
import { drawActivity, makeActivity } from '../parts/activity.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { ConsumerStatus } from '../data/answers.ts' */
/** @import { Table } from '../data/tables.js' */
/** @import { Column } from '../parts/table.js' */
/** @import { Visit } from '../views.js' */

/** Ages up to which a table counts as fresh, and beyond which something holds it up. */
const FRESH_MS = 5000
const STALE_MS = 30_000

/** @type {Column<Table>} */
const lastMinute = {
  title: 'Last minute',
  className: 'activity',
  show(cell, { topic }) {
    const chart = cell.firstElementChild ?? cell.appendChild(makeActivity())
    drawActivity(chart, activityOf(topic))
  },
}

/** @type {Column<Table>[]} */
const brief = [
  textColumn('Table', table => table.name),
  numberColumn('Changes read', table => count(table.rows)),
  lastMinute,
  lagColumn('Search', table => table.search, 'not searched'),
  lagColumn('Lake', table => table.lake, 'not kept'),
]

/** @type {Column<Table>[]} */
const whole = [
  ...brief,
  numberColumn('Search complete up to', ({ search }) => upTo(search)),
  numberColumn('Lake complete up to', ({ lake }) => upTo(lake)),
  numberColumn('On the way', ({ search, lake }) =>
    count(Math.max(search?.eventsBehind ?? 0, lake?.eventsBehind ?? 0)),
  ),
]

/** How far search and the lake are behind each table. @param {Visit} visit @param {{ isWhole?: boolean }} [options] */
export function freshnessCard({ signal }, { isWhole = false } = {}) {
  const table = makeTable({
    caption: 'For each table of the source: how far search and the lake are behind it',
    columns: isWhole ? whole : brief,
    keyOf: ({ topic }) => topic,
    empty: 'Nothing has been read yet.',
  })
  table.element.id = 'tables'
  watchStatus(status => table.show(tablesOf(status)), signal)
  return makeCard(
    isWhole ? 'Tables of the source' : 'How fresh every table is',
    {
      note: 'updated each second',
      ...(!isWhole && { more: { href: '/data/freshness', text: 'More of each table' } }),
    },
    table.element,
    html(
      'p',
      { class: 'note' },
      'Search and Lake say how old the newest moment is up to which nothing is missing there. The lake is the folder of files that keeps every change.',
    ),
  )
}

/** @param {ConsumerStatus | undefined} consumer */
const upTo = consumer => (consumer?.changedAt ? exactTime(consumer.changedAt) : '–')

/**
 * @param {string} title
 * @param {(table: Table) => ConsumerStatus | undefined} consumerOf
 * @param {string} whenNone
 * @returns {Column<Table>}
 */
function lagColumn(title, consumerOf, whenNone) {
  return { title, className: 'number', show: (cell, table) => showLag(cell, consumerOf(table), whenNone) }
}

/** @param {HTMLElement} cell @param {ConsumerStatus | undefined} consumer @param {string} whenNone */
function showLag(cell, consumer, whenNone) {
  if (!consumer) {
    cell.dataset.state = 'none'
    setText(cell, '–')
    cell.title = whenNone
    return
  }
  const { lagMs, eventsBehind, changedAt, problem } = consumer
  cell.dataset.state = problem ? 'stale' : stateOf(lagMs)
  setText(cell, problem ? 'waits' : lagMs === null ? 'reading…' : duration(lagMs))
  cell.title = [
    problem ?? (changedAt ? `complete up to ${exactTime(changedAt)}` : 'its rows are being read'),
    eventsBehind > 0 ? `${plural(eventsBehind, 'change')} on the way` : '',
  ]
    .filter(Boolean)
    .join('; ')
}

/** @param {number | null} lagMs */
function stateOf(lagMs) {
  if (lagMs === null) return 'waiting'
  if (lagMs <= FRESH_MS) return 'fresh'
  return lagMs <= STALE_MS ? 'late' : 'stale'
}
