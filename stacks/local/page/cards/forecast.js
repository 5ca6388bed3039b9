import { ask } from '../data/ask.js'
import { sumOf } from '../data/forecast-sums.js'
import { accuracyInWords, bandInWords, basisInWords, modelInWords } from '../data/forecast-words.js'
import { followForecasts, questionOf, readHorizon, readScope, toDays } from '../data/forecasts.js'
import { date, timeOfDay, units, weekdayOf } from '../data/format.js'
import { termsOf } from '../data/orders.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeForecastChart } from '../parts/forecast-chart.js'
import { makeRefusal } from '../parts/refusal.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { ForecastAnswer } from '../data/answers.ts' */
/** @import { ForecastDay } from '../data/forecasts.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @import { Visit } from '../views.js' */

/**
 * What was sold, what had been forecast, what is expected, and why.
 *
 * @param {Visit} visit
 * @param {Promise<ShopParts>} shop names territories
 */
export function forecastCard({ params, signal }, shop) {
  const scope = readScope(params)
  const horizon = readHorizon(params)
  const note = html('span')
  const name = html('p', { class: 'forecast-name', role: 'status' })
  const figures = html('dl', { class: 'figures' })
  const order = html('div', { hidden: true }, html('dt', {}, 'Order'), html('dd'))
  const chart = makeForecastChart(signal)
  const why = html('div', { class: 'reasons' })
  const model = html('p', { class: 'note' })
  const tables = makeTables()
  const body = html(
    'div',
    {},
    name,
    html('div', { class: 'forecast' }, chart.element, html('div', {}, figures, why)),
    model,
    tables.element,
  )
  const refusal = makeRefusal(body, note)

  /** @param {ForecastAnswer} answer */
  function show(answer) {
    setText(note, answer.asOf.changedAt ? `sales as of ${timeOfDay(answer.asOf.changedAt)}` : '')
    void shop.then(parts => setText(name, titleOf(answer, params, parts)))
    figures.replaceChildren(...makeFigures(answer), order)
    const days = toDays(answer, horizon)
    chart.show(days)
    tables.show(days)
    why.replaceChildren(...makeReasons(answer))
    setText(model, modelInWords(answer))
    if (scope.productId !== undefined) void showOrder(scope.productId)
  }

  /** A product's own order, or why it needs none. @param {string} productId */
  async function showOrder(productId) {
    const plan = await ask('plan-orders', { productId, ...termsOf(params) }, signal).catch(() => undefined)
    if (signal.aborted) return
    const [own] = plan?.orders ?? []
    const because = own?.because ?? plan?.notOrdered[0]?.because ?? ''
    const what = own ? `${units(own.quantity)} on ${date(own.orderOn)}: ` : 'None: '
    order.hidden = because === ''
    setText(/** @type {Element} */ (order.lastElementChild), `${what}${because}.`)
  }

  followForecasts('forecast-demand', questionOf(params), { signal, show, explain: refusal.explain })
  return makeCard('What will be sold', { note }, ...refusal.elements)
}

/** @param {ForecastAnswer} answer @param {URLSearchParams} params @param {ShopParts} parts */
function titleOf({ name, productId }, params, { territories }) {
  const { category, subcategory } = readScope(params)
  const id = params.get('territory')
  const where = id ? `, in ${territories.find(territory => territory.id === id)?.name ?? id}` : ''
  const what = [category, subcategory].filter(Boolean).join(' › ')
  return `${productId === null ? what || 'The whole shop' : (name ?? productId)}${where}`
}

/** @param {ForecastAnswer} answer */
function makeFigures({ forecast, accuracy }) {
  const sums = [7, 28].map(days => {
    const sum = sumOf(forecast.slice(0, days))
    return makeFigure(
      `Next ${days} days`,
      html('strong', {}, units(sum.mean)),
      html('span', { class: 'note' }, bandInWords(sum)),
    )
  })
  const basis = basisInWords(accuracy)
  return [
    ...sums,
    makeFigure('So far', accuracyInWords(accuracy), basis !== '' && html('span', { class: 'note' }, basis)),
  ]
}

/** @param {string} name @param {...import('../parts/dom.js').Child} what */
const makeFigure = (name, ...what) => html('div', {}, html('dt', {}, name), html('dd', {}, ...what))

/** @param {ForecastAnswer} answer */
function makeReasons({ why }) {
  const reasons = why.map(({ text }) => html('li', {}, text))
  return [
    html('h3', {}, 'Why'),
    reasons.length > 0
      ? html('ul', {}, ...reasons)
      : html('p', {}, 'Nothing moves it away from what is usual.'),
  ]
}

/** The numbers of the picture for those who do not see it: coming days, and past ones with the latest first. */
function makeTables() {
  /** @param {number | null} value */
  const cell = value => (value === null ? '–' : units(value))
  const day = textColumn('Day', (/** @type {ForecastDay} */ one) => weekdayOf(one.date))
  const band = [numberColumn('From', ({ p10 }) => cell(p10)), numberColumn('To', ({ p90 }) => cell(p90))]
  const coming = makeTable({
    caption: 'What is expected on each coming day',
    columns: [day, numberColumn('Expected', ({ mean }) => cell(mean)), ...band],
    keyOf: one => one.date,
    empty: 'None.',
  })
  const past = makeTable({
    caption: 'What was sold on each past day, and what had been forecast for it',
    columns: [
      day,
      numberColumn('Sold', ({ sold }) => cell(sold)),
      numberColumn('Forecast', ({ mean }) => cell(mean)),
      ...band,
      textColumn('Stock', ({ outOfStock }) => (outOfStock ? 'ran out' : '')),
    ],
    keyOf: one => one.date,
    empty: 'None.',
  })
  return {
    element: html(
      'details',
      { class: 'forecast-tables' },
      html('summary', {}, 'The same as tables'),
      html(
        'div',
        { class: 'pair' },
        html('div', {}, html('h3', {}, 'Coming days'), coming.element),
        html('div', {}, html('h3', {}, 'Past days'), past.element),
      ),
    ),

    /** @param {ForecastDay[]} days */
    show(days) {
      coming.show(days.filter(({ sold }) => sold === null))
      past.show(days.filter(({ sold }) => sold !== null).toReversed())
    },
  }
}
