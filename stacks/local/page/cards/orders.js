import { followForecasts, toValue } from '../data/forecasts.js'
import { date, plural, timeOfDay, units } from '../data/format.js'
import {
  csvAddress,
  LEAD,
  MOST_ORDERS,
  orderScope,
  readOrderLimit,
  readTerm,
  SERVICE,
  termsOf,
} from '../data/orders.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeField } from '../parts/field.js'
import { makeList } from '../parts/list.js'
import { makeEntry } from '../parts/notice.js'
import { makePartSelect } from '../parts/part-select.js'
import { makeRefusal } from '../parts/refusal.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { NotOrdered, Order, OrdersAnswer } from '../data/answers.ts' */
/** @import { Term } from '../data/orders.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

/**
 * What to order, when and why, by a service level and a lead time; the same as a file.
 *
 * @param {Visit} visit
 * @param {Promise<ShopParts>} shop
 */
export function ordersCard({ params, signal, remember }, shop) {
  const note = html('span', { role: 'status' })
  const part = makePartSelect('Of', 'Every product', scope => set('orders', toValue(scope) || 'all'))
  const form = html(
    'form',
    { class: 'fields', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    part.element,
    makeTerm('Service level, %', SERVICE, params, set),
    makeTerm('Lead time, days', LEAD, params, set),
  )
  const file = html('a', { class: 'quiet', download: 'plan-orders.csv' }, 'Download as CSV')
  const table = makeOrders(params)
  const more = html(
    'button',
    { type: 'button', class: 'quiet more', hidden: true, onclick: showMore },
    'Show more',
  )
  const others = makeOthers()
  const body = html('div', {}, table.element, html('p', { class: 'actions' }, more, file), others.element)
  const refusal = makeRefusal(body, note)
  let asking = new AbortController()
  signal.addEventListener('abort', () => asking.abort())

  /** @param {string} name @param {string} value */
  function set(name, value) {
    params.set(name, value)
    params.delete('show')
    remember(params, 'push')
    ask()
  }

  function showMore() {
    params.set('show', String(Math.min(readOrderLimit(params) * 5, MOST_ORDERS)))
    remember(params)
    ask()
  }

  /** @param {OrdersAnswer} answer */
  function show({ orders, total, notOrdered, asOf }) {
    const stock = asOf.changedAt ? `, as of ${timeOfDay(asOf.changedAt)}` : ''
    setText(note, `${plural(total, 'order')} due in the next 7 days${stock}`)
    table.show(orders)
    more.hidden = orders.length >= total
    file.hidden = total === 0
    others.show(notOrdered, notOrdered.length === readOrderLimit(params))
  }

  function ask() {
    asking.abort()
    asking = new AbortController()
    file.href = csvAddress(params)
    const input = { ...orderScope(params), ...termsOf(params), limit: readOrderLimit(params) }
    followForecasts('plan-orders', input, { signal: asking.signal, show, explain: refusal.explain })
  }
  void shop.then(parts => part.show({ parts, scope: orderScope(params) }))
  ask()
  return makeCard('What to order', { note }, form, ...refusal.elements)
}

/**
 * @param {string} label
 * @param {Term} term
 * @param {URLSearchParams} params
 * @param {(name: string, value: string) => void} set told a value that is allowed
 */
function makeTerm(label, term, params, set) {
  const { name, min, max, step } = term
  const input = html('input', {
    ...{ type: 'number', min, max, step, required: true, inputmode: 'decimal' },
    onchange() {
      if (input.reportValidity()) set(name, input.value)
    },
  })
  input.value = String(readTerm(params, term))
  return makeField(label, input)
}

/** @param {URLSearchParams} params */
function makeOrders(params) {
  const table = makeTable({
    caption: 'What to order, the earliest first',
    columns: [
      {
        title: 'Product',
        show(cell, /** @type {Order} */ { productId, name }) {
          const link = cell.querySelector('a') ?? cell.appendChild(html('a'))
          link.href = hrefOf(productId, params)
          setText(link, name ?? productId)
        },
      },
      textColumn('Order on', ({ orderOn }) => date(orderOn), 'when'),
      textColumn('Quantity', ({ quantity }) => units(quantity), 'number quantity'),
      numberColumn('In stock', ({ stockOnHand }) => units(stockOnHand)),
      textColumn('Because', ({ because }) => `${because}.`, 'because'),
    ],
    keyOf: ({ productId }) => productId,
    empty: 'Nothing has to be ordered in the next 7 days.',
  })
  table.element.id = 'orders'
  return table
}

/** A product's forecast with the same terms. @param {string} productId @param {URLSearchParams} params */
function hrefOf(productId, params) {
  const kept = ['days', 'territory', SERVICE.name, LEAD.name].flatMap(name => {
    const value = params.get(name)
    return value === null ? [] : [[name, value]]
  })
  return `/forecasts?${new URLSearchParams([['product', productId], ...kept])}`
}

/** Products that cannot be planned. */
function makeOthers() {
  const title = html('summary')
  const list = makeList(
    html('ul', { class: 'plain' }),
    (/** @type {NotOrdered & { name: string, text: string }} */ { productId }) => productId,
    makeEntry,
  )
  const element = html('details', {}, title, list.element)
  return {
    element,

    /** @param {NotOrdered[]} products @param {boolean} isPart there may be more */
    show(products, isPart) {
      element.hidden = products.length === 0
      setText(title, `${isPart ? 'At least ' : ''}${plural(products.length, 'product')} cannot be planned`)
      list.show(products.map(one => ({ ...one, name: one.name ?? one.productId, text: one.because })))
    },
  }
}
