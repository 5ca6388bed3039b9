import { splitSentence } from '../data/reports.js'
import { html } from './dom.js'
import { makeFact } from './fact.js'

/** @import { Fact, WrittenSentence } from '../data/answers.ts' */

/**
 * A sentence whose numbers can be pressed: below it then stands where that one comes from.
 *
 * @param {WrittenSentence} sentence
 * @param {Map<string, Fact>} facts by id
 */
export function makeSentence(sentence, facts) {
  const place = html('div', { 'aria-live': 'polite' })
  /** @type {HTMLElement[]} */
  const buttons = []
  const pieces = splitSentence(sentence).map(({ text, fact: id }) => {
    const fact = id === undefined ? undefined : facts.get(id)
    if (!fact) return text
    const button = html(
      'button',
      {
        ...{ type: 'button', class: 'said', 'aria-expanded': 'false', title: 'Where this is from' },
        onclick() {
          const isOpen = button.getAttribute('aria-expanded') === 'true'
          for (const other of buttons) other.setAttribute('aria-expanded', 'false')
          button.setAttribute('aria-expanded', String(!isOpen))
          place.replaceChildren(...(isOpen ? [] : [makeFact(fact)]))
        },
      },
      text,
    )
    buttons.push(button)
    return button
  })
  const mark = sentence.by === 'model' && html('small', { class: 'note' }, ' written by the model')
  return html('li', {}, html('p', {}, ...pieces, mark), place)
}
