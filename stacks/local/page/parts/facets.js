import { count, plural } from '../data/format.js'
import { FACETS } from '../data/reading.js'
import { html, setText } from './dom.js'
import { makeList } from './list.js'

/** @import { FacetCount, FacetName } from '../data/answers.ts' */
/** @import { Filters } from '../data/search-address.js' */
/** @import { Part } from './dom.js' */
/** @typedef {(name: FacetName, value: string) => void} Toggle */
/** @typedef {{ name: FacetName, values: FacetCount[], chosen: unknown }} Facet */

/** @type {FacetName[]} */
const NAMES = ['category', 'subcategory', 'color']
const MOST_VALUES = 7

/**
 * What the results are narrowed down by.
 *
 * @param {Toggle} toggle
 * @returns {Part<{ facets: Record<FacetName, FacetCount[]>, filters: Filters }>}
 */
export function makeFacets(toggle) {
  const list = makeList(
    html('div', { class: 'facet-list' }),
    (/** @type {Facet} */ { name }) => name,
    ({ name }) => makeFacet(name, toggle),
  )
  return {
    element: list.element,
    show: ({ facets, filters }) =>
      list.show(
        NAMES.filter(name => facets[name].length > 0).map(name => ({
          name,
          values: facets[name].slice(0, MOST_VALUES),
          chosen: filters[name],
        })),
      ),
  }
}

/** @param {FacetName} name @param {Toggle} toggle @returns {Part<Facet>} */
function makeFacet(name, toggle) {
  const values = makeList(
    html('ul', { class: 'plain' }),
    (/** @type {FacetCount & { isChosen: boolean }} */ { value }) => value,
    ({ value }) => makeValue(value, () => toggle(name, value)),
  )
  return {
    element: html(
      'div',
      { class: 'facet', role: 'group', 'aria-labelledby': `facet-${name}` },
      html('h2', { id: `facet-${name}` }, FACETS[name]),
      values.element,
    ),
    show: facet =>
      values.show(facet.values.map(value => ({ ...value, isChosen: isSame(value.value, facet.chosen) }))),
  }
}

/** A colour in words is a filter in small letters. @param {string} value @param {unknown} chosen */
const isSame = (value, chosen) => value.toLowerCase() === String(chosen).toLowerCase()

/** @param {string} value @param {() => void} onclick @returns {Part<FacetCount & { isChosen: boolean }>} */
function makeValue(value, onclick) {
  const number = html('span', { class: 'count', 'aria-hidden': 'true' })
  const inWords = html('span', { class: 'hidden' })
  const button = html(
    'button',
    { type: 'button', onclick },
    html('span', { class: 'value' }, value),
    number,
    inWords,
  )
  return {
    element: html('li', {}, button),
    show({ count: products, isChosen }) {
      button.setAttribute('aria-pressed', String(isChosen))
      setText(number, count(products))
      setText(inWords, plural(products, 'product'))
    },
  }
}
