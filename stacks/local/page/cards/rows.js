import { count, timeOfDay } from '../data/format.js'
import { followMart } from '../data/mart.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable } from '../parts/table.js'
import { traceHref } from './trace.js'

/** @import { MartRow, MartRows } from '../data/answers.ts' */
/** @import { Column } from '../parts/table.js' */
/** @import { Visit } from '../views.js' */

const FIRST_ROWS = 20
/** The most that read-mart answers. */
const MOST_ROWS = 1000
const NUMBERS = ['numeric', 'bigint', 'integer', 'double precision']

/** Rows of a mart, in the order that the address asks for. @param {Visit} visit @param {string} mart */
export function rowsCard({ params, signal, remember }, mart) {
  const orderBy = params.get('orderBy') ?? ''
  const filters = readFilters(params)
  const asked = Number(params.get('rows'))
  let limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MOST_ROWS) : FIRST_ROWS
  const note = html('span')
  const trouble = makeTrouble()
  const place = html('div', { id: 'rows' })
  const more = html(
    'button',
    { type: 'button', class: 'quiet more', hidden: true, onclick: showMore },
    'Show more',
  )
  let reading = new AbortController()
  signal.addEventListener('abort', () => reading.abort())

  const read = () => {
    reading.abort()
    reading = new AbortController()
    followMart(
      { mart, limit, filters, ...(orderBy && { orderBy }) },
      {
        signal: reading.signal,
        missing: () => setText(note, 'there is no such mart yet'),
        explain: trouble.show,
        show(answer) {
          setText(note, `${count(answer.rows.length)} rows, built at ${timeOfDay(answer.builtAt)}`)
          place.replaceChildren(makeRows(answer, mart, { orderBy, filters }))
          more.hidden = answer.rows.length < limit || limit === MOST_ROWS
        },
      },
    )
  }
  function showMore() {
    limit = Math.min(limit * 5, MOST_ROWS)
    params.set('rows', String(limit))
    remember(params)
    read()
  }
  read()
  return makeCard(mart, { note }, trouble.element, place, more)
}

/** Filters as read-mart takes them; what is none is as if it were not there. @param {URLSearchParams} params @returns {object} */
function readFilters(params) {
  try {
    const filters = JSON.parse(params.get('filters') ?? '{}')
    return typeof filters === 'object' && filters !== null && !Array.isArray(filters) ? filters : {}
  } catch {
    return {}
  }
}

/** @param {MartRows} answer @param {string} mart @param {{ orderBy: string, filters: object }} asked */
function makeRows({ key, columns, rows }, mart, { orderBy, filters }) {
  const table = makeTable({
    caption: `Rows of ${mart}`,
    columns: columns.map(
      /** @returns {Column<[number, MartRow]>} */
      ({ name, type }, at) => ({
        title: html(
          'a',
          { href: hrefOf(mart, name, { orderBy, filters }), title: `Order by ${name}` },
          titleOf(name, orderBy),
        ),
        className: isNumber(type) ? 'number' : 'value',
        show(cell, [, row]) {
          const text = String(row[name] ?? '')
          // The row by its head, and each number of its own.
          if (at > 0 && (!isNumber(type) || text === '')) return setText(cell, text)
          const column = at === 0 ? undefined : name
          const title = `Where this ${at === 0 ? 'row' : 'number'} comes from`
          cell.replaceChildren(
            html('a', { class: 'trace', href: traceHref({ mart, key, row, column }), title }, text),
          )
        },
      }),
    ),
    keyOf: ([at]) => String(at),
    empty: 'It has no rows.',
  })
  table.show([...rows.entries()])
  return table.element
}

/** @param {string} type */
const isNumber = type => NUMBERS.some(number => type.startsWith(number))

/**
 * A column's greatest values first, and its least where it was so ordered before.
 *
 * @param {string} mart
 * @param {string} name
 * @param {{ orderBy: string, filters: object }} asked
 */
function hrefOf(mart, name, { orderBy, filters }) {
  const given = Object.keys(filters).length > 0 ? { filters: JSON.stringify(filters) } : {}
  return `/data?${new URLSearchParams({ mart, ...given, orderBy: orderBy === `-${name}` ? name : `-${name}` })}`
}

/** @param {string} name @param {string} orderBy */
function titleOf(name, orderBy) {
  if (orderBy === name) return `${name} ↑`
  return orderBy === `-${name}` ? `${name} ↓` : name
}
