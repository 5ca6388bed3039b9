import type pg from 'pg'
import { hangUp } from './connect.ts'
import type { Query } from './types.ts'

/**
 * Takes a connection from the pool; who stops waiting for one takes none.
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
 * Has the signal end what a connection's server works on, at once.
 * @returns what must be called when the connection is no longer used: whether it was cut off, and is good for nothing more
 */
export function cancelWith(
  signal: AbortSignal | undefined,
  client: pg.PoolClient,
  ask: Query,
): () => boolean {
  if (!signal) return () => false
  const cancel = () => {
    const { processID } = client as unknown as { processID: number }
    // Where even that cannot be said, nothing will be heard either: statement_timeout ends it there, and here we hang up.
    void ask('select pg_cancel_backend($1)', [processID]).catch(() => hangUp(client))
  }
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  return () => {
    signal.removeEventListener('abort', cancel)
    return signal.aborted
  }
}
