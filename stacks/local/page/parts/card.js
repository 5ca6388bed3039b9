import { html } from './dom.js'

/** @import { Child } from './dom.js' */

/**
 * A titled box.
 *
 * @param {string} title
 * @param {{ note?: Child, more?: { href: string, text: string } }} head what stands beside the title
 * @param {...Child} children
 */
export function makeCard(title, { note, more }, ...children) {
  return html(
    'section',
    { class: 'card', 'aria-label': title },
    html(
      'div',
      { class: 'card-head' },
      html(
        'h2',
        {},
        more ? html('a', { class: 'card-link', href: more.href, title: more.text }, title) : title,
      ),
      note && html('p', { class: 'note' }, note),
    ),
    ...children,
  )
}
