import { ask, messageOf } from '../data/ask.js'
import { plural } from '../data/format.js'
import { canBeSentAgain } from '../data/problems.js'
import { watchStatus } from '../data/status.js'
import { html } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { makeNotice } from '../parts/notice.js'

/** @import { ParkedGroup, Status } from '../data/answers.ts' */
/** @import { Problem } from '../data/problems.js' */
/** @import { Visit } from '../views.js' */

/**
 * A list of what needs attention.
 *
 * @param {Visit} visit
 * @param {(status: Status) => Problem[]} problemsOf
 * @param {string} good what is said where there is nothing
 */
export function problemList({ signal }, problemsOf, good) {
  const list = makeList(html('ul', { class: 'problems' }), ({ key }) => key, makeProblem)
  const allGood = html('p', { class: 'good', hidden: true }, good)
  const unknown = html('p', { class: 'note' }, 'Not known yet.')
  watchStatus(status => {
    const problems = problemsOf(status)
    list.show(problems)
    allGood.hidden = problems.length > 0
    unknown.hidden = true
  }, signal)
  return html('div', {}, unknown, allGood, list.element)
}

/** @param {Problem} problem */
function makeProblem({ group }) {
  return group && canBeSentAgain(group) ? makeNotice(makeReplay(group)) : makeNotice()
}

/** A button that has changes sent again which were set aside. @param {ParkedGroup} group */
function makeReplay({ function: name, topic, reason }) {
  const outcome = html('p', { class: 'outcome', role: 'status' })
  const button = html('button', { type: 'button', class: 'quiet', onclick: replay }, 'Send again')
  async function replay() {
    button.disabled = true
    try {
      const { requested } = await ask('replay-parked', { function: name, topic, reason })
      outcome.textContent = `${plural(requested, 'change')} will be sent again within seconds; what fails again comes back here.`
    } catch (error) {
      outcome.textContent = `That did not work: ${messageOf(error)}`
    } finally {
      button.disabled = false
    }
  }
  return html('div', { class: 'action' }, button, outcome)
}
