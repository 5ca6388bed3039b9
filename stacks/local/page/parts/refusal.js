import { NoAnswer } from '../data/ask.js'
import { asSentence } from '../data/format.js'
import { html, setText } from './dom.js'
import { makeTrouble } from './notice.js'

/**
 * Why there is no answer. Where there is nothing to answer the function says so, and takes the place of `body`; a call that failed
 * leaves what is shown.
 *
 * @param {HTMLElement} body hidden at first
 * @param {HTMLElement} note what else is said of an answer
 */
export function makeRefusal(body, note) {
  const trouble = makeTrouble()
  const none = html('p', { class: 'none', role: 'status', hidden: true })
  body.hidden = true
  return {
    elements: [trouble.element, none, body],

    /** @param {unknown} error undefined once an answer has come */
    explain(error) {
      const isNone = error instanceof NoAnswer && error.reason === 'not_found'
      trouble.show(isNone ? undefined : error)
      none.hidden = !isNone
      if (isNone) setText(none, asSentence(error.message))
      if (isNone) setText(note, '')
      if (isNone || error === undefined) body.hidden = isNone
    },
  }
}
