import { martLineageCard, tableLineageCard } from '../../cards/lineage.js'

/** @type {import('../../views.js').View} */
export const lineage = {
  address: '/data/lineage',
  name: 'Lineage',
  heading: 'Where the data comes from',
  open: visit => [tableLineageCard(visit), martLineageCard(visit)],
}
