import { ask } from '../data/ask.js'
import { count, duration, timeOfDay } from '../data/format.js'
import { layOut, readName } from '../data/lineage.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { drawGraph } from '../parts/graph.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { LineageAnswer, LineageJob } from '../data/answers.ts' */
/** @import { Column } from '../parts/table.js' */
/** @import { Visit } from '../views.js' */

/** What a visitor sees who asks for nothing yet, if it is there. */
const FIRST = ['mart.agg_sales_weekly', 'mart.fct_sale']
const DIRECTIONS = { both: 'both ways', upstream: 'what feeds it', downstream: 'what it feeds' }

/** @type {Column<LineageJob>[]} */
const jobColumns = [
  textColumn('Job', ({ job }) => job, 'code'),
  textColumn('Last run', ({ state, problem }) =>
    state === 'failed' ? `failed: ${problem}` : (state ?? 'not yet'),
  ),
  numberColumn('Ended', ({ endedAt }) => (endedAt ? timeOfDay(endedAt) : '–')),
  numberColumn('Took', ({ startedAt, endedAt }) =>
    startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : '–',
  ),
  numberColumn('Calls', ({ calls }) => count(calls)),
]

/** What feeds a table or a column, what it feeds, when that last ran and on which versions. @param {Visit} visit */
export function lineageGraphCard({ params, signal, remember }) {
  const datasets = html('select', { 'aria-label': 'Table', onchange: () => choose({ column: '' }) })
  const columns = html('select', { 'aria-label': 'Column', onchange: () => choose({}) })
  const direction = html(
    'select',
    { 'aria-label': 'Direction', onchange: () => choose({}) },
    ...Object.entries(DIRECTIONS).map(([value, text]) => html('option', { value }, text)),
  )
  direction.value = params.get('direction') ?? 'both'
  /** @type {LineageAnswer['datasets']} */
  let known = []
  const note = html('span')
  const trouble = makeTrouble()
  const picture = html('div', {})
  const jobs = makeTable({
    caption: 'The jobs between these tables, and how they last went',
    columns: jobColumns,
    keyOf: ({ job }) => job,
    empty: 'None.',
  })

  /** @param {{ column?: string }} next */
  function choose({ column = columns.value }) {
    const wanted = {
      dataset: datasets.value,
      column,
      direction: direction.value === 'both' ? '' : direction.value,
    }
    remember(new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== '')), 'push')
    offerColumns(wanted.dataset, column)
    void read(wanted.dataset, column)
  }

  /** @param {string} dataset @param {string} chosen */
  function offerColumns(dataset, chosen) {
    const own = known.find(each => each.dataset === dataset)?.columns ?? []
    const all = html('option', { value: '' }, 'all columns')
    columns.replaceChildren(all, ...own.map(name => html('option', { value: name }, name)))
    columns.value = chosen
  }

  /** @param {string} dataset @param {string} column */
  async function read(dataset, column) {
    const asked = { dataset, direction: direction.value, ...(column !== '' && { column }) }
    try {
      const answer = await ask('show-lineage', asked, signal)
      trouble.show(undefined)
      show(answer)
    } catch (error) {
      if (!signal.aborted) trouble.show(error)
    }
  }

  /** @param {LineageAnswer} answer */
  function show(answer) {
    const own = answer.datasets.find(({ dataset }) => dataset === answer.dataset)
    const facts = [
      own?.version ? `version ${own.version}` : '',
      own?.writtenAt ? `written at ${timeOfDay(own.writtenAt)}` : '',
    ]
    setText(note, facts.filter(Boolean).join(', '))
    picture.replaceChildren(
      drawGraph(layOut(answer), answer.dataset ?? '', box =>
        box.kind === 'endpoint'
          ? undefined
          : `/data/lineage?${new URLSearchParams({ dataset: box.id, ...(box.columns[0] !== undefined && { column: box.columns[0] }) })}`,
      ),
    )
    jobs.show(answer.jobs)
  }

  async function begin() {
    try {
      known = (await ask('show-lineage', {}, signal)).datasets
      const names = known.map(({ dataset }) => dataset)
      datasets.replaceChildren(...names.map(makeOption))
      const dataset = params.get('dataset') ?? FIRST.find(name => names.includes(name)) ?? names.at(0)
      if (dataset === undefined) return setText(note, 'nothing has been read or written yet')
      datasets.value = dataset
      offerColumns(dataset, params.get('column') ?? '')
      await read(dataset, columns.value)
    } catch (error) {
      if (!signal.aborted) trouble.show(error)
    }
  }
  void begin()
  return makeCard(
    'What feeds a table, and what it feeds',
    { note },
    html('p', { class: 'graph-choice' }, datasets, columns, direction),
    trouble.element,
    picture,
    html('details', {}, html('summary', {}, 'The jobs between these tables'), jobs.element),
  )
}

/** @param {string} dataset */
function makeOption(dataset) {
  const { kind, system, name } = readName(dataset)
  return html('option', { value: dataset }, `${kind}: ${[system, name].filter(Boolean).join(' · ')}`)
}
