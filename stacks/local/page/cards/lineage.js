import { timeOfDay } from '../data/format.js'
import { watchStatus } from '../data/status.js'
import { tablesOf } from '../data/tables.js'
import { makeCard } from '../parts/card.js'
import { html } from '../parts/dom.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { Column } from '../parts/table.js' */
/** @import { MartStatus } from '../data/answers.ts' */
/** @import { Table } from '../data/tables.js' */
/** @import { Visit } from '../views.js' */

/** @type {Column<Table>[]} */
const wayOfTable = [
  textColumn('Table of the source', ({ name }) => name),
  textColumn('Topic', ({ topic }) => topic, 'code'),
  textColumn('In search up to', ({ search }) => (search ? placeOf(search) : '–'), 'code'),
  textColumn('In the lake up to', ({ lake }) => (lake ? placeOf(lake) : '–'), 'code'),
]

/** @type {Column<MartStatus>[]} */
const wayOfMart = [
  textColumn('Mart', ({ mart }) => mart),
  textColumn('Built from the lake up to', placeOf, 'code'),
  numberColumn('Built', ({ builtAt }) => timeOfDay(builtAt)),
]

/** From each table of the source to search and the lake. @param {Visit} visit */
export function tableLineageCard({ signal }) {
  const table = makeTable({
    caption: 'For each table of the source: its topic, and the position that search and the lake have of it',
    columns: wayOfTable,
    keyOf: ({ topic }) => topic,
    empty: 'Nothing has been read yet.',
  })
  watchStatus(status => table.show(tablesOf(status)), signal)
  return makeCard(
    'From the source to search and the lake',
    {},
    table.element,
    html(
      'p',
      { class: 'note' },
      'A position is the place of a change in its source’s log: of two, the greater text is the later change.',
    ),
  )
}

/** From the lake to the marts. @param {Visit} visit */
export function martLineageCard({ signal }) {
  const table = makeTable({
    caption: 'For each mart: the position of the lake that it was built from',
    columns: wayOfMart,
    keyOf: ({ mart }) => mart,
    empty: 'None yet.',
  })
  watchStatus(({ marts }) => table.show(marts), signal)
  return makeCard(
    'From the lake to the marts',
    {},
    table.element,
    html(
      'p',
      { class: 'note' },
      'A build reads the tables of the lake as they are when it starts. Every change up to this position is in the mart.',
    ),
  )
}

/** @param {{ position: string | null }} place */
function placeOf({ position }) {
  return position ?? 'not known'
}
