import { toHtml, toMarkdown, toPdf, toText } from '../../../shared/reports/render/index.ts'
import { writeReport } from '../../../shared/reports/write-report.ts'
import { defineSendReport } from './define.ts'

/** The function, with the reports that it sends and what they are made into. */
export default defineSendReport(
  ({ store: { query }, llm, log, signal }) =>
    (request, caller) =>
      writeReport(request, { query, caller, llm, log, signal }),
  { toHtml: report => toHtml(report, { for: 'mail' }), toMarkdown, toText, toPdf },
)
