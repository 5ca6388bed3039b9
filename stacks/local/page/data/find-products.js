import { ask } from './ask.js'
import { MOST_RESULTS } from './search-address.js'

/** @import { Product, SearchAnswer } from './answers.ts' */
/** @import { Search } from './search-address.js' */

/** The most that one call answers. */
const PAGE = 100
const SIMILAR = 6

/**
 * A search's answer, a result for each model, with as many results as are shown, asked for in pages. The later ones are of the same search, and so is
 * one that is asked again: only a search without an id is recorded.
 *
 * @param {Search} search
 * @param {{ signal: AbortSignal, searchId?: string | undefined }} options
 * @returns {Promise<SearchAnswer>}
 */
export async function findProducts({ limit, ...search }, { signal, searchId }) {
  const asked = { ...search, group: 'model' }
  const first = { ...asked, limit: Math.min(limit, PAGE), searchId }
  const found = await ask('search-products', first, signal)
  const results = new Map(found.results.map(product => [product.productId, product]))
  for (let offset = PAGE; offset < Math.min(limit, found.total); offset += PAGE) {
    const page = { ...asked, offset, limit: Math.min(limit - offset, PAGE), searchId: found.searchId }
    // A product that moved from one page to the next is there once.
    for (const product of (await ask('search-products', page, signal)).results)
      results.set(product.productId, product)
  }
  return { ...found, results: [...results.values()] }
}

/**
 * The other products of a result's model, in the order in which the same search finds them by themselves. They are looked for
 * among those of its kind, where they are.
 *
 * @param {Search} search
 * @param {Product} product
 * @param {string} searchId
 * @returns {Promise<Product[]>}
 */
export async function findVariants(search, { productId, variantIds, category, subcategory }, searchId) {
  const others = variantIds.filter(id => id !== productId)
  const filters = { ...search.filters, ...(category && { category }), ...(subcategory && { subcategory }) }
  const asked = { ...search, filters, limit: PAGE, searchId }
  /** @type {Product[]} */
  const found = []
  let total = PAGE
  for (
    let offset = 0;
    found.length < others.length && offset < Math.min(total, MOST_RESULTS);
    offset += PAGE
  ) {
    const page = await ask('search-products', { ...asked, offset })
    found.push(...page.results.filter(result => others.includes(result.productId)))
    total = page.total
  }
  return found
}

/** What is like a product, one of each model. @param {string} productId */
export const findSimilar = async productId =>
  (await ask('search-products', { similarTo: productId, group: 'model', limit: SIMILAR })).results

/**
 * Says that a found product was opened. Nobody waits for it, and nothing depends on it.
 *
 * @param {string} searchId
 * @param {string} productId
 */
export function sendClick(searchId, productId) {
  const body = JSON.stringify({ searchId, productId, action: 'click' })
  navigator.sendBeacon('/function/search-feedback', new Blob([body], { type: 'application/json' }))
}
