import { commandsCard } from '../cards/commands.js'
import { forecastCard } from '../cards/forecast.js'
import { forecastChoice } from '../cards/forecast-choice.js'
import { ordersCard } from '../cards/orders.js'
import { questionOf } from '../data/forecasts.js'
import { csvAddress } from '../data/orders.js'
import { readShopParts } from '../data/shop-parts.js'
import { changeParams, renewedPlace } from '../parts/renewed-place.js'

/** What belongs to one product or category, and not to the next. */
const OWN = ['product', 'category', 'subcategory', 'orders', 'show']

/** @type {import('../views.js').View} */
export const forecasts = {
  address: '/forecasts',
  name: 'Forecasts',
  heading: 'What will be sold, and what to order',
  open(visit) {
    const { params, signal, remember } = visit
    const shop = readShopParts(signal)
    const place = renewedPlace(visit, {
      id: 'forecast',
      label: 'Forecast and orders',
      makeCards: part => [
        forecastCard(part, shop),
        ordersCard(part, shop),
        commandsCard([
          ['This forecast', `/function/forecast-demand?${toQuery(questionOf(params))}`],
          ['These orders as CSV', csvAddress(params)],
        ]),
      ],
    })
    /** @param {Record<string, string>} changed an empty value takes one away */
    const change = changed => {
      changeParams(params, changed)
      remember(params, 'push')
      place.show()
    }
    const choice = forecastChoice(visit, shop, {
      change,
      choose({ productId, category, subcategory }) {
        for (const name of OWN) params.delete(name)
        change({ product: productId ?? '', category: category ?? '', subcategory: subcategory ?? '' })
        choice.show()
        place.keepFocus()
      },
    })
    place.show()
    return [choice.element, place.element]
  },
}

/** @param {object} question */
const toQuery = question =>
  new URLSearchParams(Object.entries(question).map(([name, value]) => [name, String(value)]))
