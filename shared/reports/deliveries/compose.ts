import type { Letter, Note } from '../../outbox/index.ts'
import type { Language } from '../facts.ts'
import { formatDay } from '../intl.ts'
import { escapeMarkup } from '../render/escape.ts'
import type { WrittenReport } from '../render/written.ts'
import { WORDS } from './words.ts'
import type { Forms } from './writing.ts'

/** A report with what it is sent as. Many recipients get the same. */
export type Prepared = {
  report: WrittenReport
  html: string
  text: string
  markdown: string
  /** Of the first mail; webhooks take none. */
  pdf(): Promise<Uint8Array>
}

export function prepare(report: WrittenReport, forms: Forms): Prepared {
  let pdf: Promise<Uint8Array> | undefined
  return {
    report,
    html: forms.toHtml(report),
    text: forms.toText(report),
    markdown: forms.toMarkdown(report),
    pdf() {
      pdf ??= forms.toPdf(report)
      return pdf
    },
  }
}

type Links = { unsubscribe: string | undefined; report: string | undefined }

/** The mail with a report. */
export async function toLetter(
  { report, html, text, pdf }: Prepared,
  sending: { messageId: string; to: Letter['to']; delivery: string; links: Links },
): Promise<Letter> {
  const { messageId, to, delivery, links } = sending
  const { from, to: until } = report.period
  const [first, last] = [from, until].map(day => formatDay(day, report.language))
  const days = from === until ? first : `${first} – ${last}`
  return {
    ...{ messageId, to, unsubscribeUrl: links.unsubscribe },
    subject: `${report.title}, ${days}`,
    html: withFooter(html, htmlFooter(report.language, delivery, links)),
    text: `${text.trimEnd()}\n\n-- \n${textFooter(report.language, delivery, links)}\n`,
    pdf: { name: `${report.report}-${from}-${until}.pdf`, bytes: await pdf() },
  }
}

/** What a channel is told of a report. */
export function toNote({ report, markdown }: Prepared, links: Links): Note {
  return {
    title: report.title,
    paragraphs: report.narrative.split(/\n{2,}/),
    markdown,
    link: links.report === undefined ? undefined : { url: links.report, text: WORDS[report.language].open },
  }
}

function textFooter(language: Language, delivery: string, links: Links): string {
  const { why, unsubscribe, open } = WORDS[language]
  return [
    why(delivery),
    ...(links.report === undefined ? [] : [`${open}: ${links.report}`]),
    ...(links.unsubscribe === undefined ? [] : [`${unsubscribe}: ${links.unsubscribe}`]),
  ].join('\n')
}

function htmlFooter(language: Language, delivery: string, links: Links): string {
  const { why, unsubscribe, open } = WORDS[language]
  const link = (url: string | undefined, text: string) =>
    url === undefined
      ? []
      : [`<a href="${escapeMarkup(url)}" style="color:#2b6cb0">${escapeMarkup(text)}</a>`]
  const parts = [
    escapeMarkup(why(delivery)),
    ...link(links.report, open),
    ...link(links.unsubscribe, unsubscribe),
  ]
  const cell = `<td align="left" style="padding:0 16px 16px 16px;font:12px/1.5 Helvetica,Arial,sans-serif;color:#4a5568">${parts.join(' · ')}</td>`
  const table = (width: string, style: string, inner: string) =>
    `<table role="presentation" width="${width}" border="0" cellpadding="0" cellspacing="0"${style}><tr>${inner}</tr></table>`
  const inner = table('600', ' style="width:100%;max-width:600px"', cell)
  return table('100%', '', `<td align="center">${inner}</td>`)
}

/** Before the end of the page, which the form has as a whole. */
function withFooter(html: string, footer: string): string {
  const at = html.lastIndexOf('</body>')
  return at < 0 ? `${html}\n${footer}` : `${html.slice(0, at)}${footer}\n${html.slice(at)}`
}
