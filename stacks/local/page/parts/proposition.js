import { price } from '../data/format.js'
import { KINDS } from '../data/proposition-words.js'
import { hrefOf } from '../data/propositions.js'
import { html, setText } from './dom.js'
import { stockText } from './product-details.js'

/** @import { Proposition } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */
/** @typedef {Proposition & { isOrdered: boolean }} Shown */

/**
 * A product that is offered: what it is, why, whether it can be had, and what may become of it. Only for a client it may be put aside.
 *
 * @param {object} hooks
 * @param {string | undefined} hooks.clientId
 * @param {(proposition: Proposition, action: 'order' | 'dismiss') => void} hooks.press
 * @returns {Part<Shown>}
 */
export function makeProposition({ clientId, press }) {
  /** @type {Shown | undefined} */
  let shown
  const name = html('a')
  const kind = html('span', { class: 'way' })
  const because = html('p', { class: 'because' })
  const about = html('p', { class: 'about' })
  const cost = html('span', { class: 'price' })
  const stock = html('span', { class: 'stock' })
  /** @param {'order' | 'dismiss'} action */
  const makeButton = action =>
    html('button', {
      ...{ type: 'button', class: 'quiet', 'data-action': action },
      onclick: () => shown && press(shown, action),
    })
  const order = makeButton('order')
  const dismiss = makeButton('dismiss')
  const beside = html('a', { class: 'quiet' }, 'Goes with it')
  return {
    element: html(
      'li',
      {},
      html('div', { class: 'what' }, html('p', { class: 'name' }, name, ' ', kind), because, about),
      html('div', { class: 'offer' }, cost, stock),
      html('div', { class: 'actions' }, order, clientId !== undefined && dismiss, beside),
    ),
    show(next) {
      shown = next
      const { productId, sku, category, subcategory, listPrice, isOrdered } = next
      const called = next.name ?? productId
      setText(name, called)
      name.href = `/search?${new URLSearchParams({ q: sku ?? called })}`
      setText(kind, KINDS[next.kind] ?? '')
      kind.hidden = kind.textContent === ''
      setText(because, next.because)
      setText(about, [sku, [category, subcategory].filter(Boolean).join(' › ')].filter(Boolean).join('   '))
      setText(cost, listPrice === null ? '' : price(listPrice))
      setText(stock, stockText(next))
      stock.classList.toggle('there', next.inStock === true)
      setText(order, isOrdered ? 'Ordered ✓' : 'Ordered')
      order.setAttribute('aria-label', `Ordered: ${called}`)
      order.setAttribute('aria-pressed', String(isOrdered))
      dismiss.hidden = isOrdered
      setText(dismiss, 'Not for them')
      dismiss.setAttribute('aria-label', `Not for them: ${called}`)
      beside.href = hrefOf({ client: clientId, product: productId })
      beside.setAttribute('aria-label', `Goes with it: ${called}`)
    },
  }
}

/** Where the keyboard is: which item of a list, or -1. @param {HTMLElement} list */
export const focusedAt = list => [...list.children].findIndex(item => item.contains(document.activeElement))

/** Goes on with what took the place of an item that is gone. @param {HTMLElement} list @param {number} at */
export function keepFocus(list, at) {
  if (at === -1 || list.contains(document.activeElement)) return
  const next = list.children[at] ?? list.lastElementChild
  const button = next?.querySelector('[data-action="dismiss"]')
  if (button instanceof HTMLElement) button.focus({ preventScroll: true })
}
