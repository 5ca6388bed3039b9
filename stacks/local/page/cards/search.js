import { messageOf, NoAnswer } from '../data/ask.js'
import { findProducts, findSimilar, findVariants, sendClick } from '../data/find-products.js'
import { MOST_RESULTS, readSearch, writeSearch } from '../data/search-address.js'
import { productSuggestions } from '../data/suggestions.js'
import { makeCombobox } from '../parts/combobox.js'
import { html, setText } from '../parts/dom.js'
import { makeResults } from '../parts/results.js'
import { announcementOf } from '../parts/summary.js'

/** @import { Suggestion } from '../data/answers.ts' */
/** @import { Search } from '../data/search-address.js' */
/** @import { Visit } from '../views.js' */

/** A pause in typing after which the search is sent: shorter than anybody waits, longer than between two keys. */
const TYPING_MS = 120
/** Results that are shown are asked for again this often: a price that changes at the source changes here. */
const REFRESH_MS = 2000
const STEP = 20

const EXAMPLES = ['warm gloves for winter rides', 'womans helmt', 'red road bike under 1000', 'HL-U509-B']

/** @type {Record<string, string>} */
const WHY_NOT = {
  gone: 'The server does not answer. This search is sent again until it does.',
  starting: 'The server is starting, or waits for its database. This search is sent again until it answers.',
}

/**
 * Search as you type, with its filters and results; the address holds it.
 *
 * @param {Visit} visit
 * @param {object} options
 * @param {number} options.first how many results there are at first
 * @param {boolean} options.isWhole in its own view: all products before anything is typed, and every filter
 */
export function searchCard({ params, signal, remember }, { first, isWhole }) {
  const search = readSearch(params, first)
  /** What the results are of. @type {{ search: Search, searchId: string } | undefined} */
  let shown
  let hasFailed = false
  /** @type {number | undefined} */
  let typing
  let inFlight = new AbortController()

  const field = makeCombobox({ query: search.query, source: productSuggestions, type, choose })
  const { input } = field
  const examples = html(
    'p',
    { class: 'examples' },
    html('span', {}, 'For example'),
    ...EXAMPLES.map(text => html('button', { type: 'button', onclick: () => searchFor(text) }, text)),
  )
  const announcer = html('p', { class: 'hidden', role: 'status' })
  const results = makeResults({
    isWhole,
    change,
    products: {
      opened: ({ productId }) => shown && sendClick(shown.searchId, productId),
      findVariants: async product => (shown ? findVariants(shown.search, product, shown.searchId) : []),
      findSimilar,
    },
    showMore() {
      search.limit = Math.min(search.limit + STEP, MOST_RESULTS)
      void find()
    },
  })

  /** @param {string} query */
  function type(query) {
    search.query = query
    search.limit = first
    results.follow(search, writeSearch(search, first))
    clearTimeout(typing)
    typing = setTimeout(find, TYPING_MS)
  }

  /** @param {string} text */
  function searchFor(text) {
    input.focus()
    change({ query: text, filters: {}, sort: undefined })
  }

  /** A category is a filter; everything else is words. @param {Suggestion} suggestion */
  function choose({ kind, text }) {
    if (kind !== 'category' && kind !== 'subcategory') change({ query: text })
    else change({ query: '', filters: { ...search.filters, [kind]: text } })
  }

  /** @param {Partial<Search>} changed */
  function change(changed) {
    Object.assign(search, changed, { limit: first })
    input.value = search.query
    void find('push')
  }

  /** A search that somebody asked for; an older one that is still under way is given up. @param {'push' | 'replace'} [how] */
  async function find(how = 'replace') {
    clearTimeout(typing)
    inFlight.abort()
    inFlight = new AbortController()
    const address = writeSearch(search, first)
    remember(address, how)
    results.follow(search, address)
    const isBlank = search.query.trim() === '' && Object.keys(search.filters).length === 0
    examples.hidden = !isBlank
    if (isBlank && !isWhole) {
      shown = undefined
      hasFailed = false
      results.element.hidden = true
      return
    }
    const asked = { ...search }
    try {
      const found = await findProducts(asked, { signal: inFlight.signal })
      const isOther = shown?.search.query !== asked.query
      shown = { search: asked, searchId: found.searchId }
      results.show({ found, search: asked, isOther })
      hasFailed = false
      setText(announcer, announcementOf(found))
    } catch (error) {
      if (!(error instanceof DOMException)) explain(error)
    }
  }

  /** The same search again, without telling screen readers and only while nothing else runs. */
  async function refresh() {
    if (document.hidden) return
    if (hasFailed) return find()
    if (shown?.search.query !== input.value) return
    const own = inFlight.signal
    const { search: asked, searchId } = shown
    const found = await findProducts(asked, { signal: own, searchId }).catch(() => undefined)
    if (found && !own.aborted) results.show({ found, search: asked, isOther: false })
  }

  /** What was found before stays. @param {unknown} error */
  function explain(error) {
    const reason = error instanceof NoAnswer ? error.reason : 'unknown'
    hasFailed = reason in WHY_NOT
    const stays = shown === undefined ? '' : ' What is shown was found before.'
    results.explain(`${WHY_NOT[reason] ?? `The search was refused: ${messageOf(error)}`}${stays}`)
  }

  /** @param {KeyboardEvent} event */
  function focusOnSlash(event) {
    const isTyping = event.target instanceof HTMLInputElement
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
  }

  document.addEventListener('keydown', focusOnSlash, { signal })
  const refreshing = setInterval(refresh, REFRESH_MS)
  signal.addEventListener('abort', () => {
    clearTimeout(typing)
    clearInterval(refreshing)
    inFlight.abort()
    field.close()
  })
  void find()
  return html(
    'section',
    { class: 'search' },
    html(
      'search',
      {},
      html(
        'form',
        {
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault()
            field.close()
            void find()
          },
        },
        field.element,
        examples,
      ),
    ),
    announcer,
    results.element,
  )
}
