import { martLineageCard, tableLineageCard } from '../../cards/lineage.js'
import { lineageGraphCard } from '../../cards/lineage-graph.js'

/** @type {import('../../views.js').View} */
export const lineage = {
  address: '/data/lineage',
  name: 'Lineage',
  heading: 'Where the data comes from',
  open: visit => [lineageGraphCard(visit), tableLineageCard(visit), martLineageCard(visit)],
}
