import { toHtml, toMarkdown, toPdf, toText } from '../../shared/reports/render/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { makeWritten } from '../support/random-written.ts'
import { median, quantile, report } from './report.ts'

/** The forms of random reports, each with up to two charts of sixty points and a hundred facts, once what writes them is warm. */
const REPORTS = 60
const reports = Array.from({ length: REPORTS }, (_, seed) => makeWritten(makeRandom(seed + 1)))
const FORMS = {
  html: toHtml,
  mail: (one: Parameters<typeof toHtml>[0]) => toHtml(one, { for: 'mail' }),
  markdown: toMarkdown,
  text: toText,
  pdf: toPdf,
}

const started = performance.now()
for (const one of reports.slice(0, 1)) await toPdf(one)
report('render_pdf_first', performance.now() - started, 'ms')
for (const [name, form] of Object.entries(FORMS)) {
  const times: number[] = []
  let most = 0
  // The first round is not counted.
  for (const [index, one] of [...reports, ...reports].entries()) {
    const from = performance.now()
    const made = await form(one)
    if (index >= REPORTS) times.push(performance.now() - from)
    most = Math.max(most, Buffer.byteLength(made))
  }
  const bound = name === 'pdf' ? { atMost: 150 } : {}
  report(`render_${name}_median`, median(times), 'ms', bound)
  report(`render_${name}_p95`, quantile(times, 0.95), 'ms')
  report(`render_${name}_largest`, most / 1024, 'KiB')
}
