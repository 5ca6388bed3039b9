import type { Identity } from '../../contract/index.ts'
import type { Language } from '../facts.ts'
import type { WrittenReport } from '../render/written.ts'

/** Writes a report, or finds the one that was written, under the rights of its caller. */
export type Writing = (
  request: {
    report: string
    from?: string
    to?: string
    language: Language
    filters: Record<string, string[]>
  },
  caller: Identity,
) => Promise<WrittenReport>

/** What a report is made into. */
export type Forms = {
  /** A whole page, for mail programs. */
  toHtml(report: WrittenReport): string
  toMarkdown(report: WrittenReport): string
  /** Wrapped, without markup. */
  toText(report: WrittenReport): string
  toPdf(report: WrittenReport): Promise<Uint8Array>
}
