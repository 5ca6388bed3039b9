import { commandsCard } from '../../cards/commands.js'
import { freshnessCard } from '../../cards/freshness.js'
import { martsCard } from '../../cards/marts.js'
import { sourceList } from '../../cards/sources.js'
import { makeCard } from '../../parts/card.js'
import { html } from '../../parts/dom.js'

/** @type {import('../../views.js').View} */
export const freshness = {
  address: '/data/freshness',
  name: 'Freshness',
  heading: 'How fresh everything is',
  open: visit => [
    freshnessCard(visit, { isWhole: true }),
    html('div', { class: 'cards' }, martsCard(visit), makeCard('Sources', {}, sourceList(visit))),
    commandsCard([['How fresh everything is', '/function/show-status']]),
  ],
}
