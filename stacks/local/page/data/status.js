/** Where everything stands, asked for once a second for all of the page; a page in the background rests. */
import { ask } from './ask.js'
import { setServerTime } from './clock.js'

/** @import { Status } from './answers.ts' */

const LOOK_EVERY_MS = 1000

/** @type {Set<(status: Status) => void>} */
const watchers = new Set()
/** @type {Status | undefined} */
let latest

/**
 * Calls `show` with each status, at once where one is known.
 *
 * @param {(status: Status) => void} show
 * @param {AbortSignal} [signal] ends it
 */
export function watchStatus(show, signal) {
  watchers.add(show)
  signal?.addEventListener('abort', () => watchers.delete(show))
  if (latest) show(latest)
}

/** @param {(error: unknown) => void} explain gets each failure */
export async function followStatus(explain) {
  for (;;) {
    if (!document.hidden) await look().catch(explain)
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function look() {
  latest = await ask('show-status')
  setServerTime(latest.at)
  for (const show of watchers) show(latest)
}
