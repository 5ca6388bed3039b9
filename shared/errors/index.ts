/**
 * The three kinds of failure (docs/architecture.md, "From bus to function"):
 * bad input is refused or parked at once, an outage is retried, anything else is unknown.
 */

/** Fixed snake_case word that becomes a metric label and a parked message's reason. */
export type Reason = string

/** The caller's fault. Over HTTP it is `status` with `detail`; in a batch the message is parked with `reason`. */
export class BadInputError extends Error {
  override readonly name: string = 'BadInputError'
  readonly status: number
  readonly reason: Reason
  /** Path of the offending field, such as `filters.priceMax`, where one can be named. */
  readonly field: string | undefined

  constructor(
    detail: string,
    options: { status?: number; reason?: Reason; field?: string; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause })
    this.status = options.status ?? 400
    this.reason = options.reason ?? 'bad_input'
    this.field = options.field
  }
}

/** Names what is missing: an unknown mart, product or function. */
export class NotFoundError extends BadInputError {
  override readonly name = 'NotFoundError'
  constructor(detail: string, options: { field?: string; cause?: unknown } = {}) {
    super(detail, { ...options, status: 404, reason: 'not_found' })
  }
}

/** A system we depend on does not answer. Retried with growing delay, never parked. Over HTTP: 503. */
export class OutageError extends Error {
  override readonly name = 'OutageError'
  readonly system: string
  constructor(system: string, detail: string, options: { cause?: unknown } = {}) {
    super(`${system}: ${detail}`, options)
    this.system = system
  }
}

/**
 * Work that failed in a way that the caller can act on: a test of a build, a mart that
 * cannot be published. Over HTTP: 500 with the message, which holds no value of a person.
 */
export class FailedError extends Error {
  override readonly name = 'FailedError'
  readonly reason: Reason
  constructor(message: string, options: { reason: Reason; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.reason = options.reason
  }
}

/** Wrong settings, sources or rights, found at start. The process prints the message on one line and exits 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The lease under which this process writes was taken by another; its write was refused. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/** The message of anything thrown, with the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own =
    error instanceof AggregateError && !error.message
      ? error.errors.map(describeError).join('; ')
      : error.message
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`
}

const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOSPC',
])
// SQLSTATE classes: 08 connection, 53 resources, 57P operator intervention, 55P03 lock timeout, 40 serialization or deadlock,
// 25P03 a transaction that was idle for too long.
const OUTAGE_SQLSTATE = /^(08|53|57P|40|55P03|25P03)/
const OUTAGE_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|server closed the connection/i

/** Whether trying the same thing again later can help. */
export function isOutage(error: unknown): boolean {
  if (error instanceof OutageError) return true
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && (OUTAGE_CODES.has(code) || OUTAGE_SQLSTATE.test(code))) return true
  return OUTAGE_MESSAGE.test(error.message) || (error.cause !== undefined && isOutage(error.cause))
}

/** Where an error came from, for the log; an outage's stack says nothing. */
export function stackOf(error: unknown): string | undefined {
  return error instanceof Error && !isOutage(error) ? error.stack : undefined
}
