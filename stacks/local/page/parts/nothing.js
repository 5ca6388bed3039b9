import { html, setText } from './dom.js'

/** @import { SearchAnswer } from '../data/answers.ts' */

const TIPS = [
  'Fewer words, or other ones: what it is for is enough, such as “keep my hands warm”.',
  'A product number, or its first three characters.',
  'The beginning of a word: suggestions come while you type.',
]

/**
 * Says that nothing fits, and what to try.
 *
 * @param {object} hooks
 * @param {() => void} hooks.clearFilters
 * @param {() => void} hooks.showAll
 */
export function makeNothing({ clearFilters, showAll }) {
  const why = html('p', { class: 'none' })
  const clear = html(
    'button',
    { type: 'button', class: 'quiet', onclick: clearFilters },
    'Remove every filter',
  )
  const all = html('button', { type: 'button', class: 'quiet', onclick: showAll }, 'Show all products')
  const tips = html(
    'div',
    { class: 'tips' },
    html('p', {}, 'What may help:'),
    html('ul', {}, ...TIPS.map(tip => html('li', {}, tip))),
    html('p', { class: 'actions' }, clear, all),
  )
  const element = html('div', { class: 'nothing', hidden: true }, why, tips)
  return {
    element,

    /** @param {SearchAnswer} found */
    show({ results, interpreted: { filters, not }, asOf }) {
      element.hidden = results.length > 0
      const isNarrowed = Object.keys(filters).length + not.length > 0
      const isRead = asOf.changedAt !== null
      clear.hidden = !isNarrowed
      tips.hidden = !isRead
      if (!isRead) setText(why, 'No product yet: the source is being read for the first time.')
      else setText(why, isNarrowed ? 'No product fits these words and filters.' : 'Sorry, no product fits.')
    },

    /** Why there is no answer. @param {string} text */
    explain(text) {
      element.hidden = false
      tips.hidden = true
      setText(why, text)
    },
  }
}
