import { ask } from './ask.js'
import { watchStatus } from './status.js'

/** @import { MartRows, Status } from './answers.ts' */

const RETRY_MS = 2000

/**
 * Reads a mart now and after each build. A read that failed is tried again.
 *
 * @param {{ mart: string, filters?: object, orderBy?: string, limit?: number }} input
 * @param {object} hooks
 * @param {AbortSignal} hooks.signal ends it
 * @param {(answer: MartRows) => void} hooks.show
 * @param {(error: unknown) => void} hooks.explain gets the failure, and undefined once a read has worked
 * @param {(status: Status) => void} hooks.missing told while there is no such mart
 */
export function followMart(input, { signal, show, explain, missing }) {
  /** @type {string | undefined} */
  let shownBuild
  let triedAt = 0
  /** @param {string} builtAt */
  const read = async builtAt => {
    triedAt = Date.now()
    try {
      const answer = await ask('read-mart', input, signal)
      shownBuild = builtAt
      triedAt = 0
      explain(undefined)
      show(answer)
    } catch (error) {
      if (!signal.aborted) explain(error)
    }
  }
  watchStatus(status => {
    const mart = status.marts.find(({ mart: name }) => name === input.mart)
    if (!mart) missing(status)
    else if (mart.builtAt !== shownBuild && Date.now() - triedAt > RETRY_MS) void read(mart.builtAt)
  }, signal)
}
