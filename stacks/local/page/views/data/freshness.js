import { commandsCard } from '../../cards/commands.js'
import { freshnessCard } from '../../cards/freshness.js'
import { martsCard } from '../../cards/marts.js'
import { sourceList } from '../../cards/sources.js'
import { makeCard } from '../../parts/card.js'

/** @type {import('../../views.js').View} */
export const freshness = {
  address: '/data/freshness',
  name: 'Freshness',
  heading: 'How fresh everything is',
  open: visit => [
    freshnessCard(visit, { isWhole: true }),
    makeCard('Sources', {}, sourceList(visit)),
    martsCard(visit),
    commandsCard([['How fresh everything is', '/function/show-status']]),
  ],
}
