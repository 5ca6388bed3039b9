import { ORDERS } from '../data/reading.js'
import { html, setText } from './dom.js'

/** @import { Sort } from '../data/search-address.js' */
/** @import { Part } from './dom.js' */

/**
 * What the results are in order by; `read` is an order that is in the query's words.
 *
 * @param {(sort: Sort | undefined) => void} change
 * @returns {Part<{ own: Sort | undefined, read: Sort | null }>}
 */
export function makeOrder(change) {
  const best = html('option', { value: '' })
  const options = Object.entries(ORDERS).map(([value, text]) => html('option', { value }, text))
  const select = html('select', {}, best, ...options)
  select.addEventListener('change', () => change(/** @type {Sort} */ (select.value) || undefined))
  return {
    element: html('label', { class: 'order' }, 'Order ', select),
    show({ own, read }) {
      setText(best, read && !own ? `as typed: ${ORDERS[read]}` : 'what fits best first')
      select.value = own ?? ''
    },
  }
}
