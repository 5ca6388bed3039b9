import { ask, messageOf } from '../data/ask.js'
import { HORIZONS, readHorizon, readScope } from '../data/forecasts.js'
import { newSearchId } from '../data/shop-parts.js'
import { makeCombobox } from '../parts/combobox.js'
import { html, setText } from '../parts/dom.js'
import { makePartSelect } from '../parts/part-select.js'

/** @import { Product, Suggestion } from '../data/answers.ts' */
/** @import { Scope } from '../data/forecasts.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

const MOST_FOUND = 8

/**
 * What is to be forecast: a product, found as in search, a category, or the whole shop; of which territory, how far.
 *
 * @param {Visit} visit
 * @param {Promise<ShopParts>} shop
 * @param {object} hooks
 * @param {(scope: Scope) => void} hooks.choose
 * @param {(changed: { territory?: string, days?: string }) => void} hooks.change
 */
export function forecastChoice({ params, signal }, shop, { choose, change }) {
  const field = makeCombobox({
    query: '',
    type: () => found.show([]),
    choose: take,
    label: 'Find a product',
    placeholder: 'A product: words, or its number',
  })
  const found = makeFound(({ productId }) => choose({ productId }))
  const part = makePartSelect('Show', 'The whole shop', choose)
  const horizon = html(
    'select',
    {
      onchange() {
        change({ days: horizon.value })
      },
    },
    ...HORIZONS.map(days => html('option', { value: days }, `${days} days`)),
  )
  horizon.value = String(readHorizon(params))
  const territory = html('select', {
    onchange() {
      change({ territory: territory.value })
    },
  })
  const territories = makeField('Territory', territory)
  territories.hidden = true

  /** @param {Suggestion} suggestion */
  function take({ kind, text, productId }) {
    field.input.value = ''
    if (productId !== null) return choose({ productId })
    if (kind === 'category' || kind === 'subcategory') return choose({ [kind]: text })
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
      if (only && results.length === 1) choose({ productId: only.productId })
      else found.show(results, results.length === 0 ? 'Sorry, no product fits.' : 'Which of them?')
    } catch (error) {
      if (!signal.aborted) found.show([], `The search was refused: ${messageOf(error)}`)
    }
  }

  const show = async () => {
    const parts = await shop
    part.show({ parts, scope: readScope(params) })
    const chosen = params.get('territory') ?? ''
    const known = parts.territories
    const all =
      chosen === '' || known.some(({ id }) => id === chosen)
        ? known
        : [{ id: chosen, name: chosen }, ...known]
    territory.replaceChildren(
      html('option', { value: '' }, 'All territories'),
      ...all.map(({ id, name }) => html('option', { value: id }, name)),
    )
    territory.value = chosen
    territories.hidden = all.length === 0
  }
  void show()
  signal.addEventListener('abort', () => field.close())
  const element = html(
    'section',
    { class: 'search', 'aria-label': 'What is forecast' },
    html(
      'search',
      {},
      html(
        'form',
        {
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault()
            void find()
          },
        },
        field.element,
      ),
      found.element,
    ),
    html('div', { class: 'fields' }, part.element, territories, makeField('Ahead', horizon)),
  )
  return {
    element,

    /** After another one was chosen. */
    show() {
      found.show([])
      void show()
    },
  }
}

/** @param {string} label @param {HTMLElement} control */
const makeField = (label, control) => html('label', { class: 'field' }, html('span', {}, label), control)

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
