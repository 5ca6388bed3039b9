import { BadInputError, FailedError, isOutage } from '../errors/index.ts'
import { InvalidInputError } from './input.ts'

/** No standard has a status for it; proxies log this one. Nobody reads it, but metrics count it. */
const CALLER_GONE = 499

/** It is still starting, or already stopping. */
export class UnavailableError extends Error {}
export class TimeLimitError extends Error {}
export class CallerGoneError extends BadInputError {
  constructor() {
    super('the caller disconnected', { status: CALLER_GONE, reason: 'caller_gone' })
  }
}

export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  reason: string
  errors?: { field: string; detail: string }[]
  traceId: string
}

/** RFC 9457. For 5xx the caller gets a fixed text and the trace id; the cause is in the log, unless the error is marked for the caller. */
export function toProblem(error: unknown, traceId: string): Problem {
  const type = 'about:blank'
  if (error instanceof InvalidInputError)
    return {
      type,
      title: 'Bad input',
      status: 400,
      detail: error.message,
      reason: error.reason,
      errors: error.problems,
      traceId,
    }
  if (error instanceof BadInputError) {
    const errors =
      error.field === undefined ? {} : { errors: [{ field: error.field, detail: error.message }] }
    return {
      type,
      title: TITLES[error.status] ?? 'Bad input',
      status: error.status,
      detail: error.message,
      reason: error.reason,
      ...errors,
      traceId,
    }
  }
  if (error instanceof TimeLimitError)
    return {
      type,
      title: 'Time limit',
      status: 504,
      detail: `the call ${error.message}`,
      reason: 'time_limit',
      traceId,
    }
  if (error instanceof UnavailableError || isOutage(error))
    return {
      type,
      title: 'Unavailable',
      status: 503,
      detail: 'a system that this needs does not answer; try again',
      reason: 'outage',
      traceId,
    }
  if (error instanceof FailedError)
    return { type, title: 'Failed', status: 500, detail: error.message, reason: error.reason, traceId }
  return {
    type,
    title: 'Internal error',
    status: 500,
    detail: 'something went wrong; the log has it under this trace id',
    reason: 'unknown_error',
    traceId,
  }
}

const TITLES: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Not yet',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  499: 'Caller gone',
  503: 'Unavailable',
}
