import { count, date } from '../data/format.js'
import { followMart } from '../data/mart.js'
import { differenceInWords, shareInWords, verdictInWords } from '../data/proposition-words.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'
import { makeTable, numberColumn, textColumn } from '../parts/table.js'

/** @import { MartRow } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

const MART = 'agg_proposition_group'
const MOST_GROUPS = 100

/** Whether propositions work: how the groups of each experiment compare. @param {Visit} visit */
export function groupsCard({ signal }) {
  const note = html('span')
  const trouble = makeTrouble()
  const none = html('p', { class: 'note', role: 'status' })
  const explanation = html(
    'p',
    { class: 'note', hidden: true },
    'Clients count as buyers who bought something from a list within 14 days of seeing it. In brackets: where the true number is, 19 times out of 20.',
  )
  const table = makeTable({
    caption: 'How the groups of each experiment compare',
    columns: [
      textColumn('Group', (/** @type {MartRow} */ group) => String(group.experiment_group)),
      textColumn('Experiment', group => String(group.experiment), 'experiment'),
      numberColumn('Clients', group => count(Number(group.client_count))),
      numberColumn('Lists', group => count(Number(group.proposition_count))),
      textColumn('Buyers', shareInWords, 'share'),
      textColumn('Difference', differenceInWords, 'difference'),
      textColumn('In words', verdictInWords, 'verdict'),
    ],
    keyOf: group => JSON.stringify([group.experiment, group.experiment_group]),
    empty: '',
  })
  table.element.id = 'groups'
  table.element.hidden = true

  followMart(
    { mart: MART, orderBy: 'experiment,experiment_group', limit: MOST_GROUPS },
    {
      signal,
      explain: trouble.show,
      missing: () => setText(none, 'Nothing has been built yet: the first build counts what was shown.'),
      show({ rows }) {
        const isEmpty = rows.length === 0
        const last = rows
          .map(row => String(row.last_date))
          .sort()
          .at(-1)
        setText(note, last === undefined ? '' : `lists up to ${date(last)}`)
        setText(
          none,
          isEmpty
            ? 'No list has been shown in an experiment yet: name groups in the rules of the shop (experiment), show lists, and the next build compares what they bought.'
            : '',
        )
        table.element.hidden = isEmpty
        explanation.hidden = isEmpty
        table.show(rows)
      },
    },
  )
  return makeCard('Does it work?', { note }, trouble.element, none, table.element, explanation)
}
