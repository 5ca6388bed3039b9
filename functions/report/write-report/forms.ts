import type { Form } from '../../../shared/contract/index.ts'
import { toHtml, toMarkdown, toPdf } from '../../../shared/reports/render/index.ts'
import type { WrittenReport } from '../../../shared/reports/render/written.ts'

/** A page of ours that is a report: nothing in it runs, and nothing is fetched for it. */
const INERT = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation",
}

/** All of them are made of the kept report, so each is the same bytes again. */
export const forms: Form<WrittenReport>[] = [
  {
    name: 'html',
    type: 'text/html',
    parameters: 'charset=utf-8',
    headers: INERT,
    encode: report => toHtml(report),
    schema: { type: 'string', description: 'One page without a script; numbers lead to their facts' },
  },
  {
    name: 'pdf',
    type: 'application/pdf',
    encode: async report => Buffer.from(await toPdf(report)),
    schema: { type: 'string', contentMediaType: 'application/pdf', description: 'A4' },
  },
  {
    name: 'markdown',
    type: 'text/markdown',
    parameters: 'charset=utf-8',
    encode: report => toMarkdown(report),
    schema: { type: 'string', description: 'CommonMark with tables of GitHub' },
  },
]
