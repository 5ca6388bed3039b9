import {
  chooseNames,
  chooseValues,
  isUp,
  type Label,
  type Points,
  type Span,
  spansOf,
} from './chart-labels.ts'
import { shorten, widthOf } from './chart-text.ts'
import { escapeMarkup } from './escape.ts'

export const COLOURS = { text: '#1a202c', quiet: '#4a5568', line: '#718096', up: '#2b6cb0', down: '#c05621' }

const SIZE = 12
/** Of the narrowest screen, less its margins: names and values side by side have this much room. */
const NARROWEST = 288
/** Room for a name at the least. */
const LEAST_NAME = 96
const ROW = 36
const EMPTY = 24

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`

/**
 * Bars below each other, each under its name and value, as SVG with attributes alone. Widths are shares of the place, letters are not:
 * it is as readable on a telephone as on paper.
 */
export function drawBars(chart: Points): string {
  const spans = spansOf(chart.points)
  const rows = chart.points.map(({ name, text }, index) => {
    const span = spans[index] as Span
    const y = index * ROW
    const value = shorten(text, SIZE, NARROWEST - LEAST_NAME)
    const short = shorten(name, SIZE, NARROWEST - widthOf(value, SIZE) - SIZE)
    const colour = span.to > span.zero ? COLOURS.up : COLOURS.down
    return [
      `<g><title>${escapeMarkup(`${name}: ${text}`)}</title>`,
      `<text x="0" y="${y + 14}">${escapeMarkup(short)}</text>`,
      `<text x="100%" y="${y + 14}" text-anchor="end">${escapeMarkup(value)}</text>`,
      `<rect x="${percent(span.from)}" y="${y + 19}" width="${percent(span.to - span.from)}" height="10" fill="${colour}"/></g>`,
    ].join('')
  })
  const height = rows.length * ROW || EMPTY
  const zero = spans[0]?.zero ?? 0
  // At the edge half of a line would be cut off.
  const baseline =
    rows.length > 0 && zero > 0
      ? `<line x1="${percent(zero)}" x2="${percent(zero)}" y1="0" y2="${height}" stroke="${COLOURS.line}" stroke-dasharray="2 3"/>`
      : ''
  return svg(chart, height, [baseline, ...rows])
}

const PLOT = 120
const ABOVE = 22
/** Between the lowest column and the names below. */
const BELOW = 22
/** Of a column and its gap. */
const FILLED = 0.7

/** Columns side by side, in their order. Those are named for which there is room, at the least the first and the last. */
export function drawColumns(chart: Points): string {
  const { points } = chart
  const spans = spansOf(points)
  const zero = spans[0]?.zero ?? 0
  const isBelow = spans.some(({ from }) => from < zero)
  const bottom = ABOVE + PLOT + (isBelow ? 16 : 0)
  const step = 1 / Math.max(points.length, 1)
  const yOf = (share: number) => Number((ABOVE + PLOT * (1 - share)).toFixed(2))
  const columns = spans.map((span, index) => {
    const { name, text } = points[index] as Points['points'][number]
    const colour = span.to > span.zero ? COLOURS.up : COLOURS.down
    const left = step * (index + (1 - FILLED) / 2)
    return `<rect x="${percent(left)}" y="${yOf(span.to)}" width="${percent(step * FILLED)}" height="${Number((PLOT * (span.to - span.from)).toFixed(2))}" fill="${colour}"><title>${escapeMarkup(`${name}: ${text}`)}</title></rect>`
  })
  const write = ({ text, at, anchor }: Label, y: number) =>
    `<text x="${percent(at)}" y="${y}" text-anchor="${anchor}">${escapeMarkup(text)}</text>`
  const room = { width: NARROWEST, size: SIZE }
  const names = chooseNames(points, room).map(label => write(label, bottom + 16))
  const values = chooseValues(points, room).map(label => {
    const span = spans[label.index] as Span
    return write(label, isUp(span) ? yOf(span.to) - 5 : yOf(span.from) + 14)
  })
  const axis = `<line x1="0" x2="100%" y1="${yOf(zero)}" y2="${yOf(zero)}" stroke="${COLOURS.line}"/>`
  const drawn = points.length === 0 ? [] : [...columns, axis, ...values, ...names]
  return svg(chart, points.length === 0 ? EMPTY : bottom + BELOW, drawn)
}

function svg({ title, points }: Points, height: number, parts: string[]): string {
  const described = points.map(({ name, text }) => `${name}: ${text}`).join('; ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="${height}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="${SIZE}" fill="${COLOURS.text}">`,
    `<title>${escapeMarkup(title)}</title>`,
    described === '' ? '' : `<desc>${escapeMarkup(described)}</desc>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...parts,
    '</svg>',
  ].join('')
}

/** A chart as a picture. */
export const drawChart = (chart: Points): string => (chart.kind === 'bars' ? drawBars : drawColumns)(chart)
