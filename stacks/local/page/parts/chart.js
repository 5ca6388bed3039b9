import { axisTicks } from '../data/format.js'
import { toDate } from '../data/sales.js'
import { html, svg } from './dom.js'

/** @import { Grain, Period, Sales } from '../data/sales.js' */
/** @import { Part } from './dom.js' */

const HEIGHT = 260
const LEAST_WIDTH = 240
const MARGIN = { top: 10, right: 2, bottom: 24, left: 62 }
const INNER_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom
/** A month's name needs this much room. */
const LABEL_WIDTH = 44

/**
 * Periods as stacked columns, the one that is pointed at in words, and a legend. It follows the width of its place.
 *
 * @param {Grain} grain what a period is
 * @param {AbortSignal} signal ends it
 * @returns {Part<Sales>}
 */
export function makeChart(grain, signal) {
  const readout = html('p', { class: 'readout' })
  const picture = html('div', { class: 'picture' })
  const legend = html('ul', { class: 'legend' })
  /** @type {Sales | undefined} */
  let shown

  /** @param {Period | undefined} period */
  const readOut = period => {
    if (shown && period) readout.replaceChildren(...describe(period, grain, shown))
  }
  const draw = () => {
    if (!shown) return
    picture.replaceChildren(drawColumns(shown, Math.max(picture.clientWidth, LEAST_WIDTH), readOut))
    readOut(lastWhole(shown.periods))
  }
  const resized = new ResizeObserver(draw)
  resized.observe(picture)
  signal.addEventListener('abort', () => resized.disconnect())

  return {
    element: html('div', {}, readout, picture, legend),
    show(sales) {
      shown = sales
      draw()
      legend.replaceChildren(...makeLegend(sales))
    },
  }
}

/** @param {Period[]} periods */
const lastWhole = periods => periods.findLast(period => !period.isPart) ?? periods.at(-1)

/** @param {Period} period @param {Grain} grain @param {Sales} sales */
function describe({ start, amounts, total, isPart }, grain, { categories, money }) {
  const parts = categories.flatMap((name, at) => {
    const amount = amounts[at] ?? 0
    return amount > 0 ? `${name} ${money.short(amount)}` : []
  })
  return [
    html('strong', {}, money.full(total)),
    ` ${grain.before} ${grain.nameOf(start)}${isPart ? ', so far' : ''}`,
    html('span', { class: 'parts' }, parts.join(' · ')),
  ]
}

/**
 * @param {Sales} sales
 * @param {number} width
 * @param {(period: Period | undefined) => void} readOut
 */
function drawColumns({ periods, money }, width, readOut) {
  const ticks = axisTicks(Math.max(...periods.map(period => period.total)))
  const top = ticks.at(-1) ?? 1
  /** @param {number} value */
  const y = value => MARGIN.top + INNER_HEIGHT * (1 - value / top)
  const step = (width - MARGIN.left - MARGIN.right) / periods.length
  /** @param {number} i */
  const x = i => MARGIN.left + i * step
  const grid = ticks.flatMap(tick => [
    svg('line', {
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(tick),
      y2: y(tick),
      class: tick === 0 ? 'base' : 'grid',
    }),
    svg('text', { x: MARGIN.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, money.short(tick)),
  ])
  const columns = periods.map((period, i) => {
    let reached = 0
    const parts = period.amounts.map((amount, at) => {
      const bottom = y(reached)
      reached += amount
      return svg('rect', {
        x: x(i) + step * 0.12,
        width: step * 0.76,
        y: y(reached),
        height: Math.max(0, bottom - y(reached)),
        class: `series-${at}`,
      })
    })
    const target = svg('rect', {
      x: x(i),
      y: MARGIN.top,
      width: step,
      height: INNER_HEIGHT,
      class: 'target',
    })
    return svg(
      'g',
      {
        class: period.isPart ? 'period part' : 'period',
        onpointerenter: () => readOut(period),
        onpointerdown: () => readOut(period),
      },
      ...parts,
      target,
    )
  })
  return svg(
    'svg',
    {
      width,
      height: HEIGHT,
      role: 'img',
      'aria-label': `Sales of ${periods.length} periods, stacked by category. The table below has the numbers.`,
      onpointerleave: () => readOut(lastWhole(periods)),
    },
    ...grid,
    ...columns,
    ...monthLabels(periods, x, step),
  )
}

/**
 * A month's name under its first period, where there is room for it.
 *
 * @param {Period[]} periods
 * @param {(i: number) => number} x
 * @param {number} step
 */
function monthLabels(periods, x, step) {
  let lastX = Number.NEGATIVE_INFINITY
  return periods.flatMap(({ start }, i) => {
    const at = toDate(start)
    if (at.getUTCDate() > 7 && i > 0) return []
    if (at.getUTCDate() > 21 || x(i) - lastX < LABEL_WIDTH) return []
    lastX = x(i)
    const isYear = i === 0 || at.getUTCMonth() === 0
    const text = at.toLocaleDateString('en-GB', {
      month: 'short',
      timeZone: 'UTC',
      ...(isYear && { year: '2-digit' }),
    })
    const label = isYear ? text.replace(/ (\d\d)$/, ' ’$1') : text
    return svg('text', { x: x(i) + step * 0.12, y: HEIGHT - 6 }, label)
  })
}

/** @param {Sales} sales */
function makeLegend({ categories, totals, money }) {
  return categories.map((name, i) =>
    html(
      'li',
      {},
      html('i', { class: `key series-${i}`, 'aria-hidden': 'true' }),
      name,
      html('span', { class: 'note' }, money.short(totals[i] ?? 0)),
    ),
  )
}
