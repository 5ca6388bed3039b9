import { ageMs } from '../data/clock.js'
import { count, durationInWords, exactTime, plural } from '../data/format.js'
import { html, setText } from './dom.js'

/** @import { SearchAnswer } from '../data/answers.ts' */

const ORDERS = new Map([
  ['price', 'cheapest'],
  ['-price', 'most expensive'],
])

/** @param {SearchAnswer} answer @param {string} query @returns {(Node | string)[]} */
export function summaryOf({ results, total, interpreted: { corrected, sort, not }, tookMs }, query) {
  const took = tookMs < 10 ? tookMs.toFixed(1) : count(tookMs)
  const correction = html(
    'span',
    {},
    'Searched for ',
    html('strong', {}, corrected),
    `, the nearest words in the catalogue to “${query.slice(0, 100)}”. `,
  )
  const order = ORDERS.get(sort ?? '') ?? 'best'
  const without = not.length > 0 ? `, without ${not.join(', ')}` : ''
  const all = total > results.length ? ` of ${count(total)}` : ''
  const best = `The ${order} ${plural(results.length, 'product')}${all}${without}, in ${took} ms`
  return [...(corrected ? [correction] : []), ...(results.length > 0 ? [best] : [])]
}

/** @param {SearchAnswer} answer */
export function whyNone({ interpreted: { filters }, asOf }) {
  if (asOf.changedAt === null) return 'No product yet: the source is being read for the first time.'
  return Object.keys(filters).length > 0
    ? 'No product fits these words and filters. Remove a filter, or use other words.'
    : 'No product fits. Try other words: search knows what a text is about, so plain English will do.'
}

/** @param {Element} place @param {SearchAnswer} answer */
export function showAsOf(place, { asOf: { changedAt } }) {
  setText(
    place,
    changedAt
      ? `Holds every change made at the source up to ${exactTime(changedAt)}, ${durationInWords(ageMs(changedAt))} ago. Prices here follow the source.`
      : 'The source is still being read for the first time: more products will come.',
  )
}

/** @param {SearchAnswer} answer */
export function announcementOf({ results: [best, ...others] }) {
  return best
    ? `${plural(others.length + 1, 'product')} shown, the best first: ${best.name}`
    : 'No product found'
}
