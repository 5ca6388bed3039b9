import { describeFinding, describeRun, summaryOf, weightOf } from '../data/checks.js'
import { dayAndTime, timeOfDay } from '../data/format.js'
import { watchStatus } from '../data/status.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { makeEntry, makeNotice } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { CheckRun, Finding } from '../data/answers.ts' */
/** @import { Part } from '../parts/dom.js' */
/** @import { Visit } from '../views.js' */

/** What the checks found in the last build, and how the builds before it came out. @param {Visit} visit */
export function checksCard({ signal }) {
  const note = html('span')
  const problem = html('p', { class: 'trouble', role: 'status' })
  const good = html('p', { class: 'good', hidden: true }, 'Nothing. The last build passed every check.')
  const findings = makeList(
    html('ul', { class: 'problems', id: 'findings' }),
    (/** @type {Finding} */ { check }) => check,
    makeFinding,
  )
  const history = makeList(
    html('ol', { class: 'history', 'aria-label': 'The last builds, the latest at the end' }),
    (/** @type {CheckRun} */ { builtAt, finishedAt }) => `${builtAt} ${finishedAt}`,
    makeMark,
  )
  watchStatus(({ quality: { lastRun, findings: found, runs } }) => {
    setText(note, lastRun ? summaryOf(lastRun) : 'no build has been checked yet')
    setText(problem, lastRun?.problem ?? '')
    findings.show(found)
    good.hidden = !lastRun || found.length > 0 || lastRun.problem !== null
    history.show(runs.toReversed())
  }, signal)
  return makeCard('Checks of the last build', { note }, problem, good, findings.element, history.element)
}

/** What one check found: a critical one stands out. @returns {Part<Finding>} */
function makeFinding() {
  const notice = makeNotice()
  return {
    element: notice.element,
    show(finding) {
      notice.element.className = weightOf(finding)
      notice.show(describeFinding(finding))
    },
  }
}

/** A build in a row of builds: its colour says how it came out, and its text too. @returns {Part<CheckRun>} */
function makeMark() {
  const text = html('span', { class: 'hidden' })
  const element = html('li', {}, text)
  return {
    element,
    show(run) {
      element.className = run.state
      element.title = describeRun(run)
      setText(text, describeRun(run))
    },
  }
}

/** Checks that are set aside for a time. @param {Visit} visit */
export function silencesCard({ signal }) {
  const list = makeList(
    html('ul', { class: 'plain' }),
    ({ name }) => name,
    makeEntry,
    html('li', { class: 'note' }, 'None. Every check stops or warns.'),
  )
  watchStatus(
    ({ quality: { silences } }) =>
      list.show(
        silences.map(({ check, reason, by, until }) => ({
          name: check.replaceAll('_', ' '),
          text: `until ${dayAndTime(until)}${by ? `, by ${by}` : ''}: ${reason}`,
        })),
      ),
    signal,
  )
  return makeCard('Checks set aside for a time', {}, list.element)
}

/** Earlier builds with what they failed by. @param {Visit} visit */
export function checkRunsCard({ signal }) {
  const table = makeTable({
    caption: 'How the last builds came out',
    columns: [
      textColumn('Built', (/** @type {CheckRun} */ { builtAt }) => timeOfDay(builtAt)),
      textColumn('Came out', ({ state }) => (state === 'failed' ? 'not published' : state)),
      numberColumn('Checks', ({ checks }) => String(checks)),
      numberColumn('Failed', ({ failed }) => String(failed)),
      numberColumn('Warnings', ({ warned }) => String(warned)),
      numberColumn('Set aside', ({ silenced }) => String(silenced)),
    ],
    keyOf: ({ builtAt, finishedAt }) => `${builtAt} ${finishedAt}`,
    empty: 'No build has been checked yet.',
  })
  watchStatus(({ quality: { runs } }) => table.show(runs.slice(0, 12)), signal)
  return makeCard('Builds before', { note: 'the latest twelve' }, table.element)
}
