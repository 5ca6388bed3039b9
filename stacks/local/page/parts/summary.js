import { ageMs } from '../data/clock.js'
import { count, durationInWords, exactTime, plural } from '../data/format.js'
import { html, setText } from './dom.js'

/** @import { SearchAnswer } from '../data/answers.ts' */

const ORDERS = new Map([
  ['price', 'cheapest'],
  ['-price', 'most expensive'],
  ['name', 'first'],
  ['-name', 'last'],
])

/** @param {SearchAnswer} answer @param {string} query @returns {(Node | string)[]} */
export function summaryOf({ results, total, interpreted: { corrected, sort }, tookMs }, query) {
  const took = tookMs < 10 ? tookMs.toFixed(1) : count(tookMs)
  const correction = html(
    'span',
    {},
    'Searched for ',
    html('strong', {}, corrected),
    ` instead of “${query.slice(0, 100)}”. `,
  )
  const order = ORDERS.get(sort ?? '') ?? 'best'
  const all = total > results.length ? ` of ${count(total)}` : ''
  const best = `The ${order} ${plural(results.length, 'product')}${all}, in ${took} ms`
  return [...(corrected ? [correction] : []), ...(results.length > 0 ? [best] : [])]
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

/** What a screen reader says of an answer. @param {SearchAnswer} answer */
export function announcementOf({ results: [best], total, interpreted: { corrected, sort } }) {
  const searched = corrected ? `Searched for ${corrected}. ` : ''
  if (!best) return `${searched}No product found`
  return `${searched}${plural(total, 'product')} found, the ${ORDERS.get(sort ?? '') ?? 'best'}: ${best.name}`
}
