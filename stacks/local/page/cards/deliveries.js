import { ask, messageOf, NoAnswer } from '../data/ask.js'
import { dayAndTime, plural } from '../data/format.js'
import { KINDS } from '../data/reports.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, textColumn } from '../parts/table.js'

/** @import { DeliveryPlan, SendAnswer, Sent } from '../data/answers.ts' */

/** Who gets which report when, and what was sent. @param {import('../views.js').Visit} visit */
export function deliveriesCard({ signal }) {
  const note = html('span', { role: 'status' })
  const outcome = html('p', { class: 'outcome', role: 'status' })
  const trouble = makeTrouble()
  const warnings = html('ul', { class: 'warnings' })
  const plans = makePlans(plan => void sendNow(plan))
  const sent = makeSent()
  const log = html('details', {}, html('summary', {}, 'What was sent'), sent.element)

  async function read() {
    try {
      show(await ask('send-report', { dryRun: true }, signal))
      trouble.show(undefined)
    } catch (error) {
      if (signal.aborted) return
      // Whoever may not send reports does not see who gets them.
      card.hidden = error instanceof NoAnswer && error.reason === 'sign_in'
      trouble.show(error)
    }
  }

  /** @param {SendAnswer} answer */
  function show(answer) {
    const names = new Set(answer.plans.map(({ delivery }) => delivery))
    setText(
      note,
      `${plural(names.size, 'delivery', 'deliveries')}, ${plural(answer.plans.length, 'recipient')}`,
    )
    warnings.replaceChildren(...answer.warnings.map(warning => html('li', {}, warning)))
    plans.show(answer.plans)
    sent.show(answer.sent)
    log.hidden = answer.sent.length === 0
  }

  /** @param {DeliveryPlan} plan */
  async function sendNow({ delivery, recipient }) {
    setText(outcome, `Sending ${delivery} to ${recipient}…`)
    try {
      const { results } = await ask('send-report', { delivery, recipient }, signal)
      const [result] = results
      setText(outcome, result ? `${delivery} to ${recipient}: ${inWords(result)}.` : '')
      await read()
    } catch (error) {
      if (!signal.aborted) setText(outcome, `${delivery} was not sent: ${messageOf(error)}`)
    }
  }

  const card = makeCard(
    'Who gets what, and when',
    { note },
    trouble.element,
    warnings,
    outcome,
    plans.element,
    log,
  )
  void read()
  return card
}

/** @param {(plan: DeliveryPlan) => void} send */
function makePlans(send) {
  return makeTable({
    caption: 'Deliveries of reports',
    columns: [
      textColumn('Delivery', (/** @type {DeliveryPlan} */ { delivery }) => delivery),
      textColumn('To', ({ recipient, via }) => `${recipient}${via === 'file' ? ', as a file' : ''}`),
      textColumn('Report', ({ report, language }) => `${titleOf(report)} (${language})`),
      textColumn('Next', ({ isSubscribed, nextAt, timeZone, problem }) =>
        problem ? problem : !isSubscribed ? 'not wanted' : nextAt ? whenIn(nextAt, timeZone) : '–',
      ),
      textColumn('Last', ({ last }) => (last ? inWords(last) : '–')),
      {
        title: 'Now',
        show(cell, plan) {
          if (cell.firstElementChild) return
          cell.append(
            html(
              'button',
              {
                ...{ type: 'button', class: 'quiet' },
                'aria-label': `Send now: ${plan.delivery} to ${plan.recipient}`,
                onclick: () => send(plan),
              },
              'Send',
            ),
          )
        },
      },
    ],
    keyOf: ({ delivery, recipient }) => `${delivery}\n${recipient}`,
    empty: 'Nobody gets a report: deliveries.yml says who is to.',
  })
}

function makeSent() {
  return makeTable({
    caption: 'What was sent, the latest first',
    columns: [
      textColumn('Delivery', (/** @type {Sent} */ { delivery }) => delivery),
      textColumn('To', ({ recipient }) => recipient),
      textColumn('Due', ({ dueAt }) => dayAndTime(dueAt)),
      textColumn('Became of it', inWords),
      {
        title: 'Report',
        show(cell, { reportId }) {
          if (!reportId || cell.firstElementChild) return
          const href = `/function/write-report?id=${reportId}&format=html`
          cell.append(html('a', { href, target: '_blank' }, 'Open'))
        },
      },
    ],
    keyOf: ({ delivery, recipient, dueAt }) => `${delivery}\n${recipient}\n${dueAt}`,
    empty: 'Nothing yet.',
  })
}

/** @param {string} report */
const titleOf = report => KINDS.find(([name]) => name === report)?.[1] ?? report

/** @param {{ state: string, problem: string | null, isPerhapsTwice: boolean }} last */
const inWords = ({ state, problem, isPerhapsTwice }) =>
  [state, ...(isPerhapsTwice ? ['perhaps twice'] : []), ...(problem ? [problem] : [])].join(', ')

/** By the recipient's clock. @param {string} at @param {string} timeZone */
const whenIn = (at, timeZone) =>
  `${new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))} (${timeZone})`
