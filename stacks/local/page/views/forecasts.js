import { commandsCard } from '../cards/commands.js'
import { forecastCard } from '../cards/forecast.js'
import { forecastChoice } from '../cards/forecast-choice.js'
import { ordersCard } from '../cards/orders.js'
import { questionOf } from '../data/forecasts.js'
import { csvAddress } from '../data/orders.js'
import { readShopParts } from '../data/shop-parts.js'
import { html } from '../parts/dom.js'

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
    const place = html('div', {
      ...{ class: 'stack', id: 'forecast' },
      ...{ tabindex: '-1', role: 'group', 'aria-label': 'Forecast and orders' },
    })
    let shown = new AbortController()
    signal.addEventListener('abort', () => shown.abort())

    const show = () => {
      shown.abort()
      shown = new AbortController()
      const part = { ...visit, signal: shown.signal }
      place.replaceChildren(
        forecastCard(part, shop),
        ordersCard(part, shop),
        commandsCard([
          ['This forecast', `/function/forecast-demand?${toQuery(questionOf(params))}`],
          ['These orders as CSV', csvAddress(params)],
        ]),
      )
    }
    /** @param {Record<string, string>} changed an empty value takes one away */
    const change = changed => {
      for (const [name, value] of Object.entries(changed))
        if (value === '') params.delete(name)
        else params.set(name, value)
      remember(params, 'push')
      show()
    }
    const choice = forecastChoice(visit, shop, {
      change,
      choose({ productId, category, subcategory }) {
        for (const name of OWN) params.delete(name)
        change({ product: productId ?? '', category: category ?? '', subcategory: subcategory ?? '' })
        choice.show()
        // A button that was pressed is gone; from here the keyboard goes on.
        if (document.activeElement === document.body) place.focus({ preventScroll: true })
      },
    })
    show()
    return [choice.element, place]
  },
}

/** @param {object} question */
const toQuery = question =>
  new URLSearchParams(Object.entries(question).map(([name, value]) => [name, String(value)]))
