import { ageMs } from '../data/clock.js'
import { count, duration, timeOfDay } from '../data/format.js'
import { watchStatus } from '../data/status.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTable, numberColumn } from '../parts/table.js'

/** @import { MartStatus } from '../data/answers.ts' */
/** @import { Visit } from '../views.js' */

/** The published marts, each a link to its rows. @param {Visit} visit @param {string} [chosen] */
export function martsCard({ signal }, chosen) {
  const built = html('span')
  const table = makeTable({
    caption: 'The published marts: their rows and when they were built',
    columns: [
      {
        title: 'Mart',
        show(cell, /** @type {MartStatus} */ { mart }) {
          const href = `/data?${new URLSearchParams({ mart })}`
          if (!cell.firstElementChild)
            cell.append(html('a', { href, 'aria-current': mart === chosen && 'true' }, mart))
        },
      },
      numberColumn('Rows', ({ rows }) => count(rows)),
      numberColumn('Built', ({ builtAt }) => timeOfDay(builtAt)),
      numberColumn('Data up to', ({ changedAt }) =>
        changedAt ? `${duration(ageMs(changedAt))} ago` : 'not known',
      ),
    ],
    keyOf: ({ mart }) => mart,
    empty: 'None yet.',
  })
  table.element.id = 'marts'
  watchStatus(({ marts }) => {
    table.show(marts)
    const newest = marts
      .map(({ builtAt }) => builtAt)
      .sort()
      .at(-1)
    if (newest) setText(built, `built ${duration(ageMs(newest))} ago, at ${timeOfDay(newest)}`)
  }, signal)
  return makeCard(
    'Tables for analysis',
    { note: built },
    table.element,
    html(
      'p',
      { class: 'note' },
      'A mart is a table that is ready to query: dim_ tables describe things, fct_ tables hold what happened, agg_ tables are sums.',
    ),
  )
}
