import { toPrice } from '../data/search-address.js'
import { html } from './dom.js'

/** @import { Filters } from '../data/search-address.js' */
/** @import { Part } from './dom.js' */

/**
 * The filters that are no facet: prices and stock.
 *
 * @param {(filters: Filters) => void} change told the three of them, undefined where one is not set
 * @returns {Part<Filters>}
 */
export function makeFilterForm(change) {
  const from = priceInput('Price from')
  const to = priceInput('Price to')
  const stock = html('input', { type: 'checkbox' })
  const read = () =>
    change({
      priceMin: toPrice(from.value),
      priceMax: toPrice(to.value),
      inStock: stock.checked || undefined,
    })
  return {
    element: html(
      'form',
      { class: 'facet', onchange: read, onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      html('h2', {}, 'Price'),
      html('p', { class: 'range' }, from, ' to ', to),
      html('label', { class: 'check' }, stock, ' In stock'),
    ),
    show({ priceMin, priceMax, inStock }) {
      from.value = String(priceMin ?? '')
      to.value = String(priceMax ?? '')
      stock.checked = inStock === true
    },
  }
}

/** @param {string} label */
const priceInput = label =>
  html('input', { type: 'number', min: 0, step: 'any', inputmode: 'decimal', 'aria-label': label })
