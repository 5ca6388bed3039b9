import { createHmac } from 'node:crypto'
import { describeError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { findJob } from './job-store.ts'

/** How long a callback may take to answer. */
const TIMEOUT_MS = 10_000
/** First retry delay, doubled each time, and most attempts: nine hours in all. */
const FIRST_WAIT_MS = 1000
const MAX_ATTEMPTS = 16

/**
 * `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: whoever is called back checks it with the same secret, and
 * refuses an old one.
 */
export function signCallback(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

/** Posts the end of jobs whose callers requested it, at least once each. */
export async function sendCallbacks(
  { query }: Pick<Store, 'query'>,
  functions: string[],
  { secret, log, signal }: { secret: string; log: Logger; signal: AbortSignal },
): Promise<void> {
  // Advanced first: if this process dies while posting, another makes the next attempt.
  const due = await query<{ id: string; url: string; attempts: number }>(
    `update ops.job_record set callback_attempts = callback_attempts + 1,
       callback_at = clock_timestamp() + least(2 ^ callback_attempts, 7200) * $2 * interval '1 millisecond' + $3 * interval '1 millisecond'
     where id in (select id from ops.job_record where function = any($1) and finished_at is not null and callback_at <= clock_timestamp()
       order by callback_at limit 10 for update skip locked)
     returning id, callback_url as url, callback_attempts as attempts`,
    [functions, FIRST_WAIT_MS, TIMEOUT_MS],
  )
  await Promise.all(
    due.map(async ({ id, url, attempts }) => {
      const problem = await tell(query, id, url, secret, signal)
      if (problem !== undefined)
        log.warn({ job: id, host: new URL(url).host, attempts, problem }, 'cannot call back')
      if (problem === undefined || attempts >= MAX_ATTEMPTS)
        await query('update ops.job_record set callback_at = null where id = $1', [id])
    }),
  )
}

/** @returns why it could not be told */
async function tell(
  query: Store['query'],
  id: string,
  url: string,
  secret: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = JSON.stringify(await findJob(query, id))
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'cordage-signature': signCallback(secret, body, new Date()),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `it answers ${response.status}`
  } catch (error) {
    return describeError(error)
  }
}
