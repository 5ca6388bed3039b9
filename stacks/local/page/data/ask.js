/** Calls to the server's functions, and what a missing answer means. */

/** @import { Answers } from './answers.ts' */

/**
 * A call that brought no answer. `reason`: gone, starting, sign_in, or the server's own word. `isFinal` where the same call will be
 * refused again until something changes.
 */
export class NoAnswer extends Error {
  /** @param {string} reason @param {string} detail @param {number} [status] of HTTP, where one came */
  constructor(reason, detail, status) {
    super(detail)
    this.reason = reason
    this.isFinal = status === 400 || status === 404
  }
}

/** @type {Record<number, string>} */
const REASONS = { 401: 'sign_in', 403: 'sign_in', 503: 'starting' }

/**
 * Calls a function. @throws NoAnswer, or AbortError where `signal` aborts
 *
 * @template {keyof Answers} Name
 * @param {Name} name
 * @param {object} [input]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answers[Name]>}
 */
export async function ask(name, input = {}, signal) {
  const response = await fetch(`/function/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    signal: signal ?? null,
  }).catch(error => {
    if (signal?.aborted) throw error
    throw new NoAnswer('gone', 'the server does not answer')
  })
  const body = await response.json().catch(error => {
    if (signal?.aborted) throw error
    return {}
  })
  if (!response.ok)
    throw new NoAnswer(
      REASONS[response.status] ?? body.reason ?? 'unknown',
      body.detail ?? response.statusText,
      response.status,
    )
  return body
}

/** What went wrong, in the words that a reader is shown. @param {unknown} error */
export const messageOf = error => (error instanceof Error ? error.message : String(error))
