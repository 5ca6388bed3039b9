import { count, timeOfDay } from '../data/format.js'
import { followMart } from '../data/mart.js'
import { watchStatus } from '../data/status.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { MartRow, ReplacedValue } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

const MOST_ROWS = 200

/** What the last build left out of the tables for analysis. @param {Visit} visit */
export function setAsideCard({ signal }) {
  const note = html('span')
  const trouble = makeTrouble()
  /** @param {string} name @returns {(row: MartRow) => string} */
  const value = name => row => String(row[name] ?? '')
  const table = makeTable({
    caption: 'Values that the last build set aside',
    columns: [
      textColumn('Table', value('source_table')),
      textColumn('Key', value('row_key')),
      textColumn('Column', value('column_name')),
      textColumn('What', value('what')),
      textColumn('Why', row => value('reason')(row).replaceAll('_', ' ')),
    ],
    keyOf: row => JSON.stringify([row.source_system, row.source_table, row.row_key, row.column_name]),
    empty: 'Not known yet.',
  })
  const good = html('p', { class: 'good', hidden: true }, 'Nothing. The last build took every value.')
  table.element.id = 'set-aside'
  followMart(
    { mart: 'set_aside', orderBy: 'source_table,row_key,column_name', limit: MOST_ROWS },
    {
      signal,
      missing: () => setText(note, 'nothing has been built yet'),
      explain: trouble.show,
      show({ rows, builtAt }) {
        const first = rows.length === MOST_ROWS ? `the first ${MOST_ROWS}, ` : ''
        setText(note, `${first}built at ${timeOfDay(builtAt)}`)
        table.show(rows)
        table.element.hidden = rows.length === 0
        good.hidden = rows.length > 0
      },
    },
  )
  return makeCard(
    'Set aside by the last build',
    { note },
    trouble.element,
    good,
    table.element,
    html(
      'p',
      { class: 'note' },
      'A whole row, a value or a reference that the tables for analysis lack. Correct it at the source, and the next build has it.',
    ),
  )
}

/** Values that became null on their way. @param {Visit} visit */
export function replacedCard({ signal }) {
  const table = makeTable({
    caption: 'Values that became null because their type cannot hold them',
    columns: [
      textColumn(
        'Column',
        (/** @type {ReplacedValue} */ row) => `${row.system} · ${row.table}.${row.column}`,
      ),
      textColumn('Why', ({ reason }) => reason.replaceAll('_', ' ')),
      numberColumn('Values', row => count(row.count)),
      numberColumn('The last', ({ lastAt }) => timeOfDay(lastAt)),
    ],
    keyOf: ({ system, table: name, column, reason }) => JSON.stringify([system, name, column, reason]),
    empty: 'None.',
  })
  watchStatus(({ replaced }) => table.show(replaced), signal)
  return makeCard('Values that became null', {}, table.element)
}
