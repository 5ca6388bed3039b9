/** What search-products has read in a query beside its words, and the same search without a part of it. */
import { price } from './format.js'

/** @import { Interpreted } from './answers.ts' */
/** @import { FilterName, Filters, Search, Sort } from './search-address.js' */
/** @typedef {{ kind: 'filter', name: FilterName, value: string | number | boolean } | { kind: 'sort', value: Sort } | { kind: 'not', value: string }} Reading */

/** @type {Record<string, string>} */
export const FACETS = { category: 'Category', subcategory: 'Kind', color: 'Colour' }

/** @type {Record<Sort, string>} */
export const ORDERS = {
  price: 'cheapest first',
  '-price': 'most expensive first',
  name: 'by name, A to Z',
  '-name': 'by name, Z to A',
}

/** @param {Interpreted} interpreted @param {Search} search @returns {Reading[]} */
export function listReadings({ filters, sort, not }, search) {
  const names = /** @type {FilterName[]} */ (Object.keys(filters))
  return [
    ...names
      .filter(name => !(name in search.filters))
      .map(name => ({ kind: /** @type {const} */ ('filter'), name, value: filters[name] ?? '' })),
    ...(sort && !search.sort ? [{ kind: /** @type {const} */ ('sort'), value: sort }] : []),
    ...not.map(value => ({ kind: /** @type {const} */ ('not'), value })),
  ]
}

/** @param {Reading} reading */
export function readingText(reading) {
  if (reading.kind === 'filter') return filterText(reading.name, reading.value)
  return reading.kind === 'sort' ? ORDERS[reading.value] : `not ${reading.value}`
}

/** @param {string} name @param {unknown} value */
export function filterText(name, value) {
  if (name === 'priceMin') return `from ${price(Number(value))}`
  if (name === 'priceMax') return `up to ${price(Number(value))}`
  if (name === 'inStock') return value ? 'in stock' : 'not in stock'
  return `${FACETS[name] ?? name}: ${value}`
}

/**
 * The query's words alone. What else was read in it, but the part that is taken away, is said outside of it: as a filter or
 * an order of the search; a refusal stays in words, for a search has no other way to say it.
 *
 * @param {Search} search
 * @param {Interpreted} interpreted
 * @param {Reading} removed
 * @returns {Pick<Search, 'query' | 'filters' | 'sort'>}
 */
export function withoutReading(search, interpreted, removed) {
  let { query } = interpreted
  /** @type {Filters} */
  const filters = { ...search.filters }
  let { sort } = search
  for (const reading of listReadings(interpreted, search)) {
    if (readingText(reading) === readingText(removed)) continue
    if (reading.kind === 'sort') sort = reading.value
    else if (reading.kind === 'not') query += ` not ${reading.value}`
    else if (isSeveral(reading.value)) query = `${shortest(String(reading.value))} ${query}`
    else filters[reading.name] = reading.value
  }
  return { query: query.trim(), filters, sort }
}

/** A colour in words may be several of the catalogue's: "silver, silver/black". A filter is one. */
const isSeveral = (/** @type {unknown} */ value) => typeof value === 'string' && value.includes(', ')
const shortest = (/** @type {string} */ values) =>
  values.split(', ').reduce((best, value) => (value.length < best.length ? value : best))
