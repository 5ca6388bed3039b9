import { ask, messageOf } from '../data/ask.js'
import { newSearchId } from '../data/shop-parts.js'
import { productSuggestions } from '../data/suggestions.js'
import { makeCombobox } from './combobox.js'
import { html, setText } from './dom.js'

/** @import { Product, Suggestion } from '../data/answers.ts' */

const MOST_FOUND = 8

/**
 * One product, found as in search: by a suggestion, or by words that lead to it or to a choice between several.
 *
 * @param {AbortSignal} signal
 * @param {object} hooks
 * @param {(productId: string) => void} hooks.choose
 * @param {(part: { category: string } | { subcategory: string }) => void} [hooks.choosePart] without it a category is words
 */
export function makeProductFinder(signal, { choose, choosePart }) {
  const field = makeCombobox({
    query: '',
    source: productSuggestions,
    type: () => found.show([]),
    choose: take,
    label: 'Find a product',
    placeholder: 'A product: words, or its number',
  })
  const found = makeFound(({ productId }) => choose(productId))

  /** @param {Suggestion} suggestion */
  function take({ kind, text, productId }) {
    field.input.value = ''
    if (productId !== null) return choose(productId)
    if (choosePart && kind === 'category') return choosePart({ category: text })
    if (choosePart && kind === 'subcategory') return choosePart({ subcategory: text })
    field.input.value = text
    void find()
  }

  async function find() {
    field.close()
    const query = field.input.value.trim()
    if (query === '') return
    try {
      const { results } = await ask(
        'search-products',
        { query, limit: MOST_FOUND, searchId: newSearchId() },
        signal,
      )
      const [only] = results
      if (only && results.length === 1) choose(only.productId)
      else found.show(results, results.length === 0 ? 'Sorry, no product fits.' : 'Which of them?')
    } catch (error) {
      if (!signal.aborted) found.show([], `The search was refused: ${messageOf(error)}`)
    }
  }

  signal.addEventListener('abort', () => field.close())
  const form = html(
    'form',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault()
        void find()
      },
    },
    field.element,
  )
  return {
    element: html('search', {}, form, found.element),

    /** After another one was chosen. */
    clear() {
      found.show([])
    },
  }
}

/** Products of which one is meant. @param {(product: Product) => void} choose */
function makeFound(choose) {
  const said = html('p', { class: 'note', role: 'status' })
  const list = html('ul', { class: 'similar' })
  return {
    element: html('div', { class: 'found' }, said, list),

    /** @param {Product[]} products @param {string} [text] */
    show(products, text = '') {
      setText(said, text)
      list.replaceChildren(...products.map(product => makeTile(product, choose)))
    },
  }
}

/** @param {Product} product @param {(product: Product) => void} choose */
function makeTile(product, choose) {
  const about = [product.sku, product.subcategory ?? product.category].filter(Boolean).join('   ')
  const button = html(
    'button',
    { type: 'button', class: 'tile', onclick: () => choose(product) },
    html('span', { class: 'name' }, product.name ?? '(no name)'),
    html('span', { class: 'note' }, about),
  )
  return html('li', {}, button)
}
