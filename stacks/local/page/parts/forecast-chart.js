import { dayInWords } from '../data/forecast-words.js'
import { weekdayOf } from '../data/format.js'
import { html } from './dom.js'
import { drawForecast } from './forecast-picture.js'

/** @import { ForecastDay } from '../data/forecasts.js' */
/** @import { Part } from './dom.js' */

const LEAST_WIDTH = 240

/**
 * Past and coming days as a picture, and one of them in words: that which is pointed at, or which the control below it says.
 *
 * @param {AbortSignal} signal ends it
 * @returns {Part<ForecastDay[]>}
 */
export function makeForecastChart(signal) {
  const readout = html('p', { class: 'readout' })
  const picture = html('div', { class: 'picture forecast-picture' })
  const legend = html('ul', { class: 'legend' })
  const slider = html('input', {
    ...{ type: 'range', class: 'day', min: 0, step: 1, 'aria-label': 'Day' },
    oninput() {
      select(Number(slider.value))
    },
  })
  /** @type {ForecastDay[]} */
  let days = []
  /** @type {ReturnType<typeof drawForecast> | undefined} */
  let drawn
  let selected = 0

  /** @param {number} at */
  function select(at) {
    const day = days[at]
    if (!day || !drawn) return
    selected = at
    drawn.point(at)
    const [main, ...more] = dayInWords(day)
    readout.replaceChildren(
      html('strong', {}, main),
      ` on ${weekdayOf(day.date)}`,
      html('span', { class: 'parts' }, more.join('; ')),
    )
    slider.value = String(at)
    slider.setAttribute('aria-valuetext', `${weekdayOf(day.date)}: ${[main, ...more].join(', ')}`)
  }

  function draw() {
    if (days.length === 0) return
    drawn = drawForecast(days, Math.max(picture.clientWidth, LEAST_WIDTH), labelOf(days))
    picture.replaceChildren(drawn.element)
    select(selected)
  }

  /** @param {PointerEvent} event */
  function point(event) {
    if (drawn) select(drawn.dayAt(event.clientX - picture.getBoundingClientRect().left))
  }
  picture.addEventListener('pointermove', point)
  picture.addEventListener('pointerdown', point)
  const resized = new ResizeObserver(draw)
  resized.observe(picture)
  signal.addEventListener('abort', () => resized.disconnect())

  return {
    element: html('div', {}, readout, picture, slider, legend),
    show(next) {
      const held = days[selected]?.date
      days = next
      const same = days.findIndex(({ date }) => date === held)
      selected = Math.max(0, same >= 0 ? same : todayOf(days))
      slider.max = String(days.length - 1)
      draw()
      legend.replaceChildren(...makeLegend(days))
    },
  }
}

/** The first day of which not all is known; the last one where there is none. @param {ForecastDay[]} days */
function todayOf(days) {
  const today = days.findIndex(({ sold }) => sold === null)
  return today === -1 ? days.length - 1 : today
}

/** @param {ForecastDay[]} days */
function labelOf(days) {
  const past = days.filter(({ sold }) => sold !== null).length
  return `What was sold on ${past} days, what had been forecast for them, and what is expected on the next ${days.length - past} days, with a band. The tables below have the numbers.`
}

/** @param {ForecastDay[]} days */
function makeLegend(days) {
  const isPast = (/** @type {ForecastDay} */ { sold }) => sold !== null
  /** @type {[name: string, text: string, isThere: boolean][]} */
  const entries = [
    ['sold', 'sold, less what was returned', days.some(isPast)],
    ['said', 'what had been forecast', days.some(day => isPast(day) && day.mean !== null)],
    ['expected', 'expected', true],
    ['band', '8 of 10 days are in it', true],
    ['out', 'the stock ran out', days.some(({ outOfStock }) => outOfStock)],
  ]
  return entries.flatMap(([name, text, isThere]) =>
    isThere ? html('li', {}, html('i', { class: `key key-${name}`, 'aria-hidden': 'true' }), text) : [],
  )
}
