import { price } from '../data/format.js'
import { FACETS } from '../data/reading.js'
import { html, markRanges, setText } from './dom.js'

/** @import { Highlight, Product } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */

/** How a product was found: a word for it, and a sentence. @type {Record<string, [word: string, sentence: string]>} */
export const WAYS = {
  identifier: ['number', 'Its product number or name is what you typed'],
  words: ['words', 'The words are in its texts'],
  meaning: ['meaning', 'It is about the same, in other words'],
  filters: ['filter', 'It passes the filters'],
}

let made = 0

/** @type {Record<string, string>} */
const FIELDS = { ...FACETS, name: 'Name', model: 'Model', description: 'Description', sku: 'Number' }

/**
 * What the index knows of a product.
 *
 * @returns {Part<Product>}
 */
export function makeDetails() {
  const list = html('dl')
  const more = html('a')
  // An id of its own: a product's may hold anything.
  const element = html(
    'div',
    { class: 'details', id: `details-${++made}`, hidden: true },
    list,
    html('p', {}, more),
  )
  let shown = ''
  return {
    element,
    show(product) {
      // The same answer comes every two seconds: a link that has the focus stays.
      const key = JSON.stringify({ ...product, score: 0 })
      if (shown === key) return
      shown = key
      list.replaceChildren(...entriesOf(product).flatMap(([name, ...text]) => makeEntry(name, text)))
      const kind = product.subcategory ? 'subcategory' : 'category'
      const value = product[kind]
      more.hidden = !value
      more.href = `/search?${new URLSearchParams({ [kind]: value ?? '' })}`
      setText(more, `Everything in ${value}`)
    },
  }
}

/** @param {Product} product @returns {[name: string, ...text: (Node | string)[]][]} */
function entriesOf({
  productId,
  sku,
  category,
  subcategory,
  color,
  listPrice,
  matched,
  variants,
  highlights = [],
}) {
  /** @type {[string, string | null | undefined][]} */
  const known = [
    ['Number', sku],
    ['Product id', productId],
    ['Category', category],
    ['Kind', subcategory],
    ['Colour', color],
    ['Price', listPrice === null ? null : price(listPrice)],
    ['Variants', variants && variants > 1 ? String(variants) : null],
    ['Why it is here', matched.map(way => WAYS[way]?.[1] ?? way).join('. ')],
  ]
  return [
    ...known.flatMap(([name, text]) => (text ? [/** @type {[string, string]} */ ([name, text])] : [])),
    ...highlights.filter(isSaid).map(toMarked),
  ]
}

/** Its name stands above, and its number among the others. @param {Highlight} highlight */
const isSaid = ({ field }) => field !== 'name' && field !== 'sku'

/** @param {Highlight} highlight @returns {[string, ...(Node | string)[]]} */
const toMarked = ({ field, text, ranges }) => [
  `Found in: ${FIELDS[field] ?? field}`,
  ...markRanges(text, ranges),
]

/** @param {string} name @param {(Node | string)[]} text */
const makeEntry = (name, text) => [html('dt', {}, name), html('dd', {}, ...text)]
