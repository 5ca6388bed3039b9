import { axisTicks, units } from '../data/format.js'
import { svg } from './dom.js'

/** @import { ForecastDay } from '../data/forecasts.js' */
/** @typedef {{ x(day: number): number, y(value: number): number, step: number, width: number }} Scale */

const HEIGHT = 320
/** Left and right of the days. */
export const SIDES = { left: 44, right: 8 }
const TOP = 18
const BOTTOM = 26
const INNER_HEIGHT = HEIGHT - TOP - BOTTOM
const DAY_MS = 86_400_000
/** A month's name needs this much room. */
const LABEL_WIDTH = 34

/** Whole days since 1970, so that a day that is missing leaves its place empty. @param {string} date */
const dayNumber = date => Math.round(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MS)

/**
 * What was sold as columns, what was forecast then as a thin line, and the coming days with their band.
 *
 * @param {ForecastDay[]} days at least one
 * @param {number} width
 * @param {string} label for those who do not see it
 */
export function drawForecast(days, width, label) {
  const first = dayNumber(days[0]?.date ?? '')
  const span = dayNumber(days.at(-1)?.date ?? '') - first + 1
  const ticks = axisTicks(
    Math.max(...days.map(({ sold, mean, p90 }) => Math.max(sold ?? 0, mean ?? 0, p90 ?? 0))),
  )
  const top = ticks.at(-1) ?? 1
  const step = (width - SIDES.left - SIDES.right) / span
  /** @type {Scale} */
  const scale = {
    ...{ step, width },
    x: day => SIDES.left + (dayNumber(days[day]?.date ?? '') - first + 0.5) * step,
    y: value => TOP + INNER_HEIGHT * (1 - Math.max(0, value) / top),
  }
  const today = days.findIndex(({ sold }) => sold === null)
  const cursor = svg('line', { class: 'cursor', y1: TOP, y2: TOP + INNER_HEIGHT })
  const element = svg(
    'svg',
    { width, height: HEIGHT, role: 'img', 'aria-label': label },
    ...drawGrid(ticks, scale),
    ...days.flatMap(({ outOfStock }, day) => (outOfStock ? drawOutOfStock(day, scale) : [])),
    ...drawBands(days, today, scale),
    ...days.flatMap(({ sold }, day) => (sold !== null && sold > 0 ? drawSold(sold, day, scale) : [])),
    ...drawLines(days, today, scale),
    ...(today >= 0 ? drawToday(today, scale) : []),
    ...drawMonths(days, scale),
    cursor,
  )
  return {
    element,

    /** Marks a day. @param {number} day */
    point(day) {
      cursor.setAttribute('x1', String(scale.x(day)))
      cursor.setAttribute('x2', String(scale.x(day)))
    },

    /** The day at a place from the picture's left edge. @param {number} x */
    dayAt(x) {
      const at = first + Math.floor((x - SIDES.left) / step)
      const after = days.findIndex(({ date }) => dayNumber(date) >= at)
      return after === -1 ? days.length - 1 : after
    },
  }
}

/** @param {number[]} ticks @param {Scale} scale */
const drawGrid = (ticks, { y, width }) =>
  ticks.flatMap(tick => [
    svg('line', {
      ...{ x1: SIDES.left, x2: width - SIDES.right, y1: y(tick), y2: y(tick) },
      class: tick === 0 ? 'base' : 'grid',
    }),
    svg('text', { x: SIDES.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, units(tick)),
  ])

/** By a ground and by a bar below, for those who do not tell the colour. @param {number} day @param {Scale} scale */
const drawOutOfStock = (day, { x, y, step }) => [
  svg('rect', { class: 'out', x: x(day) - step / 2, width: step, y: TOP, height: INNER_HEIGHT }),
  svg('rect', { class: 'out-mark', x: x(day) - step / 2, width: step, y: y(0) + 1, height: 4 }),
]

/** @param {number} sold @param {number} day @param {Scale} scale */
const drawSold = (sold, day, { x, y, step }) => [
  svg('rect', {
    ...{ class: 'sold', x: x(day) - step * 0.38, width: step * 0.76, y: y(sold), height: y(0) - y(sold) },
  }),
]

/** @param {ForecastDay[]} days @param {number} today @param {Scale} scale */
function drawBands(days, today, { x, y }) {
  return runsOf(days, today, ({ p10, p90 }) => p10 !== null && p90 !== null).map(run => {
    const upper = run.map(day => `${x(day)},${y(days[day]?.p90 ?? 0)}`)
    const lower = run.toReversed().map(day => `${x(day)},${y(days[day]?.p10 ?? 0)}`)
    const isComing = today >= 0 && (run[0] ?? 0) >= today
    return svg('polygon', { class: isComing ? 'band' : 'band past', points: [...upper, ...lower].join(' ') })
  })
}

/** @param {ForecastDay[]} days @param {number} today @param {Scale} scale */
function drawLines(days, today, { x, y }) {
  return runsOf(days, today, ({ mean }) => mean !== null).map(run => {
    const isComing = today >= 0 && (run[0] ?? 0) >= today
    const points = run.map(day => `${x(day)},${y(days[day]?.mean ?? 0)}`).join(' ')
    return svg('polyline', { class: isComing ? 'expected' : 'expected past', points })
  })
}

/**
 * Days in a row that have something, those before today and from today on apart.
 *
 * @param {ForecastDay[]} days
 * @param {number} today
 * @param {(day: ForecastDay) => boolean} has
 */
function runsOf(days, today, has) {
  /** @type {number[][]} */
  const runs = []
  for (const [at, day] of days.entries()) {
    if (!has(day)) continue
    const run = runs.at(-1)
    const before = days[at - 1]
    const isNext = before !== undefined && dayNumber(day.date) - dayNumber(before.date) === 1
    if (run && run.at(-1) === at - 1 && isNext && at !== today) run.push(at)
    else runs.push([at])
  }
  return runs
}

/** @param {number} today @param {Scale} scale */
function drawToday(today, { x, step, width }) {
  const at = x(today) - step / 2
  const isAtEnd = at > width - 60
  return [
    svg('line', { class: 'today', x1: at, x2: at, y1: 4, y2: TOP + INNER_HEIGHT }),
    svg('text', { x: at + (isAtEnd ? -5 : 5), y: 12, 'text-anchor': isAtEnd ? 'end' : 'start' }, 'today'),
  ]
}

/** A month's name under its first day, where there is room for it. @param {ForecastDay[]} days @param {Scale} scale */
function drawMonths(days, { x, y, step, width }) {
  let lastX = Number.NEGATIVE_INFINITY
  return days.flatMap(({ date }, day) => {
    const left = x(day) - step / 2
    const isFirst = date.slice(8, 10) === '01'
    if ((!isFirst && day > 0) || left - lastX < LABEL_WIDTH || left > width - LABEL_WIDTH) return []
    // The first day's month gives way to the next one.
    if (
      !isFirst &&
      days.slice(0, Math.ceil(LABEL_WIDTH / step)).some(next => next.date.slice(8, 10) === '01')
    )
      return []
    lastX = left
    const text = new Date(dayNumber(date) * DAY_MS).toLocaleDateString('en-GB', {
      month: 'short',
      timeZone: 'UTC',
    })
    return [
      svg('line', { class: 'base', x1: left, x2: left, y1: y(0), y2: y(0) + 6 }),
      svg('text', { x: left + 3, y: HEIGHT - 6 }, text),
    ]
  })
}
