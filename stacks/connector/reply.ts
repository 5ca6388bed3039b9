import type { BatchResult, Problem } from '../../shared/contract/index.ts'

/** What came back from a function: 200 with one result per event, or the status of its refusal and what it says. */
export type Delivery = Omit<Reply, 'body'> & { results: BatchResult[]; detail?: string }

/** A function's reply to one request. */
export type Reply = {
  status: number
  body: unknown
  /** The problem's fixed word, where it was the function that answered. */
  reason?: string
  /** The function's Retry-After. */
  retryAfterMs?: number
}

/**
 * Statuses that say nothing about what was sent: the function does not exist, does not know us, is overloaded, or is not
 * reached. They are retried; so are redirects, which nobody follows.
 */
const OUTAGE_STATUS = new Set([401, 403, 404, 405, 407, 408, 409, 410, 415, 421, 425, 429, 502, 503])

/** What needs other settings and not waiting. */
const ADVICE = new Map([
  [401, 'look at FUNCTIONS_TOKEN'],
  [403, 'check FUNCTIONS_TOKEN and its roles'],
  [404, 'check FUNCTION_URLS'],
  [405, 'check FUNCTION_URLS'],
  [415, 'check FUNCTION_URLS'],
])

/** Why an event is parked whose function refuses it even alone. */
const REFUSALS = new Map([
  [400, 'malformed_event'],
  [413, 'too_large'],
])

export type Verdict =
  /** It came through. */
  | 'done'
  /** Waiting helps. */
  | 'outage'
  /** What was sent is too much at once; less may come through. */
  | 'too_much'
  /** What was sent will never be taken. */
  | 'refused'
  | 'unknown'

/** What a reply means, whether from the function or from a proxy in front of it. */
export function judge({ status, reason }: Pick<Delivery, 'status' | 'reason'>): Verdict {
  if (status < 300) return 'done'
  if (status < 400 || OUTAGE_STATUS.has(status)) return 'outage'
  if (status === 413 || (status === 504 && reason !== 'time_limit')) return 'too_much'
  return status < 500 ? 'refused' : 'unknown'
}

/** The fixed word for which an event is parked that was refused alone, or that failed alone as often as it may. */
export function reasonOf(status: number): string {
  return REFUSALS.get(status) ?? (status >= 400 && status < 500 ? `http_${status}` : 'unknown_error')
}

/** A failure in one line: what its problem document says (RFC 9457), and the trace id under which logs have more. */
export function describeReply({ status, body }: Pick<Reply, 'status' | 'body'>): string {
  const { title, detail, errors, traceId } = (
    typeof body === 'object' && body ? body : {}
  ) as Partial<Problem>
  const listed = (Array.isArray(errors) ? errors : []).map(one => `${one.field}: ${one.detail}`)
  const more = listed.filter(one => !detail?.includes(one))
  const said = [title, detail, ...more, ADVICE.get(status)].filter(Boolean).join(': ')
  return traceId ? `${said} (trace id ${traceId})` : said
}

/** A delay in whole seconds, or a date. */
export function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : undefined
}

/** The longest delay that one header can cause. */
const MAX_RETRY_AFTER_MS = 5 * 60_000
