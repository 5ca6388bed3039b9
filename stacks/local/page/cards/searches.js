import { ask } from '../data/ask.js'
import { count, timeOfDay } from '../data/format.js'
import { followBuilds } from '../data/mart.js'
import { describeComparison, figuresOf, nameOf } from '../data/searches.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeList } from '../parts/list.js'
import { makeEntry, makeTrouble } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { FailingQuery } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

/** How well what people search for is found, and the queries that fail most. @param {Visit} visit */
export function searchesCard({ signal }) {
  const note = html('span')
  const trouble = makeTrouble()
  const figures = makeList(html('ul', { class: 'plain' }), ({ text }) => text, makeEntry)
  const comparison = html('p')
  const failing = makeTable({
    caption: 'The queries that fail most',
    columns: [
      textColumn('Query', nameOf),
      numberColumn('Searches', ({ searches }) => count(searches)),
      numberColumn('Found nothing', ({ foundNothing }) => count(foundNothing)),
      numberColumn('Asked again', ({ reformulated }) => count(reformulated)),
      numberColumn('Clicks', ({ clicks }) => count(clicks)),
      numberColumn('The last', ({ lastSearchedAt }) => timeOfDay(lastSearchedAt)),
    ],
    keyOf: (/** @type {FailingQuery} */ { queryKey }) => queryKey,
    empty: 'None.',
  })
  failing.element.id = 'failing-queries'
  const notKept = html(
    'p',
    { class: 'note', hidden: true },
    'Text not kept: set SEARCH_QUERIES=kept to see what was typed (docs/search.md says what that keeps, and for how long).',
  )
  followBuilds('agg_search_query', own => ask('show-searches', {}, own), {
    signal,
    missing: () => setText(note, 'nothing has been built yet'),
    explain: trouble.show,
    show(answer) {
      setText(note, `built at ${timeOfDay(answer.builtAt)}`)
      figures.show(figuresOf(answer))
      failing.show(answer.failing)
      notKept.hidden = answer.failing.every(({ text }) => text !== null)
      setText(comparison, answer.comparison ? describeComparison(answer.comparison) : '')
    },
  })
  return makeCard(
    'What people search for',
    { note },
    trouble.element,
    figures.element,
    comparison,
    html('h3', {}, 'What fails most'),
    failing.element,
    notKept,
  )
}
