/** Tables of all sources, each with what its two consumers have read of it. */

/** @import { ConsumerStatus, Status } from './answers.ts' */
/** @typedef {{ topic: string, name: string, rows: number, search?: ConsumerStatus, lake?: ConsumerStatus }} Table */

/** The two for which every table's freshness is shown. @type {Record<string, 'search' | 'lake'>} */
const CONSUMERS = { 'index-products': 'search', 'land-changes': 'lake' }

/** The system of what Cordage itself records. */
const OWN_SYSTEM = 'cordage'

/** @param {Status} status @returns {Table[]} */
export function tablesOf({ tables }) {
  const systemOf = (/** @type {string} */ topic) => topic.split('.')[1]
  const systems = new Set(tables.map(({ topic }) => systemOf(topic)).filter(system => system !== OWN_SYSTEM))
  const isNamed = (/** @type {string} */ topic) => systems.size > 1 || systemOf(topic) === OWN_SYSTEM
  /** @type {Map<string, Table>} */
  const byTopic = new Map()
  for (const row of tables) {
    const { topic } = row
    const table = byTopic.get(topic) ?? { topic, name: nameOf(topic, isNamed(topic)), rows: 0 }
    table.rows = Math.max(table.rows, row.rows)
    const consumer = CONSUMERS[row.consumer]
    if (consumer) table[consumer] = row
    byTopic.set(topic, table)
  }
  return [...byTopic.values()]
}

/** @param {string} topic @param {boolean} [withSystem] */
export function nameOf(topic, withSystem = false) {
  const [, system, ...name] = topic.split('.')
  if (name.length === 0) return topic
  return withSystem ? `${system} · ${name.join('.')}` : name.join('.')
}

/** @param {Status} status */
export const isBeingRead = ({ sources, tables }) =>
  tables.length === 0 ||
  sources.some(source => source.state === 'snapshot') ||
  tables.some(table => table.lagMs === null)
