/** What the server's functions answer, and what its silence means. */

/** A call that brought no answer. `reason`: gone, starting, sign_in, or the server's own word. */
export class NoAnswer extends Error {
  constructor(reason, status, detail) {
    super(detail)
    this.reason = reason
    this.status = status
  }
}

const REASONS = { 401: 'sign_in', 403: 'sign_in', 503: 'starting' }

/** Calls a function. @throws NoAnswer, or AbortError where `signal` aborts */
export async function ask(name, input = {}, { signal } = {}) {
  const response = await fetch(`/function/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    signal,
  }).catch(error => {
    if (error.name === 'AbortError') throw error
    throw new NoAnswer('gone', 0, 'the server does not answer')
  })
  const body = await response.json().catch(() => ({}))
  if (!response.ok)
    throw new NoAnswer(
      REASONS[response.status] ?? body.reason,
      response.status,
      body.detail ?? response.statusText,
    )
  return body
}

let clockOffsetMs = 0

/** Ages are told by the server's clock: a browser's may be minutes off. */
export function setServerTime(at) {
  clockOffsetMs = Date.parse(at) - Date.now()
}

export function ageMs(at) {
  return Math.max(0, Date.now() + clockOffsetMs - Date.parse(at))
}
