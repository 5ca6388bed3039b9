import { problemList } from '../cards/attention.js'
import { commandsCard } from '../cards/commands.js'
import { freshnessCard } from '../cards/freshness.js'
import { martsCard } from '../cards/marts.js'
import { runList } from '../cards/runs.js'
import { salesCard } from '../cards/sales.js'
import { searchCard } from '../cards/search.js'
import { sourceList } from '../cards/sources.js'
import { problemsOf } from '../data/problems.js'
import { makeCard } from '../parts/card.js'
import { html } from '../parts/dom.js'

/** @type {import('../views.js').View} */
export const overview = {
  address: '/',
  name: 'Overview',
  heading: 'What is in the shop, as it is right now',
  open: visit => [
    searchCard(visit, { first: 8, isWhole: false }),
    html(
      'div',
      { class: 'cards' },
      salesCard(visit, { per: 'week' }),
      freshnessCard(visit),
      makeCard(
        'What needs attention',
        {},
        problemList(
          visit,
          problemsOf,
          'Nothing. No change is set aside, no job has failed, and no source complains.',
        ),
        html('h3', {}, 'Sources'),
        sourceList(visit),
        html('h3', {}, 'Jobs'),
        runList(visit),
      ),
      martsCard(visit),
    ),
    commandsCard([
      ['Search products', '/function/search-products?query=warm%20gloves&limit=3'],
      ['Weekly sales', '/function/read-mart?mart=agg_sales_weekly&orderBy=-week_start&limit=4'],
      ['What this page shows', '/function/show-status'],
    ]),
  ],
}
