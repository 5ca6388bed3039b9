import { price } from '../data/format.js'
import { html, markRanges, setText } from './dom.js'
import { makeList } from './list.js'
import { makeDetails, stockText, WAYS } from './product-details.js'

/** @import { Product } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */
/**
 * @typedef {object} Hooks
 * @property {(product: Product) => void} opened told of a product that the search found
 * @property {(product: Product) => Promise<Product[]>} findVariants
 * @property {(productId: string) => Promise<Product[]>} findSimilar
 */

/** @type {Record<string, string>} */
const SWATCHES = {
  black: '#2a2a2a',
  red: '#c33b32',
  blue: '#3a6fb5',
  silver: '#b9bec4',
  white: '#ffffff',
  yellow: '#e3b93b',
  grey: '#8b9096',
}

/**
 * A product in one row, which opens to what the index knows of it.
 *
 * @param {Product} made
 * @param {Hooks} hooks
 * @param {Node} [variants] leads to the others of its model
 * @returns {Part<Product>}
 */
export function makeProductRow(made, { opened, findSimilar }, variants) {
  let product = made
  const details = makeDetails(findSimilar)
  const name = html('button', {
    type: 'button',
    class: 'opener',
    'aria-expanded': 'false',
    'aria-controls': details.element.id,
    onclick() {
      const isOpen = details.toggle()
      name.setAttribute('aria-expanded', String(isOpen))
      if (isOpen) opened(product)
    },
  })
  const about = html('p', { class: 'about' })
  const purpose = html('p', { class: 'purpose' })
  const excerpt = html('p', { class: 'excerpt' })
  const color = makeColor()
  const ways = makeList(html('span', { class: 'ways' }), (/** @type {string} */ way) => way, makeWay)
  const listPrice = makePrice()
  const stock = html('span', { class: 'stock' })
  const element = html(
    'li',
    {},
    html(
      'div',
      { class: 'row' },
      html('div', { class: 'what' }, html('p', { class: 'name' }, name), about, purpose, excerpt, variants),
      color.element,
      ways.element,
      html('div', { class: 'offer' }, listPrice.element, stock),
    ),
    details.element,
  )
  return {
    element,
    show(next) {
      product = next
      const kind = [product.category, product.subcategory].filter(Boolean).join(' › ')
      showMarked(name, product.name ?? '(no name)', rangesOf(product, 'name'))
      setText(about, [product.sku, kind].filter(Boolean).join('   '))
      setText(purpose, product.purpose ? `for: ${product.purpose}` : '')
      const said = product.highlights.find(({ field }) => field === 'description')
      showMarked(excerpt, said?.text ?? '', said?.ranges ?? [])
      color.show(product.color)
      ways.show(product.matched)
      listPrice.show(product.listPrice)
      setText(stock, stockText(product))
      stock.classList.toggle('there', product.inStock === true)
      details.show(product)
    },
  }
}

/** Where a name is marked: nowhere, if what was marked is another text. @param {Product} product @param {string} field */
function rangesOf({ name, highlights }, field) {
  return highlights.find(marked => marked.field === field && marked.text === name)?.ranges ?? []
}

/** Drawn again only where it differs. @param {HTMLElement} element @param {string} text @param {[number, number][]} ranges */
function showMarked(element, text, ranges) {
  const key = JSON.stringify([text, ranges])
  if (element.dataset.shown === key) return
  element.dataset.shown = key
  element.replaceChildren(...markRanges(text, ranges))
}

/** @param {string} way @returns {Part<string>} */
function makeWay(way) {
  const [word, title] = WAYS[way] ?? [way, '']
  return { element: html('span', { class: 'way', title }, word), show() {} }
}

/** @returns {Part<string | null>} */
function makeColor() {
  const element = html('span', { class: 'color' })
  return {
    element,
    show(color) {
      if (element.textContent === (color ?? '')) return
      if (!color) return element.replaceChildren()
      const name = color.toLowerCase()
      const swatch = html('i', {
        class: name === 'multi' ? 'swatch multi' : 'swatch',
        'aria-hidden': 'true',
      })
      swatch.style.backgroundColor = SWATCHES[name] ?? ''
      element.replaceChildren(swatch, html('span', {}, color))
    },
  }
}

/** A price, and for a while the one before it. @returns {Part<number | null>} */
function makePrice() {
  const now = html('span', { class: 'now' })
  const was = html('span', { class: 'was' })
  const element = html('span', { class: 'price' }, now, was)
  let isNew = true
  return {
    element,
    show(value) {
      const before = now.textContent
      const after = value === null ? '' : price(value)
      setText(now, after)
      const isChange = !isNew && before !== after
      isNew = false
      if (!isChange) return
      setText(was, before ? `was ${before}` : '')
      const row = element.closest('li')
      row?.classList.remove('changed')
      // Read, so that the animation starts again.
      void row?.offsetWidth
      row?.classList.add('changed')
    },
  }
}
