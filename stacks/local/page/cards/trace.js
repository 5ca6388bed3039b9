import { ask } from '../data/ask.js'
import { count } from '../data/format.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, textColumn } from '../parts/table.js'

/** @import { MartRow, SourceRow, Trace } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

/**
 * Address of the view that says where a row, or one number of it, comes from.
 *
 * @param {{ mart: string, key: string[], row: MartRow, column: string | undefined }} what
 */
export function traceHref({ mart, key, row, column }) {
  const trace = JSON.stringify(Object.fromEntries(key.map(name => [name, row[name]])))
  return `/data?${new URLSearchParams({ mart, trace, ...(column !== undefined && { column }) })}`
}

/** Rows of the source that made a row of a mart, and the SQL between. @param {Visit} visit @param {string} mart */
export function traceCard({ params, signal }, mart) {
  const column = params.get('column') ?? undefined
  const note = html('span')
  const about = html('p')
  const trouble = makeTrouble()
  const place = html('div', { id: 'trace' })
  ask(
    'trace-row',
    { mart, key: readKey(params.get('trace')), ...(column !== undefined && { column }) },
    signal,
  ).then(
    trace => {
      setText(note, noteOf(trace))
      setText(about, aboutOf(trace))
      place.replaceChildren(makeSourceRows(trace), ...trace.sql.map(makeSql))
    },
    error => signal.aborted || trouble.show(error),
  )
  const title = column === undefined ? `Where a row of ${mart} comes from` : `Where ${column} comes from`
  return makeCard(title, { note }, about, trouble.element, place)
}

/** @param {string | null} text */
function readKey(text) {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return {}
  }
}

/** @param {Trace} trace */
function noteOf({ rows, rowCount }) {
  const shown = rows.length < rowCount ? `, the first ${count(rows.length)} shown` : ''
  return `${count(rowCount)} ${rowCount === 1 ? 'row' : 'rows'} of the source${shown}`
}

/** @param {Trace} trace */
function aboutOf({ row, versions, hidden }) {
  const values = Object.entries(row).map(([name, value]) => `${name} ${value}`)
  const read = Object.entries(versions).map(([table, version]) => `${table} at version ${version}`)
  const kept = hidden.length > 0 ? ` Also made of ${hidden.join(', ')}, which you may not read.` : ''
  return `${values.join(', ')}.${read.length > 0 ? ` Read from ${read.join(', ')}.` : ''}${kept}`
}

/** @param {Trace} trace */
function makeSourceRows({ rows }) {
  const table = makeTable({
    caption: 'Rows of the source',
    /** @type {import('../parts/table.js').Column<SourceRow>[]} */
    columns: [
      textColumn('Table', row => `${row.system}.${row.table}`),
      textColumn('Key', row =>
        Object.entries(row.key)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
      ),
      textColumn('Changed at', row => row.changedAt),
      textColumn('Position', row => row.position),
      textColumn('Makes', row => row.columns?.join(', ') ?? 'the row'),
      textColumn('By way of', row => row.mart),
    ],
    keyOf: row => `${row.mart} ${row.position}`,
    empty: 'No row of a source: it follows from the SQL alone.',
  })
  table.show(rows)
  return table.element
}

/** @param {Trace['sql'][number]} made */
const makeSql = ({ model, sql }) =>
  html('details', {}, html('summary', {}, `SQL of ${model}`), html('pre', {}, sql.trim()))
