import { MOST_RESULTS } from '../data/search-address.js'
import { makeChips } from './chips.js'
import { html, setText } from './dom.js'
import { makeFacets } from './facets.js'
import { makeFilterForm } from './filter-form.js'
import { makeProducts } from './products.js'
import { showAsOf, summaryOf, whyNone } from './summary.js'

/** @import { SearchAnswer } from '../data/answers.ts' */
/** @import { FilterName, Filters, Search } from '../data/search-address.js' */

/**
 * What a search found, and what it may be narrowed down by.
 *
 * @param {object} hooks
 * @param {boolean} hooks.isWhole in its own view; elsewhere a link leads there
 * @param {(filters: Filters) => void} hooks.change told the filters that change
 * @param {(name: FilterName) => void} hooks.remove
 * @param {() => void} hooks.showMore
 */
export function makeResults({ isWhole, change, remove, showMore }) {
  /** @type {Filters} */
  let filters = {}
  const summary = html('p', { class: 'summary', id: 'summary' })
  const chips = makeChips(remove)
  const products = makeProducts()
  const none = html('p', { class: 'none' })
  const asOf = html('p', { class: 'fresh' })
  const form = makeFilterForm(change)
  const facets = makeFacets((name, value) => change({ [name]: filters[name] === value ? undefined : value }))
  const more = isWhole
    ? html('button', { type: 'button', class: 'quiet more', onclick: showMore }, 'Show more')
    : html('a', { class: 'quiet more' }, 'More results and filters')
  const element = html(
    'div',
    { class: 'answer', hidden: true },
    html('div', { class: 'answer-head' }, summary, chips.element),
    html(
      'div',
      { class: 'columns' },
      html('div', {}, none, products.element, more, asOf),
      html(
        'aside',
        { class: 'facets', 'aria-label': 'Narrow the results down' },
        isWhole && form.element,
        facets.element,
      ),
    ),
  )
  return {
    element,

    /** @param {{ found: SearchAnswer, search: Search, isOther: boolean }} answer `isOther` where the query is another */
    show({ found, search, isOther }) {
      element.hidden = false
      if (isOther) products.show([])
      filters = search.filters
      summary.replaceChildren(...summaryOf(found, search.query))
      none.hidden = found.results.length > 0
      setText(none, whyNone(found))
      chips.show({ applied: found.interpreted.filters, own: filters })
      // Of everything there is nothing to say why it is there.
      const isAll = search.query.trim() === '' && Object.keys(filters).length === 0
      products.element.classList.toggle('all', isAll)
      products.show(found.results)
      facets.show({ facets: found.facets, filters })
      showAsOf(asOf, found)
      more.hidden = found.results.length >= found.total || search.limit === MOST_RESULTS
    },

    /** What is asked for now: the filters' form and the link say the same. @param {Search} search @param {URLSearchParams} address */
    follow(search, address) {
      form.show(search.filters)
      if (more instanceof HTMLAnchorElement) more.href = `/search?${address}`
    },

    /** Says why there is no answer; what was found before stays. @param {string} why */
    explain(why) {
      element.hidden = false
      none.hidden = false
      setText(none, why)
    },
  }
}
