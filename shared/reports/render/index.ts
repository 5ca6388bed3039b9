export { drawChart } from './draw.ts'
export { toHtml } from './html.ts'
export { toMarkdown } from './markdown.ts'
export { toText } from './text.ts'

import type { WrittenReport } from './written.ts'

/** A4 in PDF. What writes it is loaded with the first that is asked for. */
export async function toPdf(report: WrittenReport): Promise<Uint8Array> {
  const { writePdf } = await import('./pdf/write-pdf.ts')
  return writePdf(report)
}
