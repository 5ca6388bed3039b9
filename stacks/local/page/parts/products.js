import { html } from './dom.js'
import { makeList } from './list.js'
import { makeProductRow } from './product-row.js'
import { makeVariants } from './variants.js'

/** @import { Product } from '../data/answers.ts' */
/** @import { Part } from './dom.js' */
/** @import { Hooks } from './product-row.js' */

/**
 * The best product of each model, in the order of the answer; the others of it are a press away.
 *
 * @param {Hooks} hooks
 * @returns {Part<Product[]>}
 */
export const makeProducts = hooks =>
  makeList(
    html('ol', { class: 'products', id: 'products', 'aria-label': 'Products' }),
    product => product.productId,
    product => makeModel(product, hooks),
  )

/** @param {Product} product @param {Hooks} hooks @returns {Part<Product>} */
function makeModel(product, hooks) {
  const variants = makeVariants(hooks)
  const row = makeProductRow(product, hooks, variants.button)
  row.element.append(variants.element)
  return {
    element: row.element,
    show(next) {
      row.show(next)
      variants.show(next)
    },
  }
}
