import { searchCard } from '../cards/search.js'

/** @type {import('../views.js').View} */
export const search = {
  address: '/search',
  name: 'Search',
  heading: 'Find a product',
  open: visit => [searchCard(visit, { first: 20, isWhole: true })],
}
