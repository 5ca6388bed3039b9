import { commandsCard } from '../cards/commands.js'
import { martsCard } from '../cards/marts.js'
import { rowsCard } from '../cards/rows.js'
import { searchesCard } from '../cards/searches.js'
import { sourceList } from '../cards/sources.js'
import { traceCard } from '../cards/trace.js'
import { makeCard } from '../parts/card.js'

/** @type {import('../views.js').View} */
export const data = {
  address: '/data',
  name: 'Data',
  heading: 'What there is to ask',
  open(visit) {
    const mart = visit.params.get('mart')
    return [
      ...(mart && visit.params.has('trace') ? [traceCard(visit, mart)] : []),
      ...(mart ? [rowsCard(visit, mart)] : []),
      martsCard(visit, mart ?? undefined),
      searchesCard(visit),
      makeCard('Sources', {}, sourceList(visit)),
      commandsCard([
        [
          'Rows of a mart',
          `/function/read-mart?${new URLSearchParams({ mart: mart ?? 'fct_sale', limit: '20' })}`,
        ],
        ['What people search for', '/function/show-searches'],
      ]),
    ]
  },
}
