import { ask } from './ask.js'

/** @import { SearchAnswer } from './answers.ts' */
/** @import { Search } from './search-address.js' */

/** The most that one call answers. */
const PAGE = 100

/**
 * A search's answer with as many results as are shown, asked for in pages. The later ones are of the same search, and so is
 * one that is asked again: only a search without an id is recorded.
 *
 * @param {Search} search
 * @param {{ signal: AbortSignal, searchId?: string | undefined }} options
 * @returns {Promise<SearchAnswer>}
 */
export async function findProducts({ limit, ...search }, { signal, searchId }) {
  const asked = { ...search, limit: Math.min(limit, PAGE), searchId }
  const found = await ask('search-products', asked, signal)
  const results = new Map(found.results.map(product => [product.productId, product]))
  for (let offset = PAGE; offset < Math.min(limit, found.total); offset += PAGE) {
    const page = { ...search, offset, limit: Math.min(limit - offset, PAGE), searchId: found.searchId }
    // A product that moved from one page to the next is there once.
    for (const product of (await ask('search-products', page, signal)).results)
      results.set(product.productId, product)
  }
  return { ...found, results: [...results.values()] }
}

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
