import { lettersOf } from '../chart-text.ts'
import type { FontName } from './font-files.ts'
import { withGlyphs } from './fonts.ts'

export type Style = { font: FontName; size: number; colour: string }
/** Text of one style. `to`: the name of the place that it is a link to. */
export type Run = { text: string; style: Style; to?: string }
/** A piece of a line, from the line's left. Points. */
export type Segment = Run & { x: number; width: number }
export type Line = { segments: Segment[]; height: number }

/** Of a line, as a multiple of its largest letters. */
const LEADING = 1.4

/** Widths of words by font, as shares of the size: reports have many in common. */
const widths: Record<FontName, Map<string, number>> = { regular: new Map(), bold: new Map() }
const MOST_WIDTHS = 20_000

/** How wide a text is. Points. */
export function measure(doc: PDFKit.PDFDocument, text: string, { font, size }: Style): number {
  const known = widths[font]
  const width = known.get(text) ?? doc.font(font).fontSize(1).widthOfString(text)
  if (known.size >= MOST_WIDTHS) known.clear()
  known.set(text, width)
  return width * size
}

/** A word with what follows it without a space, such as a link and the point behind it. */
type Word = { pieces: (Run & { width: number })[]; width: number; isAfterSpace: boolean }

/** Lines that are no wider than that. They break at spaces, and within a word where it is wider than a line. */
export function breakLines(doc: PDFKit.PDFDocument, runs: Run[], width: number): Line[] {
  const lines: Line[] = []
  let segments: Segment[] = []
  let x = 0
  const end = () => {
    const sizes = segments.map(({ style }) => style.size)
    lines.push({ segments, height: Math.max(...sizes, runs[0]?.style.size ?? 0) * LEADING })
    segments = []
    x = 0
  }
  for (const word of wordsOf(doc, runs, width)) {
    const [first] = word.pieces
    if (!first) continue
    const space = word.isAfterSpace && segments.length > 0 ? measure(doc, ' ', first.style) : 0
    if (segments.length > 0 && x + space + word.width > width) end()
    else if (space > 0) x = addSpace(segments, first, x, space)
    for (const piece of word.pieces) {
      const last = segments.at(-1)
      if (last && last.style === piece.style && last.to === piece.to) {
        last.text += piece.text
        last.width = x + piece.width - last.x
      } else segments.push({ ...piece, x })
      x += piece.width
    }
  }
  if (segments.length > 0 || lines.length === 0) end()
  return lines
}

/** A space belongs to the text before it, unless that is a link. */
function addSpace(segments: Segment[], next: Run, x: number, space: number): number {
  const last = segments.at(-1)
  if (last && (last.to === undefined || last.to === next.to)) {
    last.text += ' '
    last.width += space
  } else segments.push({ text: ' ', style: next.style, x, width: space })
  return x + space
}

function wordsOf(doc: PDFKit.PDFDocument, runs: Run[], width: number): Word[] {
  const words: Word[] = []
  let isAfterSpace = false
  let isOpen = false
  for (const run of runs)
    for (const part of withGlyphs(doc, run.style.font, run.text).split(/( +)/)) {
      if (part === '') continue
      if (part.startsWith(' ')) {
        isAfterSpace = true
        isOpen = false
        continue
      }
      for (const text of cut(doc, part, run.style, width)) {
        const piece = { ...run, text, width: measure(doc, text, run.style) }
        const word = words.at(-1)
        if (isOpen && word && word.width + piece.width <= width) {
          word.pieces.push(piece)
          word.width += piece.width
        } else words.push({ pieces: [piece], width: piece.width, isAfterSpace })
        isAfterSpace = false
        isOpen = true
      }
    }
  return words
}

/** A word in parts that have a line's room. */
function cut(doc: PDFKit.PDFDocument, word: string, style: Style, width: number): string[] {
  if (measure(doc, word, style) <= width) return [word]
  const parts = ['']
  let used = 0
  for (const letter of lettersOf(word)) {
    const more = measure(doc, letter, style)
    if (used + more > width) {
      parts.push('')
      used = 0
    }
    parts[parts.length - 1] += letter
    used += more
  }
  return parts
}
