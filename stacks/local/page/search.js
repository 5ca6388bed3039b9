import { ageMs, ask } from './ask.js'
import { byId, html, setText, showList } from './dom.js'
import { count, durationInWords, exactTime, plural, price } from './format.js'

/** A pause in typing after which the search is sent: shorter than anybody waits, longer than between two keys. */
const TYPING_MS = 120
/** Results that are shown are asked for again this often: a price that changes at the source changes here. */
const REFRESH_MS = 2000
const FIRST_RESULTS = 8
const MOST_RESULTS = 100
const FACET_VALUES = 7

const EXAMPLES = ['warm gloves for winter rides', 'womans helmt', 'red road bike under 1000', 'HL-U509-B']
const FACETS = { category: 'Category', subcategory: 'Kind', color: 'Colour' }
const WAYS = {
  identifier: ['number', 'Its product number or name is what you typed'],
  words: ['words', 'The words are in its texts'],
  meaning: ['meaning', 'It is about the same, in other words'],
  filters: ['filter', 'It passes the filters'],
}
const SWATCHES = {
  black: '#2a2a2a',
  red: '#c33b32',
  blue: '#3a6fb5',
  silver: '#b9bec4',
  white: '#ffffff',
  yellow: '#e3b93b',
  grey: '#8b9096',
}

let filters = {}
let limit = FIRST_RESULTS
let typing
let inFlight
let hasFailed = false
let shown

export function startSearch() {
  const input = byId('query')
  byId('search-form').addEventListener('submit', event => {
    event.preventDefault()
    clearTimeout(typing)
    void search()
  })
  input.addEventListener('input', () => {
    clearTimeout(typing)
    limit = FIRST_RESULTS
    typing = setTimeout(search, TYPING_MS)
  })
  document.addEventListener('keydown', event => {
    const isTyping = event.target instanceof HTMLInputElement
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
  })
  byId('examples').append(
    ...EXAMPLES.map(text => html('button', { type: 'button', onclick: () => searchFor(text) }, text)),
  )
  byId('more').addEventListener('click', () => {
    limit = Math.min(limit + 20, MOST_RESULTS)
    void search()
  })
  const address = new URLSearchParams(location.search)
  input.value = address.get('q') ?? ''
  for (const name of Object.keys(FACETS)) if (address.get(name)) filters[name] = address.get(name)
  if (input.value || Object.keys(filters).length > 0) void search()
  setInterval(refresh, REFRESH_MS)
}

function searchFor(text) {
  byId('query').value = text
  byId('query').focus()
  filters = {}
  limit = FIRST_RESULTS
  void search()
}

/** A search that somebody asked for; an older one that is still under way is given up. */
async function search() {
  const query = byId('query').value
  remember(query)
  inFlight?.abort()
  if (query.trim() === '' && Object.keys(filters).length === 0) {
    shown = undefined
    byId('answer').hidden = true
    byId('examples').hidden = false
    return
  }
  byId('examples').hidden = true
  inFlight = new AbortController()
  try {
    const answer = await ask('search-products', { query, limit, filters }, { signal: inFlight.signal })
    const isOther = shown?.query !== query
    shown = { query }
    hasFailed = false
    show(answer, query, isOther)
    setText(byId('announcer'), announce(answer))
  } catch (error) {
    if (error.name !== 'AbortError') explain(error)
  }
}

/** The same search again, without a word to screen readers and only while nothing else is going on. */
async function refresh() {
  if (hasFailed && !document.hidden) return search()
  if (!shown || document.hidden || shown.query !== byId('query').value) return
  const query = shown.query
  const { signal } = inFlight
  await ask('search-products', { query, limit, filters }, { signal }).then(
    answer => {
      if (shown?.query === query && !signal.aborted) show(answer, query, false)
    },
    () => {},
  )
}

/** The address bar holds the search, so that it can be sent to somebody. */
function remember(query) {
  const address = new URLSearchParams({ ...(query && { q: query }), ...filters })
  history.replaceState(null, '', address.size > 0 ? `?${address}` : location.pathname)
}

const announce = ({ results }) =>
  results.length === 0
    ? 'No product found'
    : `${plural(results.length, 'product')} shown, the best first: ${results[0].name}`

function show(answer, query, isOther) {
  byId('answer').hidden = false
  showSummary(answer, query)
  showFilters(answer.interpreted.filters)
  showProducts(answer.results, isOther)
  showFacets(answer.facets)
  showFreshness(answer)
  byId('more').hidden = answer.results.length < limit || limit >= MOST_RESULTS
}

function showSummary({ results, interpreted, tookMs, asOf }, query) {
  const corrected = interpreted.corrected
  const parts = [
    corrected
      ? html(
          'span',
          {},
          'Searched for ',
          html('strong', {}, corrected),
          `, the nearest words in the catalogue to “${query.slice(0, 100)}”. `,
        )
      : '',
    results.length > 0
      ? `The best ${plural(results.length, 'product')}, in ${tookMs < 10 ? tookMs.toFixed(1) : count(tookMs)} ms`
      : '',
  ]
  byId('summary').replaceChildren(...parts.filter(Boolean))
  const none = byId('none')
  none.hidden = results.length > 0
  if (results.length === 0) setText(none, whyNone(interpreted, asOf))
}

function whyNone({ filters: applied }, asOf) {
  if (asOf.changedAt === null) return 'No product yet: the source is being read for the first time.'
  return Object.keys(applied).length > 0
    ? 'No product fits these words and filters. Remove a filter, or use other words.'
    : 'No product fits. Try other words: search knows what a text is about, so plain English will do.'
}

/** Filters in force, those that were read from the query among them; what was clicked can be removed. */
function showFilters(applied) {
  const chips = Object.entries(applied).map(([name, value]) => ({
    name,
    value,
    text: filterText(name, value),
  }))
  showList(
    byId('chips'),
    chips,
    chip => `${chip.name} ${chip.value}`,
    ({ name, text }) =>
      name in filters
        ? html(
            'button',
            {
              type: 'button',
              class: 'chip',
              'aria-label': `Remove the filter ${text}`,
              onclick: () => toggle(name),
            },
            text,
            html('span', { 'aria-hidden': 'true' }, ' ×'),
          )
        : html('span', { class: 'chip read', title: 'Read from your query' }, text),
  )
}

function filterText(name, value) {
  if (name === 'priceMin') return `from ${price(value)}`
  if (name === 'priceMax') return `up to ${price(value)}`
  if (name === 'inStock') return value ? 'in stock' : 'not in stock'
  return `${FACETS[name] ?? name}: ${value}`
}

function toggle(name, value) {
  if (filters[name] === value || value === undefined) delete filters[name]
  else filters[name] = value
  limit = FIRST_RESULTS
  byId('query').focus({ preventScroll: true })
  void search()
}

function showProducts(results, isOther) {
  if (isOther) byId('products').replaceChildren()
  showList(byId('products'), results, product => product.productId, makeProduct, updateProduct)
}

function makeProduct() {
  return html(
    'li',
    {},
    html('div', { class: 'what' }, html('p', { class: 'name' }), html('p', { class: 'about' })),
    html('span', { class: 'color' }),
    html('span', { class: 'ways' }),
    html('span', { class: 'price' }, html('span', { class: 'now' }), html('span', { class: 'was' })),
  )
}

function updateProduct(item, product, isNew) {
  const kind = [product.category, product.subcategory].filter(Boolean).join(' › ')
  setText(item.querySelector('.name'), product.name ?? '(no name)')
  setText(item.querySelector('.about'), [product.sku, kind].filter(Boolean).join('   '))
  showColor(item.querySelector('.color'), product.color)
  showList(
    item.querySelector('.ways'),
    product.matched,
    way => way,
    way => {
      const [word, title] = WAYS[way] ?? [way, '']
      return html('span', { class: 'way', title }, word)
    },
  )
  const now = item.querySelector('.now')
  const before = now.textContent
  const after = product.listPrice === null ? '' : price(product.listPrice)
  setText(now, after)
  if (isNew || before === after) return
  setText(item.querySelector('.was'), before ? `was ${before}` : '')
  item.classList.remove('changed')
  void item.offsetWidth
  item.classList.add('changed')
}

function showColor(place, color) {
  if (place.dataset.color === (color ?? '')) return
  place.dataset.color = color ?? ''
  if (!color) return place.replaceChildren()
  const swatch = html('i', {
    class: color.toLowerCase() === 'multi' ? 'swatch multi' : 'swatch',
    'aria-hidden': 'true',
  })
  const known = SWATCHES[color.toLowerCase()]
  if (known) swatch.style.backgroundColor = known
  place.replaceChildren(swatch, html('span', {}, color))
}

function showFacets(facets) {
  const groups = Object.keys(FACETS).filter(name => facets[name]?.length > 0)
  showList(
    byId('facets'),
    groups,
    name => name,
    name => html('div', { class: 'facet' }, html('h2', {}, FACETS[name]), html('ul', { class: 'plain' })),
    (group, name) =>
      showList(
        group.lastElementChild,
        facets[name].slice(0, FACET_VALUES),
        facet => facet.value,
        facet => makeFacet(name, facet),
        (item, facet) => {
          const button = item.firstElementChild
          button.setAttribute('aria-pressed', String(filters[name] === facet.value))
          setText(button.lastElementChild, count(facet.count))
        },
      ),
  )
}

function makeFacet(name, { value }) {
  return html(
    'li',
    {},
    html(
      'button',
      { type: 'button', onclick: () => toggle(name, value) },
      html('span', { class: 'value' }, value),
      html('span', { class: 'count' }),
    ),
  )
}

function showFreshness({ asOf }) {
  setText(
    byId('as-of'),
    asOf.changedAt
      ? `Holds every change made at the source up to ${exactTime(asOf.changedAt)}, ${durationInWords(ageMs(asOf.changedAt))} ago. Prices here follow the source.`
      : 'The source is still being read for the first time: more products will come.',
  )
}

function explain(error) {
  byId('answer').hidden = false
  byId('products').replaceChildren()
  byId('facets').replaceChildren()
  byId('chips').replaceChildren()
  byId('summary').replaceChildren()
  byId('more').hidden = true
  setText(byId('as-of'), '')
  const none = byId('none')
  none.hidden = false
  shown = undefined
  hasFailed = error.reason in WHY_NOT
  setText(none, WHY_NOT[error.reason] ?? `The search was refused: ${error.message}`)
}

const WHY_NOT = {
  gone: 'The server does not answer. This search is sent again until it does.',
  starting: 'The server is starting, or waits for its database. This search is sent again until it answers.',
}
