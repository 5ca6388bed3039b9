import type pg from 'pg'
import { hangUp } from './connect.ts'
import type { Query } from './types.ts'

/**
 * Takes a connection from the pool, or none if the caller stops waiting.
 * @throws the signal's reason where it aborts first
 */
export function takeConnection(pool: pg.Pool, signal?: AbortSignal): Promise<pg.PoolClient> {
  const taking = pool.connect()
  if (!signal) return taking
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason)
      taking.then(
        client => client.release(),
        () => {},
      )
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    const settled = () => signal.removeEventListener('abort', stop)
    taking.finally(settled).then(resolve, reject)
  })
}

/**
 * Makes the signal's abort cancel the connection's running query at once.
 * @returns to be called after use: whether the connection was cut off and is unusable
 */
export function cancelWith(
  signal: AbortSignal | undefined,
  client: pg.PoolClient,
  ask: Query,
): () => boolean {
  if (!signal) return () => false
  const cancel = () => {
    const { processID } = client as unknown as { processID: number }
    // If the cancel request fails, no answer will come: statement_timeout ends the query, and we close the connection.
    void ask('select pg_cancel_backend($1)', [processID]).catch(() => hangUp(client))
  }
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  return () => {
    signal.removeEventListener('abort', cancel)
    return signal.aborted
  }
}
