import { html } from './dom.js'

/**
 * A place of a view whose cards are made anew with each choice: what the cards before it were reading ends then.
 *
 * @param {import('../views.js').Visit} visit
 * @param {{ id: string, label: string, makeCards(visit: import('../views.js').Visit): Node[] }} what
 */
export function renewedPlace(visit, { id, label, makeCards }) {
  const element = html('div', {
    ...{ class: 'stack', id },
    ...{ tabindex: '-1', role: 'group', 'aria-label': label },
  })
  let shown = new AbortController()
  visit.signal.addEventListener('abort', () => shown.abort())
  return {
    element,
    show() {
      shown.abort()
      shown = new AbortController()
      element.replaceChildren(...makeCards({ ...visit, signal: shown.signal }))
    },
    /** What was pressed may be gone; from here the keyboard goes on. */
    keepFocus() {
      if (document.activeElement === document.body) element.focus({ preventScroll: true })
    },
  }
}

/**
 * Changes what an address asks for.
 *
 * @param {URLSearchParams} params
 * @param {Record<string, string>} changed an empty value takes one away
 */
export function changeParams(params, changed) {
  for (const [name, value] of Object.entries(changed))
    if (value === '') params.delete(name)
    else params.set(name, value)
}
