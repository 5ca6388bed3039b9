/** Clients who bought something within a year, by their ids: the page knows no more of them. */
import { ask } from './ask.js'

/** @import { MartRow } from './answers.ts' */
/** @typedef {{ clientId: string, purchases: number, lastOn: string, segment: string }} Client */

export const CLIENTS = 'agg_client_rfm'
/** After every other character. */
const LAST = '\uffff'
/** What most clients are found in: one who paid in several currencies is in several rows. */
const ROWS_PER_CLIENT = 3

const ORDERS = {
  purchases: '-purchase_count,-last_sold_date,client_id',
  last: '-last_sold_date,-purchase_count,client_id',
}

/**
 * @param {{ beginsWith?: string, by: keyof typeof ORDERS, limit: number }} asked
 * @param {AbortSignal} signal
 * @returns {Promise<Client[]>}
 */
export async function findClients({ beginsWith = '', by, limit }, signal) {
  const filters = {
    is_current: true,
    ...(beginsWith && { client_id: { gte: beginsWith, lt: `${beginsWith}${LAST}` } }),
  }
  const asked = { mart: CLIENTS, filters, orderBy: ORDERS[by], limit: limit * ROWS_PER_CLIENT }
  const { rows } = await ask('read-mart', asked, signal)
  /** @type {Map<string, Client>} */
  const clients = new Map()
  // A store may compare texts by other rules than by their characters.
  for (const client of rows.map(toClient))
    if (client.clientId.startsWith(beginsWith) && !clients.has(client.clientId))
      clients.set(client.clientId, client)
  return [...clients.values()].slice(0, limit)
}

/** @param {MartRow} row @returns {Client} */
const toClient = row => ({
  clientId: String(row.client_id),
  purchases: Number(row.purchase_count),
  lastOn: String(row.last_sold_date),
  segment: String(row.segment),
})
