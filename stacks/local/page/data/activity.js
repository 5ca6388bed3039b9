/** Changes read per second of the last minute, by topic: they are noted whichever view is open. */

/** @import { Status } from './answers.ts' */

export const SECONDS_KEPT = 60

/** @type {Map<string, { rows: number, seconds: number[] }>} */
const byTopic = new Map()

/** @param {Status} status */
export function noteActivity({ tables }) {
  /** @type {Map<string, number>} */
  const rows = new Map()
  for (const table of tables) rows.set(table.topic, Math.max(rows.get(table.topic) ?? 0, table.rows))
  for (const [topic, now] of rows) {
    const known = byTopic.get(topic) ?? { rows: now, seconds: [] }
    known.seconds.push(Math.max(0, now - known.rows))
    if (known.seconds.length > SECONDS_KEPT) known.seconds.shift()
    known.rows = now
    byTopic.set(topic, known)
  }
}

/** The newest last. @param {string} topic */
export const activityOf = topic => byTopic.get(topic)?.seconds ?? []
