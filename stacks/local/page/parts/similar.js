import { messageOf, NoAnswer } from '../data/ask.js'
import { price } from '../data/format.js'
import { html, setText } from './dom.js'
import { makeList } from './list.js'

/** @import { Product } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */

/**
 * What is like a product. It is asked for once it is shown.
 *
 * @param {(productId: string) => Promise<Product[]>} findSimilar
 * @param {(product: Product) => void} choose
 */
export function makeSimilar(findSimilar, choose) {
  /** @type {string | undefined} */
  let asked
  const problem = html('p', { class: 'outcome' })
  const list = makeList(
    html('ul', { class: 'similar' }),
    (/** @type {Product} */ { productId }) => productId,
    product => makeTile(product, choose),
  )
  const element = html('div', { hidden: true }, html('h2', {}, 'Similar products'), problem, list.element)
  return {
    element,

    /** @param {string} productId */
    async show(productId) {
      if (asked === productId) return
      asked = productId
      list.show([])
      setText(problem, '')
      element.hidden = true
      try {
        const products = await findSimilar(productId)
        if (asked !== productId) return
        list.show(products)
        element.hidden = products.length === 0
      } catch (error) {
        // The index may not have its vectors yet.
        if (asked !== productId || (error instanceof NoAnswer && error.reason === 'not_found')) return
        setText(problem, `They are not known: ${messageOf(error)}`)
        element.hidden = false
        asked = undefined
      }
    },
  }
}

/** @param {Product} made @param {(product: Product) => void} choose @returns {Part<Product>} */
function makeTile(made, choose) {
  const { name, subcategory, category, listPrice } = made
  const about = [subcategory ?? category, listPrice === null ? null : price(listPrice)].filter(Boolean)
  const button = html(
    'button',
    { type: 'button', class: 'tile', onclick: () => choose(made) },
    html('span', { class: 'name' }, name ?? '(no name)'),
    html('span', { class: 'note' }, about.join('   ')),
  )
  return { element: html('li', {}, button), show() {} }
}
