import { html } from './dom.js'

/**
 * Addresses to choose from, of which one is open.
 *
 * @param {string} label
 * @param {{ text: string, href: string, isChosen: boolean }[]} options
 */
export function makeChoice(label, options) {
  return html(
    'nav',
    { class: 'choice', 'aria-label': label },
    ...options.map(({ text, href, isChosen }) =>
      html('a', { href, 'aria-current': isChosen && 'true' }, text),
    ),
  )
}
