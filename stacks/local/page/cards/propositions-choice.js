import { fromValue, toValue } from '../data/forecasts.js'
import { hrefOf, readMode } from '../data/propositions.js'
import { clientSuggestions } from '../data/suggestions.js'
import { makeChoice } from '../parts/choice.js'
import { makeCombobox } from '../parts/combobox.js'
import { html } from '../parts/dom.js'
import { makePartSelect } from '../parts/part-select.js'
import { makeProductFinder } from '../parts/product-finder.js'
import { makeTerritorySelect } from '../parts/territory-select.js'

/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

/**
 * For whom something is to be found: a client by its id, whoever looks at a product, or somebody of whom nothing is known.
 *
 * @param {Visit} visit
 * @param {Promise<ShopParts>} shop
 * @param {(changed: Record<string, string>) => void} change what the address is to say; an empty text takes one away
 */
export function propositionsChoice({ params, signal }, shop, change) {
  const mode = readMode(params)
  const field = makeField(mode, { params, signal, change })
  const part = makePartSelect('Of', 'Every product', scope => change({ only: toValue(scope) }))
  const territory = makeTerritorySelect(chosen => change({ territory: chosen }))
  const modes = [
    { text: 'A client', href: hrefOf({ client: params.get('client') }), isChosen: mode === 'client' },
    {
      text: 'Beside a product',
      href: hrefOf({ for: 'product', client: params.get('client') }),
      isChosen: mode === 'product',
    },
    { text: 'Somebody new', href: hrefOf({ for: 'nobody' }), isChosen: mode === 'nobody' },
  ]
  const show = async () => {
    field?.show()
    const parts = await shop
    part.show({ parts, scope: fromValue(params.get('only') ?? '') })
    territory.show({ parts, chosen: params.get('territory') ?? '' })
  }
  void show()
  return {
    element: html(
      'section',
      { class: 'search whom', 'aria-label': 'For whom' },
      html('div', { class: 'choices' }, makeChoice('For whom', modes)),
      field?.element,
      html('div', { class: 'fields' }, part.element, mode === 'nobody' && territory.element),
    ),

    /** After another one was chosen. */
    show() {
      void show()
    },
  }
}

/**
 * @param {import('../data/propositions.js').Mode} mode
 * @param {{ params: URLSearchParams, signal: AbortSignal, change: (changed: Record<string, string>) => void }} about
 */
function makeField(mode, { params, signal, change }) {
  if (mode === 'nobody') return undefined
  if (mode === 'client') return makeClientField({ params, signal, change })
  const finder = makeProductFinder(signal, { choose: product => change({ product }) })
  return { element: finder.element, show: finder.clear }
}

/** @param {{ params: URLSearchParams, signal: AbortSignal, change: (changed: Record<string, string>) => void }} about */
function makeClientField({ params, signal, change }) {
  const field = makeCombobox({
    query: '',
    source: clientSuggestions,
    type() {},
    choose: ({ clientId }) => change({ client: clientId }),
    label: 'Find a client by its id',
    placeholder: 'The id of a client',
  })
  field.input.maxLength = 100
  signal.addEventListener('abort', () => field.close())
  const form = html(
    'form',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault()
        field.close()
        const client = field.input.value.trim()
        if (client !== '') change({ client })
      },
    },
    field.element,
  )
  return {
    element: html('search', {}, form),
    show() {
      field.input.value = params.get('client') ?? ''
    },
  }
}
