import { html, setText } from './dom.js'
import { makeList } from './list.js'

/** @import { Part } from './dom.js' */
/** What the results are narrowed down by. @typedef {{ text: string, isRead: boolean, remove: () => void }} Chip */

/**
 * Filters in force, what was read in the query among them; each can be removed.
 *
 * @returns {Part<Chip[]>}
 */
export const makeChips = () =>
  makeList(
    html('ul', { class: 'chips', 'aria-label': 'Narrowed down by' }),
    (/** @type {Chip} */ { text, isRead }) => `${text} ${isRead}`,
    makeChip,
  )

/** @param {Chip} made @returns {Part<Chip>} */
function makeChip(made) {
  let chip = made
  const text = html('span')
  const button = html(
    'button',
    {
      type: 'button',
      class: made.isRead ? 'chip read' : 'chip',
      title: made.isRead && 'Read from your query',
      onclick: () => chip.remove(),
    },
    text,
    html('span', { 'aria-hidden': 'true' }, ' ×'),
  )
  return {
    element: html('li', {}, button),
    show(next) {
      chip = next
      setText(text, chip.text)
      button.setAttribute('aria-label', `Remove the filter ${chip.text}`)
    },
  }
}
