import { exactTime } from '../data/format.js'
import { describeJob, runsOf } from '../data/runs.js'
import { nextRuns } from '../data/schedules.js'
import { watchStatus } from '../data/status.js'
import { makeCard } from '../parts/card.js'
import { html } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { makeEntry } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { JobStatus } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

/** Each function that has a schedule or an open job: what it does now, and when it is due. @param {Visit} visit */
export function runList({ signal }) {
  const list = makeList(
    html('ul', { class: 'plain' }),
    ({ name }) => name,
    makeEntry,
    html('li', { class: 'note' }, 'Not known yet.'),
  )
  watchStatus(async status => list.show(runsOf(status, await nextRuns())), signal)
  return list.element
}

/** Jobs that are open or ended within a day. @param {Visit} visit */
export function jobsCard({ signal }) {
  const table = makeTable({
    caption: 'Jobs that wait, run, or ended within a day',
    columns: [
      {
        title: 'Job',
        show(cell, /** @type {JobStatus} */ { jobId, function: name }) {
          if (!cell.firstElementChild) cell.append(html('a', { href: `/jobs/${jobId}` }, name))
        },
      },
      textColumn('State', describeJob),
      numberColumn('Requested', ({ createdAt }) => exactTime(createdAt)),
      numberColumn('Ended', ({ finishedAt }) => (finishedAt ? exactTime(finishedAt) : '–')),
      numberColumn('Attempts', ({ attempts }) => String(attempts)),
    ],
    keyOf: ({ jobId }) => jobId,
    empty: 'No job was requested within a day.',
  })
  table.element.id = 'jobs'
  watchStatus(({ jobs }) => table.show(jobs), signal)
  return makeCard('Jobs', { note: 'of the last day' }, table.element)
}
