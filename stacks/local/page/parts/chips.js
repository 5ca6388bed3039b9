import { price } from '../data/format.js'
import { html } from './dom.js'
import { FACETS } from './facets.js'
import { makeList } from './list.js'

/** @import { FilterName, Filters } from '../data/search-address.js' */
/** @import { Part } from './dom.js' */
/** @typedef {{ name: string, value: unknown, isOwn: boolean }} Chip */

/**
 * Filters in force, those that were read from the query among them; what was chosen can be removed.
 *
 * @param {(name: FilterName) => void} remove
 * @returns {Part<{ applied: Record<string, unknown>, own: Filters }>}
 */
export function makeChips(remove) {
  const list = makeList(
    html('p', { class: 'chips' }),
    (/** @type {Chip} */ { name, value, isOwn }) => `${name} ${value} ${isOwn}`,
    chip => ({ element: makeChip(chip, remove), show() {} }),
  )
  return {
    element: list.element,
    show: ({ applied, own }) =>
      list.show(Object.entries(applied).map(([name, value]) => ({ name, value, isOwn: name in own }))),
  }
}

/** @param {Chip} chip @param {(name: FilterName) => void} remove */
function makeChip({ name, value, isOwn }, remove) {
  const text = filterText(name, value)
  if (!isOwn) return html('span', { class: 'chip read', title: 'Read from your query' }, text)
  return html(
    'button',
    {
      type: 'button',
      class: 'chip',
      'aria-label': `Remove the filter ${text}`,
      onclick: () => remove(/** @type {FilterName} */ (name)),
    },
    text,
    html('span', { 'aria-hidden': 'true' }, ' ×'),
  )
}

/** @param {string} name @param {unknown} value */
function filterText(name, value) {
  if (name === 'priceMin') return `from ${price(Number(value))}`
  if (name === 'priceMax') return `up to ${price(Number(value))}`
  if (name === 'inStock') return value ? 'in stock' : 'not in stock'
  return `${Object.entries(FACETS).find(([facet]) => facet === name)?.[1] ?? name}: ${value}`
}
