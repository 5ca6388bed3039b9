/** What a shop is divided into: categories and kinds of the index, territories of their mart. */
import { ask } from './ask.js'

/** @typedef {{ categories: string[], subcategories: string[], territories: { id: string, name: string }[] }} ShopParts */

const MOST_TERRITORIES = 500

/**
 * As far as they are known: before the first build there are no territories.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<ShopParts>}
 */
export async function readShopParts(signal) {
  const [facets, territories] = await Promise.all([
    ask('search-products', { limit: 1, searchId: newSearchId() }, signal).then(
      found => found.facets,
      nothing,
    ),
    // Also what is read after the status may not come, or be left.
    readTerritories(signal).catch(nothing),
  ])
  return {
    categories: facets?.category.map(({ value }) => value).sort() ?? [],
    subcategories: facets?.subcategory.map(({ value }) => value).sort() ?? [],
    territories: territories ?? [],
  }
}

const nothing = () => undefined

/** @param {AbortSignal} signal */
async function readTerritories(signal) {
  const { marts } = await ask('show-status', {}, signal)
  if (!marts.some(({ mart }) => mart === 'dim_territory')) return []
  const { rows } = await ask('read-mart', { mart: 'dim_territory', limit: MOST_TERRITORIES }, signal)
  return rows
    .map(({ territory_id: id, region }) => ({ id: String(id), name: String(region ?? id) }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** With it a call is not counted among what people search for. A page that came without TLS from elsewhere has none. */
export const newSearchId = () => ('randomUUID' in crypto ? crypto.randomUUID() : undefined)
