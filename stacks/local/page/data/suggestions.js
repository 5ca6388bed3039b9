/** What a combobox offers while somebody types, and what is said beside each. */
import { ask } from './ask.js'
import { findClients } from './clients.js'
import { count, plural } from './format.js'
import { clientInWords } from './proposition-words.js'

/** @import { Client } from './clients.js' */
/** @import { Ranges, Suggestion } from './answers.ts' */
/**
 * @template {{ text: string, ranges: Ranges }} Found
 * @typedef {object} Source
 * @property {(typed: string, signal: AbortSignal) => Promise<Found[]>} find of a text without blanks around it, which may be empty
 * @property {(found: Found) => string} noteOf
 */

const MOST = 6
const MAX_TYPED = 200
/** Words are counted up to here. */
const MOST_COUNTED = 500

/** @type {Record<Suggestion['kind'], string>} */
const KINDS = {
  category: 'Category, ',
  subcategory: 'Kind, ',
  model: '',
  product: 'Product',
  word: '',
  identifier: 'Number',
}

/** Products, and what they have in common. @type {Source<Suggestion>} */
export const productSuggestions = {
  async find(typed, signal) {
    if (typed === '') return []
    const query = typed.slice(0, MAX_TYPED)
    return (await ask('suggest-products', { query, limit: MOST }, signal)).suggestions
  },
  noteOf({ kind, count: products }) {
    if (kind === 'product' || kind === 'identifier') return KINDS[kind]
    const many = products === MOST_COUNTED ? `${count(products)}+ products` : plural(products, 'product')
    return `${KINDS[kind]}${many}`
  },
}

/** Clients by the beginning of their ids, those who buy most first. @type {Source<Client & { text: string, ranges: Ranges }>} */
export const clientSuggestions = {
  async find(typed, signal) {
    const clients = await findClients({ beginsWith: typed, by: 'purchases', limit: MOST }, signal)
    return clients.map(client => ({ ...client, text: client.clientId, ranges: [[0, typed.length]] }))
  },
  noteOf: clientInWords,
}
