import { messageOf } from '../data/ask.js'
import { duration, timeOfDay } from '../data/format.js'
import { followTitle } from '../data/proposition-title.js'
import { aboutInWords, rankingInWords, warningInWords } from '../data/proposition-words.js'
import { followPropositions } from '../data/propositions.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { focusedAt, keepFocus, makeProposition } from '../parts/proposition.js'
import { makeRefusal } from '../parts/refusal.js'

/** @import { Proposition, PropositionsAnswer } from '../data/answers.ts' */
/** @import { Question } from '../data/propositions.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

/** After a list has moved, what is pressed within this time was meant for what stood there before. */
const SETTLES_MS = 400

/**
 * What to offer, each product with why, and what became of it.
 *
 * @param {Visit} visit
 * @param {Promise<ShopParts>} shop names territories
 * @param {Question} question
 * @param {(answer: PropositionsAnswer) => void} told of each answer
 */
export function propositionsCard({ signal }, shop, question, told) {
  const isNarrowed = Object.keys(question.filters).length > 0
  const note = html('span')
  const name = html('p', { class: 'forecast-name', role: 'status' })
  const about = html('p', { class: 'note about-client' })
  const warnings = makeList(
    html('ul', { class: 'warnings' }),
    (/** @type {string} */ text) => text,
    text => ({
      element: html('li', {}, text),
      show() {},
    }),
  )
  const outcome = html('p', { class: 'outcome', role: 'status' })
  const list = makeList(
    html('ol', { class: 'propositions', 'aria-label': 'What to offer' }),
    (/** @type {Proposition} */ { productId }) => productId,
    () => makeProposition({ clientId: question.clientId, press }),
  )
  const ranking = html('p', { class: 'note' })
  const body = html('div', {}, name, about, warnings.element, outcome, list.element, ranking)
  const refusal = makeRefusal(body, note)
  /** Taken out before the server has said so. @type {Set<string>} */
  const dismissed = new Set()
  /** @type {Set<string>} */
  const ordered = new Set()
  /** @type {PropositionsAnswer | undefined} */
  let answer
  let order = ''
  let movedAt = 0

  /** @param {PropositionsAnswer} next */
  function show(next) {
    answer = next
    draw()
    setText(note, next.asOf.changedAt ? `purchases as of ${timeOfDay(next.asOf.changedAt)}, and since` : '')
    setText(about, aboutInWords(next, question))
    warnings.show([...new Set(next.warnings)].map(warning => warningInWords(warning, isNarrowed)))
    setText(ranking, rankingInWords(next))
    told(next)
  }

  function draw() {
    const shown = (answer?.propositions ?? []).filter(({ productId }) => !dismissed.has(productId))
    const next = shown.map(({ productId }) => productId).join('\n')
    if (next !== order) movedAt = performance.now()
    order = next
    list.show(shown.map(one => ({ ...one, isOrdered: ordered.has(one.productId) })))
  }

  /** @param {Proposition} proposition @param {'order' | 'dismiss'} action */
  async function press({ productId, name: product }, action) {
    if (performance.now() - movedAt < SETTLES_MS || ordered.has(productId)) return
    const own = action === 'order' ? ordered : dismissed
    const what = product ?? productId
    own.add(productId)
    const at = focusedAt(list.element)
    draw()
    if (action === 'dismiss') keepFocus(list.element, at)
    const said =
      action === 'order'
        ? `${what} is noted as ordered.`
        : `${what} is not offered to this client for a while.`
    setText(outcome, said)
    try {
      const tookMs = await send(productId, action)
      const follows =
        tookMs === undefined ? 'The list stays as it is.' : `The list followed after ${duration(tookMs)}.`
      setText(outcome, `${said} ${follows}`)
    } catch (error) {
      if (signal.aborted) return
      own.delete(productId)
      draw()
      setText(outcome, `This could not be noted for ${what}: ${messageOf(error)}`)
    }
  }

  followTitle(question, { shop, signal, show: title => setText(name, title) })
  const send = followPropositions(question, { signal, show, explain: refusal.explain })
  return makeCard('What to offer', { note }, ...refusal.elements)
}
