/** A search as an address holds it, so that it can be sent to somebody. */

/** @import { FacetName } from './answers.ts' */
/** @typedef {'category' | 'subcategory' | 'color' | 'priceMin' | 'priceMax' | 'inStock'} FilterName */
/** @typedef {Partial<Record<FilterName, string | number | boolean | undefined>>} Filters */
/** @typedef {'price' | '-price' | 'name' | '-name'} Sort */
/** What search-products is asked. @typedef {{ query: string, filters: Filters, limit: number, sort?: Sort | undefined }} Search */

/** The most that are shown: who wants more narrows them down. */
export const MOST_RESULTS = 500

/** @type {FacetName[]} */
const TEXTS = ['category', 'subcategory', 'color']
/** @type {('priceMin' | 'priceMax')[]} */
const PRICES = ['priceMin', 'priceMax']
/** @type {Sort[]} */
const SORTS = ['price', '-price', 'name', '-name']

/** @param {URLSearchParams} params @param {number} first results where the address does not say how many @returns {Search} */
export function readSearch(params, first) {
  /** @type {Filters} */
  const filters = {}
  for (const name of TEXTS) {
    const value = params.get(name)
    if (value) filters[name] = value
  }
  for (const name of PRICES) {
    const value = toPrice(params.get(name) ?? '')
    if (value !== undefined) filters[name] = value
  }
  if (params.has('inStock')) filters.inStock = params.get('inStock') !== 'false'
  const shown = Number(params.get('show'))
  return {
    query: params.get('q') ?? '',
    filters,
    sort: SORTS.find(sort => sort === params.get('sort')),
    limit: Number.isInteger(shown) && shown > 0 ? Math.min(shown, MOST_RESULTS) : first,
  }
}

/** @param {Search} search @param {number} first */
export function writeSearch({ query, filters, limit, sort }, first) {
  const params = new URLSearchParams()
  if (query) params.set('q', query)
  for (const [name, value] of Object.entries(filters)) params.set(name, String(value))
  if (sort) params.set('sort', sort)
  if (limit !== first) params.set('show', String(limit))
  return params
}

/** @param {string} text @returns {number | undefined} undefined for what is no price */
export function toPrice(text) {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : undefined
}
