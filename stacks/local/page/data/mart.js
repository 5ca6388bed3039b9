import { ask } from './ask.js'
import { watchStatus } from './status.js'

/** @import { MartRows, Status } from './answers.ts' */

const RETRY_MS = 2000

/**
 * Reads a mart now and after each build. A read that failed is tried again.
 *
 * @param {{ mart: string, filters?: object, orderBy?: string, limit?: number }} input
 * @param {Hooks<MartRows>} hooks
 */
export const followMart = (input, hooks) =>
  followBuilds(input.mart, signal => ask('read-mart', input, signal), hooks)

/**
 * @template Answer
 * @typedef {object} Hooks
 * @property {AbortSignal} signal ends it
 * @property {(answer: Answer) => void} show
 * @property {(error: unknown) => void} explain gets the failure, and undefined once a read has worked
 * @property {(status: Status) => void} missing told while there is no such mart
 */

/**
 * Reads what is made of a mart now and after each build. A read that failed is tried again.
 *
 * @template Answer
 * @param {string} mart
 * @param {(signal: AbortSignal) => Promise<Answer>} readAnswer
 * @param {Hooks<Answer>} hooks
 */
export function followBuilds(mart, readAnswer, { signal, show, explain, missing }) {
  /** @type {string | undefined} */
  let shownBuild
  let triedAt = 0
  /** @param {string} builtAt */
  const read = async builtAt => {
    triedAt = Date.now()
    try {
      const answer = await readAnswer(signal)
      shownBuild = builtAt
      triedAt = 0
      explain(undefined)
      show(answer)
    } catch (error) {
      if (!signal.aborted) explain(error)
    }
  }
  watchStatus(status => {
    const published = status.marts.find(({ mart: name }) => name === mart)
    if (!published) missing(status)
    else if (published.builtAt !== shownBuild && Date.now() - triedAt > RETRY_MS) void read(published.builtAt)
  }, signal)
}
