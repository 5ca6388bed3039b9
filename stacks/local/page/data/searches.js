/** What people search for, in words. */
import { count, date, percent, plural } from './format.js'

/** @import { Comparison, FailingQuery, SearchesAnswer } from './answers.ts' */

/** Of a hash: enough to tell queries apart. */
const SHOWN_CHARACTERS = 10

/** @param {SearchesAnswer} answer @returns {{ name: string, text: string }[]} */
export function figuresOf({
  searches,
  from,
  zeroResultRate,
  clickThroughRate,
  meanReciprocalRank,
  reformulationRate,
}) {
  return [
    { name: count(searches), text: `searches since ${date(from)}` },
    { name: percent(zeroResultRate), text: 'found nothing' },
    { name: percent(clickThroughRate), text: 'led to a click' },
    {
      name: meanReciprocalRank === null ? '–' : meanReciprocalRank.toFixed(2),
      text: 'mean reciprocal rank of the clicks; 1 is always the first result',
    },
    { name: percent(reformulationRate), text: 'of known clients’ searches were asked again in other words' },
  ]
}

/** What was typed, or how it is known where that is not kept. @param {FailingQuery} query */
export const nameOf = ({ text, queryKey }) =>
  text === null ? `${queryKey.slice(0, SHOWN_CHARACTERS)}… (text not kept)` : `“${text}”`

/** @type {Record<Comparison['winner'], string>} */
const WINNERS = {
  learned: 'the learnt ranking is better',
  plain: 'the plain ranking is better',
  undecided: 'not decided yet',
}

/** @param {Comparison} comparison */
export function describeComparison({ searches, preferLearned, preferPlain, low, high, p, winner }) {
  const either = preferLearned + preferPlain
  const sure = p === null ? '' : `, between ${percent(low)} and ${percent(high)} (p ${p})`
  return `Of ${plural(searches, 'interleaved search', 'interleaved searches')} ${count(either)} prefer a ranking, ${count(preferLearned)} of them the learnt one${sure}: ${WINNERS[winner]}.`
}
