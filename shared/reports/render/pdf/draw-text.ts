import { measure, type Segment } from './lines.ts'

const RIGHT_TO_LEFT = /[\p{sc=Arab}\p{sc=Hebr}]/u
const LEFT_TO_RIGHT = /[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}]/u

/** Draws text with its upper left corner there. Words of scripts from right to left stand in their order, which is the other one. */
export function drawText(
  doc: PDFKit.PDFDocument,
  { text, style }: Pick<Segment, 'text' | 'style'>,
  x: number,
  y: number,
): void {
  doc.fillColor(style.colour).font(style.font).fontSize(style.size)
  if (!RIGHT_TO_LEFT.test(text)) {
    doc.text(text, x, y, { lineBreak: false })
    return
  }
  let at = x
  for (const part of orderWords(text.split(/( +|[.,;:!?]+(?= |$))/))) {
    if (part.trim() !== '') doc.text(part, at, y, { lineBreak: false })
    at += measure(doc, part, style)
  }
}

/** Words and the spaces between them as they stand from left to right: what is between two from right to left turns with them. */
export function orderWords(parts: string[]): string[] {
  const ordered: string[] = []
  let turned: string[] = []
  let open: string[] = []
  const close = () => {
    ordered.push(...turned.toReversed(), ...open)
    turned = []
    open = []
  }
  for (const part of parts) {
    if (RIGHT_TO_LEFT.test(part)) {
      turned.push(...open, part)
      open = []
    } else if (LEFT_TO_RIGHT.test(part) || turned.length === 0) {
      close()
      ordered.push(part)
    } else open.push(part)
  }
  close()
  return ordered
}
