import { ask, NoAnswer } from '../data/ask.js'
import { dayAndTime } from '../data/format.js'
import { formAddress, readReport } from '../data/reports.js'
import { watchStatus } from '../data/status.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeRefusal } from '../parts/refusal.js'
import { makeSentence } from '../parts/sentence.js'

/** @import { ReportAnswer } from '../data/answers.ts' */

const FORMS = [
  ['html', 'Open as a page'],
  ['pdf', 'PDF'],
  ['markdown', 'Markdown'],
]

/** The report that an address asks for. @param {import('../views.js').Visit} visit */
export function reportCard({ params, signal }) {
  const question = readReport(params)
  const note = html('span', { role: 'status' }, 'Writing…')
  const body = html('div', { class: 'report' })
  const refusal = makeRefusal(body, note)
  const forms = html(
    'p',
    { class: 'actions' },
    ...FORMS.map(([format = '', text]) =>
      html('a', { class: 'quiet', href: formAddress(question, format), target: '_blank' }, text),
    ),
  )

  /** @param {ReportAnswer} report */
  function show({ title, language, sections, facts, charts, asOf, problem }) {
    const byId = new Map(facts.map(fact => [fact.id, fact]))
    setText(note, asOf.changedAt ? `as of ${dayAndTime(asOf.changedAt)}` : '')
    body.lang = language
    body.replaceChildren(
      html('p', { class: 'forecast-name' }, title),
      ...sections.map(section =>
        html(
          'section',
          {},
          html('h3', {}, section.title),
          html('ul', { class: 'sentences' }, ...section.sentences.map(one => makeSentence(one, byId))),
        ),
      ),
      ...charts.map(chart =>
        html(
          'figure',
          {},
          html('figcaption', {}, chart.title),
          html('div', { class: 'paper' }, toPicture(chart.svg)),
        ),
      ),
      ...(problem
        ? [html('p', { class: 'note', lang: 'en' }, `The language model was not used: ${problem}.`)]
        : []),
      forms,
    )
    refusal.explain(undefined)
  }
  /** @type {string | undefined} */
  let askedOf
  const read = async () => {
    try {
      show(await ask('write-report', question, signal))
    } catch (error) {
      if (signal.aborted) return
      setText(note, '')
      refusal.explain(error)
      // What is refused may be answered of the next marts; a call that failed is made again.
      if (!(error instanceof NoAnswer && error.isFinal)) askedOf = undefined
      isRefused = true
    }
  }
  let isRefused = false
  watchStatus(({ marts }) => {
    const builtAt = marts.map(mart => mart.builtAt).join(' ')
    if (builtAt === askedOf || (askedOf !== undefined && !isRefused)) return
    askedOf = builtAt
    isRefused = false
    void read()
  }, signal)
  return makeCard('The report', { note }, ...refusal.elements)
}

/** Of attributes alone, as the server draws it. @param {string} svg */
const toPicture = svg =>
  document.importNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, true)
