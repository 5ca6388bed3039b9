import { HORIZONS, readHorizon, readScope } from '../data/forecasts.js'
import { html } from '../parts/dom.js'
import { makeField } from '../parts/field.js'
import { makePartSelect } from '../parts/part-select.js'
import { makeProductFinder } from '../parts/product-finder.js'
import { makeTerritorySelect } from '../parts/territory-select.js'

/** @import { Scope } from '../data/forecasts.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

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
  const finder = makeProductFinder(signal, { choose: productId => choose({ productId }), choosePart: choose })
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
  const territory = makeTerritorySelect(territory => change({ territory }))

  const show = async () => {
    const parts = await shop
    part.show({ parts, scope: readScope(params) })
    territory.show({ parts, chosen: params.get('territory') ?? '' })
  }
  void show()
  const element = html(
    'section',
    { class: 'search', 'aria-label': 'What is forecast' },
    finder.element,
    html('div', { class: 'fields' }, part.element, territory.element, makeField('Ahead', horizon)),
  )
  return {
    element,

    /** After another one was chosen. */
    show() {
      finder.clear()
      void show()
    },
  }
}
