import { messageOf } from '../data/ask.js'
import { html, setText } from './dom.js'
import { makeList } from './list.js'
import { makeProductRow } from './product-row.js'

/** @import { Product } from '../data/answers.ts' */
/** @import { Hooks } from './product-row.js' */

let made = 0

/**
 * The other products of a model: a button that says how many there are, and opens them.
 *
 * @param {Hooks} hooks
 */
export function makeVariants(hooks) {
  /** @type {Product | undefined} */
  let product
  let isAsking = false
  const problem = html('p', { class: 'outcome' })
  const list = makeList(
    html('ol', { class: 'variants' }),
    (/** @type {Product} */ { productId }) => productId,
    variant => makeProductRow(variant, hooks),
  )
  const element = html('div', { id: `variants-${++made}`, hidden: true }, problem, list.element)
  const button = html('button', {
    type: 'button',
    class: 'link more-variants',
    'aria-expanded': 'false',
    'aria-controls': element.id,
    onclick() {
      open(!isOpen())
      void find()
    },
  })

  const isOpen = () => !element.hidden

  /** @param {boolean} next */
  function open(next) {
    element.hidden = !next
    button.setAttribute('aria-expanded', String(next))
  }

  async function find() {
    if (!product || !isOpen() || isAsking) return
    isAsking = true
    try {
      list.show(await hooks.findVariants(product))
      setText(problem, '')
    } catch (error) {
      setText(problem, `The variants are not known: ${messageOf(error)}`)
    } finally {
      isAsking = false
    }
  }

  return {
    button,
    element,

    /** Those that are open are asked for again with each answer: their prices follow the source too. @param {Product} next */
    show(next) {
      product = next
      button.hidden = next.variants < 2
      if (button.hidden) open(false)
      setText(button, `${next.variants} variants`)
      button.setAttribute('aria-label', `${next.variants} variants of ${next.name ?? 'this product'}`)
      list.element.setAttribute('aria-label', `Other variants of ${next.name ?? 'this product'}`)
      void find()
    },
  }
}
