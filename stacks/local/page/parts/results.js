import { filterText, listReadings, readingText, withoutReading } from '../data/reading.js'
import { MOST_RESULTS } from '../data/search-address.js'
import { makeChips } from './chips.js'
import { html } from './dom.js'
import { makeFacets } from './facets.js'
import { makeFilterForm } from './filter-form.js'
import { makeNothing } from './nothing.js'
import { makeOrder } from './order.js'
import { makeProducts } from './products.js'
import { showAsOf, summaryOf } from './summary.js'

/** @import { SearchAnswer } from '../data/answers.ts' */
/** @import { FilterName, Filters, Search } from '../data/search-address.js' */
/** @import { Hooks } from './product-row.js' */

/**
 * What a search found, and what it may be narrowed down by.
 *
 * @param {object} hooks
 * @param {boolean} hooks.isWhole in its own view; elsewhere a link leads there
 * @param {(search: Partial<Search>) => void} hooks.change told what changes of the search
 * @param {Hooks} hooks.products
 * @param {() => void} hooks.showMore
 */
export function makeResults({ isWhole, change, products: hooks, showMore }) {
  /** @type {Search} */
  let asked = { query: '', filters: {}, limit: 0 }
  /** @param {Filters} filters those that change; undefined takes one away */
  const filter = filters => {
    const next = Object.entries({ ...asked.filters, ...filters }).filter(([, value]) => value !== undefined)
    change({ filters: Object.fromEntries(next) })
  }
  const summary = html('p', { class: 'summary', id: 'summary', tabindex: '-1' })
  const meant = html('p', { class: 'meant' })
  const chips = makeChips()
  const order = makeOrder(sort => change({ sort }))
  const products = makeProducts(hooks)
  let words = ''
  const nothing = makeNothing({
    clearFilters: () => change({ query: words, filters: {} }),
    showAll: () => change({ query: '', filters: {}, sort: undefined }),
  })
  const asOf = html('p', { class: 'fresh' })
  const form = makeFilterForm(filter)
  const facets = makeFacets((name, value) =>
    filter({ [name]: asked.filters[name] === value ? undefined : value }),
  )
  const aside = makeAside(isWhole && form.element, facets.element)
  const more = isWhole
    ? html('button', { type: 'button', class: 'quiet more', onclick: showMore }, 'Show more')
    : html('a', { class: 'quiet more' }, 'More results and filters')
  const element = html(
    'div',
    { class: 'answer', hidden: true },
    html(
      'div',
      { class: 'answer-head' },
      html('div', {}, summary, meant),
      isWhole && order.element,
      chips.element,
    ),
    html('div', { class: 'columns' }, aside, html('div', {}, nothing.element, products.element, more, asOf)),
  )

  /** @param {SearchAnswer} found */
  const chipsOf = ({ interpreted }) => [
    ...Object.entries(asked.filters).map(([name, value]) => ({
      text: filterText(name, value),
      isRead: false,
      remove: () => filter({ [/** @type {FilterName} */ (name)]: undefined }),
    })),
    ...listReadings(interpreted, asked).map(reading => ({
      text: readingText(reading),
      isRead: true,
      remove: () => change(withoutReading(asked, interpreted, reading)),
    })),
  ]

  return {
    element,

    /** @param {{ found: SearchAnswer, search: Search, isOther: boolean }} answer `isOther` where the query is another */
    show({ found, search, isOther }) {
      element.hidden = false
      const held = document.activeElement
      if (isOther) products.show([])
      asked = { ...search }
      words = found.interpreted.query
      summary.replaceChildren(...summaryOf(found, search.query))
      meant.replaceChildren(...didYouMean(found, query => change({ query })))
      nothing.show(found)
      chips.show(chipsOf(found))
      order.element.hidden = found.total < 2
      order.show({ own: search.sort, read: found.interpreted.sort })
      // Of everything there is nothing to say why it is there.
      const isAll = search.query.trim() === '' && Object.keys(search.filters).length === 0
      products.element.classList.toggle('all', isAll)
      products.show(found.results)
      facets.show({ facets: found.facets, filters: search.filters })
      showAsOf(asOf, found)
      more.hidden = found.results.length >= found.total || search.limit === MOST_RESULTS
      // What was pressed may be gone, as a filter's chip is.
      if (held && !held.checkVisibility()) summary.focus({ preventScroll: true })
    },

    /** What is asked for now: the filters' form and the link say the same. @param {Search} search @param {URLSearchParams} address */
    follow(search, address) {
      form.show(search.filters)
      if (more instanceof HTMLAnchorElement) more.href = `/search?${address}`
    },

    /** Says why there is no answer; what was found before stays. @param {string} why */
    explain(why) {
      element.hidden = false
      nothing.explain(why)
    },
  }
}

/** @param {SearchAnswer} found @param {(query: string) => void} search @returns {(Node | string)[]} */
function didYouMean({ didYouMean: query }, search) {
  if (!query) return []
  return [
    'Did you mean ',
    html('button', { type: 'button', class: 'link', onclick: () => search(query) }, query),
    '?',
  ]
}

/**
 * The filters: beside the results where there is room, and else behind a button.
 *
 * @param {...(HTMLElement | false)} filters
 */
function makeAside(...filters) {
  const panel = html('div', { class: 'panel', id: 'filters' }, ...filters)
  const button = html(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-expanded': 'false',
      'aria-controls': 'filters',
      onclick() {
        const isOpen = panel.classList.toggle('open')
        button.setAttribute('aria-expanded', String(isOpen))
      },
    },
    'Filters',
  )
  return html('aside', { class: 'facets', 'aria-label': 'Narrow the results down' }, button, panel)
}
