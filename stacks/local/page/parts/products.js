import { price } from '../data/format.js'
import { html, setText } from './dom.js'
import { makeList } from './list.js'

/** @import { Product } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */

/** @type {Record<string, [word: string, title: string]>} */
const WAYS = {
  identifier: ['number', 'Its product number or name is what you typed'],
  words: ['words', 'The words are in its texts'],
  meaning: ['meaning', 'It is about the same, in other words'],
  filters: ['filter', 'It passes the filters'],
}
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

/** Products in the order of the answer. @returns {Part<Product[]>} */
export const makeProducts = () =>
  makeList(html('ol', { class: 'products', id: 'products' }), product => product.productId, makeProduct)

/** @returns {Part<Product>} */
function makeProduct() {
  const name = html('p', { class: 'name' })
  const about = html('p', { class: 'about' })
  const color = makeColor()
  const ways = makeList(html('span', { class: 'ways' }), (/** @type {string} */ way) => way, makeWay)
  const listPrice = makePrice()
  const element = html(
    'li',
    {},
    html('div', { class: 'what' }, name, about),
    color.element,
    ways.element,
    listPrice.element,
  )
  return {
    element,
    show(product) {
      const kind = [product.category, product.subcategory].filter(Boolean).join(' › ')
      setText(name, product.name ?? '(no name)')
      setText(about, [product.sku, kind].filter(Boolean).join('   '))
      color.show(product.color)
      ways.show(product.matched)
      listPrice.show(product.listPrice)
    },
  }
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
