import { chooseNames, chooseValues, isUp, type Label, type Span, spansOf } from '../chart-labels.ts'
import { shorten } from '../chart-text.ts'
import { COLOURS } from '../draw.ts'
import { cleanText } from '../escape.ts'
import type { Chart } from '../written.ts'
import { drawText } from './draw-text.ts'
import { withGlyphs } from './fonts.ts'
import { measure, type Style } from './lines.ts'
import { type Block, drawArtifact, drawIn, type Element, MARGIN, WIDTH } from './paper.ts'

type Doc = PDFKit.PDFDocument

const STYLE: Style = { font: 'regular', size: 8, colour: COLOURS.text }
const ROW = 14
const NAME = 150
const VALUE = 100
const GAP = 8
/** Rows that stay on one page. */
const TOGETHER = 20

/** A row for each point: its name, a bar, its value. They are a table to those who do not see it. */
export function barsOf(doc: Doc, { points }: Chart, parent: Element): Block[] {
  const spans = spansOf(points)
  const [left, room] = [MARGIN + NAME + GAP, WIDTH - NAME - VALUE - 2 * GAP]
  const table = doc.struct('Table')
  parent.add(table)
  const rows = points.map(({ name, text }, index) => {
    const span = spans[index] as Span
    const draw = (y: number) => {
      const row = doc.struct('TR')
      table.add(row)
      drawCell(doc, row, shorten(name, STYLE.size, NAME), { x: MARGIN, y, align: 'left' })
      drawArtifact(doc, () => {
        doc.rect(left + span.from * room, y + 1, (span.to - span.from) * room, 8).fill(colourOf(span))
        if (span.zero > 0)
          drawLine(doc, [left + span.zero * room, y - 2], [left + span.zero * room, y + ROW - 2])
      })
      drawCell(doc, row, shorten(text, STYLE.size, VALUE), { x: MARGIN + WIDTH, y, align: 'right' })
    }
    return { height: ROW, draw }
  })
  return rows.length <= TOGETHER
    ? [{ parts: rows, before: 0 }]
    : rows.map(row => ({ parts: [row], before: 0 }))
}

function drawCell(
  doc: Doc,
  row: Element,
  text: string,
  { x, y, align }: { x: number; y: number; align: 'left' | 'right' },
): void {
  const cell = doc.struct('TD')
  row.add(cell)
  const shown = withGlyphs(doc, STYLE.font, text)
  const left = align === 'right' ? x - measure(doc, shown, STYLE) : x
  drawIn(doc, cell, 'TD', () => drawText(doc, { text: shown, style: STYLE }, left, y))
}

const colourOf = (span: Span) => (span.to > span.zero ? COLOURS.up : COLOURS.down)
const drawLine = (doc: Doc, from: [number, number], to: [number, number]) =>
  doc
    .lineWidth(0.5)
    .strokeColor(COLOURS.line)
    .moveTo(...from)
    .lineTo(...to)
    .stroke()

const PLOT = 110
const LABEL = 12
/** Of a column and its gap. */
const FILLED = 0.7

/** Columns as one figure, with a text that says its points. */
export function columnsOf(doc: Doc, { title, points }: Chart, parent: Element): Block[] {
  const spans = spansOf(points)
  const isBelow = spans.some(({ from, zero }) => from < zero)
  const height = LABEL + PLOT + (isBelow ? LABEL : 0) + LABEL + 6
  const said = points.map(({ name, text }) => `${cleanText(name)}: ${cleanText(text)}`).join('; ')
  const draw = (top: number) => {
    const bbox: [number, number, number, number] = [MARGIN, top, MARGIN + WIDTH, top + height]
    const figure = doc.struct('Figure', { alt: `${cleanText(title)}. ${said}`, bbox } as never)
    parent.add(figure)
    drawIn(doc, figure, 'Figure', () =>
      drawColumns(doc, points, spans, { top, bottom: top + height - LABEL }),
    )
    figure.end()
  }
  return [{ parts: [{ height, draw }], before: 0 }]
}

function drawColumns(
  doc: Doc,
  points: Chart['points'],
  spans: Span[],
  { top, bottom }: { top: number; bottom: number },
): void {
  const step = WIDTH / points.length
  const yOf = (share: number) => top + LABEL + PLOT * (1 - share)
  for (const [index, span] of spans.entries())
    doc
      .rect(
        MARGIN + step * (index + (1 - FILLED) / 2),
        yOf(span.to),
        step * FILLED,
        PLOT * (span.to - span.from),
      )
      .fill(colourOf(span))
  const zero = yOf(spans[0]?.zero ?? 0)
  drawLine(doc, [MARGIN, zero], [MARGIN + WIDTH, zero])
  const room = { width: WIDTH, size: STYLE.size }
  for (const label of chooseNames(points, room)) drawLabel(doc, label, bottom)
  for (const label of chooseValues(points, room)) {
    const span = spans[label.index] as Span
    drawLabel(doc, label, isUp(span) ? yOf(span.to) - LABEL : yOf(span.from) + 2)
  }
}

function drawLabel(doc: Doc, { text, at, anchor }: Label, y: number): void {
  const shown = withGlyphs(doc, STYLE.font, text)
  const width = measure(doc, shown, STYLE)
  const x = MARGIN + at * WIDTH - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2)
  drawText(doc, { text: shown, style: STYLE }, x, y)
}
