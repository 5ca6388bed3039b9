import { toHtml, toMarkdown, toPdf, toText } from '../../../shared/reports/render/index.ts'
import { llmOf } from '../../../shared/reports/rewrite/index.ts'
import { writeReport } from '../../../shared/reports/write-report.ts'
import { defineSendReport } from './define.ts'

/** The function, with the reports that it sends and what they are made into. */
export default defineSendReport(
  ({ store: { query }, settings, log, signal }) =>
    (request, caller) =>
      writeReport(request, { query, caller, llm: llmOf(settings), log, signal }),
  { toHtml: report => toHtml(report, { for: 'mail' }), toMarkdown, toText, toPdf },
)
