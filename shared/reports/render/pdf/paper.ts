import { drawText } from './draw-text.ts'
import type { Line, Segment } from './lines.ts'

type Doc = PDFKit.PDFDocument
export type Element = PDFKit.PDFStructureElement

/** What stands on one page whole. Points. `draw`: with its upper edge there, as part of that element of the structure. */
export type Part = { height: number; draw(y: number): void }
/** Parts that follow each other. `isWithNext`: the first of the next block is on the same page. */
export type Block = { parts: Part[]; before: number; isWithNext?: boolean }

/** Of letters above the line they stand on, as a share of their size. */
const ASCENT = 0.93

export const MARGIN = 50
/** Of A4. */
export const WIDTH = 595.28 - 2 * MARGIN
const TOP = MARGIN
const BOTTOM = 841.89 - MARGIN - 20

/** Places blocks below each other. A block stays on one page where it has room on one. */
export function placeBlocks(doc: Doc, blocks: Block[]): void {
  let y = TOP
  doc.addPage()
  const breakPage = () => {
    doc.addPage()
    y = TOP
  }
  for (const [index, block] of blocks.entries()) {
    const { parts, before } = block
    const height = heightOf(block)
    const needed = before + height + heightOfNext(blocks, index)
    if (y > TOP && y + Math.min(needed, BOTTOM - TOP) > BOTTOM) breakPage()
    if (y > TOP) y += before
    for (const part of parts) {
      if (y > TOP && y + part.height > BOTTOM) breakPage()
      part.draw(y)
      y += part.height
    }
  }
}

const heightOf = ({ parts }: Block) => parts.reduce((sum, { height }) => sum + height, 0)

/** What must be on the same page as that block: all that leads to what it belongs to, and of that the first part. */
function heightOfNext(blocks: Block[], index: number): number {
  const [block, next] = [blocks[index], blocks[index + 1]]
  if (!block?.isWithNext || !next) return 0
  if (next.isWithNext) return next.before + heightOf(next) + heightOfNext(blocks, index + 1)
  return next.before + Math.min(heightOf(next), BOTTOM - TOP - 100)
}

/** Draws as part of an element of the structure. */
export function drawIn(doc: Doc, element: Element, tag: string, draw: () => void): void {
  element.add(doc.markStructureContent(tag))
  draw()
  doc.endMarkedContent()
}

/** What is for the eye alone, such as a line. */
export function drawArtifact(doc: Doc, draw: () => void): void {
  doc.markContent('Artifact')
  draw()
  doc.endMarkedContent()
}

/** Lines from that place on, with links where they have some. */
export function toParts(
  doc: Doc,
  lines: Line[],
  place: { x: number; element: Element; tag: string },
): Part[] {
  return lines.map(({ segments, height }) => ({
    height,
    draw: y => {
      const size = Math.max(...segments.map(({ style }) => style.size))
      for (const segment of segments)
        drawSegment(doc, segment, { ...place, y: y + (size - segment.style.size) * ASCENT })
    },
  }))
}

function drawSegment(
  doc: Doc,
  segment: Segment,
  { x, y, element, tag }: { x: number; y: number; element: Element; tag: string },
): void {
  const left = x + segment.x
  if (segment.to === undefined) {
    drawIn(doc, element, tag, () => drawText(doc, segment, left, y))
    return
  }
  const link = doc.struct('Link')
  element.add(link)
  drawIn(doc, link, 'Link', () => drawText(doc, segment, left, y))
  const { size } = segment.style
  const options = { structParent: link, Contents: new String(segment.text) }
  doc.goTo(left, y, segment.width, size * 1.2, segment.to, options as never)
  link.end()
}
