/** Opens the view of the address: at the start, where a link is followed, and back and forward. */

import { byId } from './layout.js'
import { html } from './parts/dom.js'

/** @import { View } from './views.js' */

/** @param {View[]} views */
export function startRouter(views) {
  const place = byId('view')
  const heading = byId('heading')
  const links = views.map(({ address, name }) => html('a', { href: address }, name))
  byId('views').append(...links.map(link => html('li', {}, link)))
  /** @type {View | undefined} */
  let current
  let visit = new AbortController()

  const open = () => {
    const view = views.find(({ address }) => address === location.pathname)
    if (!view) return
    const isOther = view !== current
    visit.abort()
    visit = new AbortController()
    document.title = view.address === '/' ? 'Cordage' : `${view.name} – Cordage`
    heading.textContent = view.heading
    for (const [at, link] of links.entries())
      if (views[at] === view) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    place.replaceChildren(
      ...view.open({ params: new URLSearchParams(location.search), signal: visit.signal, remember }),
    )
    // What was pressed may be gone with what was shown.
    const isLost = document.activeElement === document.body
    if (current && (isOther || isLost)) heading.focus({ preventScroll: true })
    current = view
  }

  document.addEventListener('click', event => {
    const link = event.target instanceof Element && event.target.closest('a')
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return
    const isView = views.some(({ address }) => address === link.pathname)
    if (link.origin !== location.origin || !isView || link.hash) return
    event.preventDefault()
    if (link.href !== location.href) history.pushState(null, '', link.href)
    open()
    scrollTo(0, 0)
  })
  addEventListener('popstate', () => {
    // An anchor within the open view is no navigation.
    if (location.hash === '') open()
  })
  open()
}

/** @param {URLSearchParams} params @param {'push' | 'replace'} [how] */
function remember(params, how = 'replace') {
  const address = params.size > 0 ? `?${params}` : location.pathname
  if (how === 'push') history.pushState(null, '', address)
  else history.replaceState(null, '', address)
}
