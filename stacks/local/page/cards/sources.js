import { ageMs } from '../data/clock.js'
import { bytes, count, durationInWords } from '../data/format.js'
import { watchStatus } from '../data/status.js'
import { html } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { makeEntry } from '../parts/notice.js'

/** @import { SourceStatus } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

/** @type {Record<string, string>} */
const STATES = {
  snapshot: 'tables of it are being read, while its changes are followed',
  streaming: 'its changes are followed as they happen',
  lost: 'its changes since the last ones seen are lost',
}

/** The operational systems, and how they are followed. @param {Visit} visit */
export function sourceList({ signal }) {
  const list = makeList(
    html('ul', { class: 'plain' }),
    ({ name }) => name,
    makeEntry,
    html('li', { class: 'note' }, 'Not known yet.'),
  )
  watchStatus(
    ({ sources }) => list.show(sources.map(source => ({ name: source.system, text: describe(source) }))),
    signal,
  )
  return list.element
}

/** @param {SourceStatus} source */
function describe({ state, reading, retainedBytes, retainedLimitBytes, server, reads }) {
  const read = reading
    .filter(({ rows }) => rows > 0)
    .map(
      ({ table, rows, estimatedRows }) =>
        ` ${table}: ${count(rows)} of about ${count(Math.max(rows, estimatedRows))} rows.`,
    )
  const limit = retainedLimitBytes ? `, and drops it above ${bytes(retainedLimitBytes)}` : ''
  const kept =
    retainedBytes === null ? '' : ` It keeps ${bytes(retainedBytes)} of its log for Cordage${limit}.`
  const what = server === null ? '' : ` It is ${server}.`
  const cost =
    reads === null
      ? ''
      : ` Reading it took ${count(reads.statements)} statements, ${count(reads.rows)} rows and ${durationInWords(reads.ms)} in ${durationInWords(ageMs(reads.since))}.`
  return `${STATES[state] ?? state}.${what}${read.join('')}${kept}${cost}`
}
