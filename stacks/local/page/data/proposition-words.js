/** What propositions say of themselves, for a sales person and a sales lead. */
import { ageMs } from './clock.js'
import { asSentence, count, date, dayAndTime, durationInWords, percent, plural } from './format.js'

/** @import { MartRow, Proposition, PropositionsAnswer } from './answers.ts' */
/** @import { Client } from './clients.js' */
/** @import { Question } from './propositions.js' */

/** Why a rule leaves products out. @type {Record<string, string>} */
const LEFT_OUT = {
  excluded: 'excluded by the shop',
  inStock: 'out of stock',
  minMargin: 'below the least margin',
  notReturned: 'sent back by this client',
  notDismissedDays: 'not for this client, as somebody said lately',
  notBoughtDays: 'bought by this client lately',
  maxPerModel: 'another variant of one in the list',
  maxPerSubcategory: 'more of one kind than a list may have',
  maxPerCategory: 'more of one category than a list may have',
  maxPerBrand: 'more of one brand than a list may have',
  'without a score': 'not ranked yet',
  'not in the catalogue': 'no longer in the catalogue',
}
const GONE = 'not in the catalogue'
const SHORT = /^only (\d+) of (\d+) places are filled; (.*)$/
const PINNED = /^pinned product (.*) is left out: (.*)$/

/** @param {Client} client */
export const clientInWords = ({ purchases, lastOn, segment }) =>
  `${plural(purchases, 'order')}, last on ${date(lastOn)}, ${segment.replaceAll('_', ' ')}`

/** How a product came into the list, where that was not the model. @type {Record<Proposition['kind'], string>} */
export const KINDS = { ranked: '', pinned: 'chosen by the shop', explored: 'tried out' }

/**
 * What is wrong with the rules or the list. What is not known here is said as it came.
 *
 * @param {string} warning
 * @param {boolean} isNarrowed to a part of the shop
 */
export function warningInWords(warning, isNarrowed) {
  const pinned = PINNED.exec(warning)
  if (pinned) {
    const [, product, rule = ''] = pinned
    return `The shop has chosen product ${product}, and it is left out: ${LEFT_OUT[rule] ?? rule}.`
  }
  const short = SHORT.exec(warning)
  if (!short) return asSentence(warning)
  const [, filled = '', places = '', why = ''] = short
  const begin =
    filled === '0'
      ? 'Nothing is left to offer'
      : `Only ${plural(Number(filled), 'product')} instead of ${places}`
  return `${begin}.${leftOutInWords(why, isNarrowed)}`
}

/** @param {string} why @param {boolean} isNarrowed */
function leftOutInWords(why, isNarrowed) {
  if (!why.startsWith('left out: ')) return ''
  const parts = why
    .slice('left out: '.length)
    .split(', ')
    .flatMap(part => {
      const [, rule = part, number = ''] = /^(.*) (\d+)$/.exec(part) ?? []
      // What does not pass the filters is looked up in vain as well.
      if (isNarrowed && rule === GONE) return []
      return `${LEFT_OUT[rule] ?? rule}${number && ` (${number})`}`
    })
  return parts.length > 0 ? ` Left out: ${parts.join(', ')}.` : ''
}

/** What is to be known of a list before its products. @param {PropositionsAnswer} answer @param {Question} question */
export function aboutInWords({ known, propositions, warnings }, { clientId, productId }) {
  if (propositions.length === 0) return warnings.length > 0 ? '' : 'Nothing is left to offer.'
  if (productId !== undefined) return ''
  if (clientId === undefined) return 'What is bought most now.'
  return known ? '' : 'Nothing is known of this client, so this is what is bought most now.'
}

/** What ranked a list, and how fresh it is. @param {PropositionsAnswer} answer */
export function rankingInWords({ model, asOf, experiment, known }) {
  const by = model
    ? `Ranked by ${model.name}, version ${model.version}.`
    : 'Ranked by what is bought most now.'
  const since = known ? ', and what this client has done since' : ''
  const fresh = asOf.changedAt
    ? ` It knows every purchase up to ${dayAndTime(asOf.changedAt)}, ${durationInWords(ageMs(asOf.changedAt))} ago${since}.`
    : ''
  const group = experiment
    ? ` This client is in the group ${experiment.group} of the experiment ${experiment.name}.`
    : ''
  return `${by}${fresh}${group}`
}

/** How often and when. @param {{ times: number, lastOn: string }} bought */
export const boughtInWords = ({ times, lastOn }) =>
  times === 1 ? `on ${date(lastOn)}` : `on ${count(times)} days, last on ${date(lastOn)}`

/** The share of clients who bought, with its interval. @param {MartRow} group */
export const shareInWords = ({ buyer_share: share, share_low: low, share_high: high }) =>
  `${percent(toNumber(share))} (${percent(toNumber(low))} to ${percent(toNumber(high))})`

/** In percentage points; nothing for the first group. @param {MartRow} group */
export function differenceInWords({ difference, difference_low: low, difference_high: high }) {
  if (difference === null || difference === undefined) return ''
  return `${points(difference)} (${points(low)} to ${points(high)}) points`
}

/** What follows from it. @param {MartRow} group */
export function verdictInWords({ verdict, first_group: first }) {
  if (verdict === 'first') return 'the others are compared with it'
  if (verdict === 'better') return `more of its clients buy than in ${first}`
  if (verdict === 'worse') return `fewer of its clients buy than in ${first}`
  return `no difference from ${first} can be told yet`
}

/** @param {import('./answers.ts').Cell | undefined} value */
const toNumber = value => (value === null || value === undefined ? null : Number(value))

/** @param {import('./answers.ts').Cell | undefined} share */
function points(share) {
  const size = Math.round(Math.abs(Number(share)) * 1000) / 10
  return `${size === 0 ? '' : Number(share) > 0 ? '+' : '−'}${size}`
}
