import { html, setText } from './dom.js'
import { makeList } from './list.js'

/** @import { Child, Part } from './dom.js' */
/**
 * A column: its head, and what writes a row's value into its cell.
 *
 * @template Row
 * @typedef {{ title: Child, className?: string, show(cell: HTMLElement, row: Row): void }} Column
 */

/**
 * @template Row
 * @param {string} title
 * @param {(row: Row) => string} textOf
 * @param {string} [className]
 * @returns {Column<Row>}
 */
export const textColumn = (title, textOf, className = '') => ({
  title,
  className,
  show: (cell, row) => setText(cell, textOf(row)),
})

/**
 * @template Row
 * @param {string} title
 * @param {(row: Row) => string} textOf
 * @returns {Column<Row>}
 */
export const numberColumn = (title, textOf) => textColumn(title, textOf, 'number')

/**
 * A table whose first column names its rows. Where it is wider than its place, it scrolls inside it.
 *
 * @template Row
 * @param {object} about
 * @param {string} about.caption for those who do not see it
 * @param {Column<Row>[]} about.columns
 * @param {(row: Row) => string} about.keyOf
 * @param {string} about.empty what is said instead of rows
 * @returns {Part<Row[]>}
 */
export function makeTable({ caption, columns, keyOf, empty }) {
  const rows = makeList(
    html('tbody'),
    keyOf,
    () => makeRow(columns),
    html('tr', {}, html('td', { colspan: columns.length, class: 'note' }, empty)),
  )
  const head = columns.map(({ title, className }) => html('th', { scope: 'col', class: className }, title))
  const element = html(
    'div',
    // Keys scroll what can have the focus.
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    html(
      'table',
      {},
      html('caption', { class: 'hidden' }, caption),
      html('thead', {}, html('tr', {}, ...head)),
      rows.element,
    ),
  )
  return { element, show: rows.show }
}

/**
 * @template Row
 * @param {Column<Row>[]} columns
 * @returns {Part<Row>}
 */
function makeRow(columns) {
  const cells = columns.map(({ className }, at) =>
    at === 0 ? html('th', { scope: 'row', class: className }) : html('td', { class: className }),
  )
  return {
    element: html('tr', {}, ...cells),
    show(row) {
      for (const [at, cell] of cells.entries()) columns[at]?.show(cell, row)
    },
  }
}
