import { price } from '../data/format.js'
import { FACETS } from '../data/reading.js'
import { html, markRanges, setText } from './dom.js'
import { makeSimilar } from './similar.js'

/** @import { Highlight, Product } from '../data/answers.ts' */

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

/** @param {Pick<Product, 'inStock'>} product nothing where nobody says */
export const stockText = ({ inStock }) => (inStock === null ? '' : inStock ? 'in stock' : 'out of stock')

/**
 * What the index knows of a product, and what is like it. One that is chosen there takes its place, with a way back.
 *
 * @param {(productId: string) => Promise<Product[]>} findSimilar
 */
export function makeDetails(findSimilar) {
  /** The product of the row, and those that were chosen since. @type {Product[]} */
  let trail = []
  let shown = ''
  const back = html('button', { type: 'button', class: 'link', onclick: () => step(trail.slice(0, -1)) })
  const name = html('p', { class: 'name' })
  const goneTo = html('div', { class: 'gone-to' }, back, name)
  const list = html('dl')
  const more = html('a')
  const forecast = html('a', {}, 'What will be sold of it')
  const similar = makeSimilar(findSimilar, product => step([...trail, product]))
  const element = html(
    'div',
    // An id of its own: a product's may hold anything.
    { class: 'details', id: `details-${++made}`, role: 'group', tabindex: '-1', hidden: true },
    goneTo,
    list,
    html('p', { class: 'onward' }, more, forecast),
    similar.element,
  )

  /** @param {Product[]} next */
  function step(next) {
    trail = next
    draw()
    // What was pressed is gone; from here the keyboard goes on, and a screen reader says the name.
    element.focus()
  }

  function draw() {
    const product = trail.at(-1)
    if (!product || element.hidden) return
    void similar.show(product.productId)
    // The same answer comes every two seconds: a link that has the focus stays.
    const key = JSON.stringify(trail.map(passed => ({ ...passed, score: 0 })))
    if (shown === key) return
    shown = key
    const before = trail.at(-2)
    const wasGoneTo = before !== undefined
    goneTo.hidden = !wasGoneTo
    setText(back, `Back to ${before?.name ?? 'the product before'}`)
    setText(name, product.name ?? '(no name)')
    element.setAttribute('aria-label', product.name ?? 'Product')
    list.replaceChildren(
      ...entriesOf(product, wasGoneTo).flatMap(([entry, ...text]) => makeEntry(entry, text)),
    )
    const kind = product.subcategory ? 'subcategory' : 'category'
    const value = product[kind]
    more.hidden = !value
    more.href = `/search?${new URLSearchParams({ [kind]: value ?? '' })}`
    setText(more, `Everything in ${value}`)
    forecast.href = `/forecasts?${new URLSearchParams({ product: product.productId })}`
  }

  return {
    element,

    /** @param {Product} product */
    show(product) {
      trail = [product, ...trail.slice(1)]
      draw()
    },

    /** @returns {boolean} whether it is open now */
    toggle() {
      element.hidden = !element.hidden
      trail = trail.slice(0, 1)
      draw()
      return !element.hidden
    },
  }
}

/**
 * @param {Product} product
 * @param {boolean} wasGoneTo from another one: why the search found it is nothing to say of it
 * @returns {[name: string, ...text: (Node | string)[]][]}
 */
function entriesOf(product, wasGoneTo) {
  const { productId, sku, category, subcategory, color, listPrice, matched, purpose, highlights } = product
  /** @type {[string, string | null | undefined][]} */
  const known = [
    ['Number', sku],
    ['Product id', productId],
    ['Category', category],
    ['Kind', subcategory],
    ['Colour', color],
    ['Price', listPrice === null ? null : price(listPrice)],
    ['Stock', stockText(product)],
    ['For', purpose],
    ['Why it is here', wasGoneTo ? null : matched.map(way => WAYS[way]?.[1] ?? way).join('. ')],
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
