import type { Socket } from 'node:net'
import pg from 'pg'
import type { SecretUrl } from '../config/index.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** A machine that vanishes is detected by its silence; a long query is not mistaken for one. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

/** Ends a connection at once, whatever it waits for: its queries are rejected. With TLS another stream replaces the first. */
export function hangUp(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.destroy()
}

/**
 * One connection to a Postgres, for those who need their own: it streams, listens, or looks once. One that is lost
 * rejects the query that waits on it and those that follow, and never ends the process.
 * @param signal its abort ends the connection, whatever it waits for
 */
export async function connectPostgres(
  url: SecretUrl,
  config: pg.ClientConfig = {},
  signal?: AbortSignal,
): Promise<pg.Client> {
  signal?.throwIfAborted()
  const client = new pg.Client({
    connectionString: url.reveal(),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'cordage',
    ...KEEP_ALIVE,
    ...config,
  })
  // The loss of an idle connection is an event, which without a listener is an exception.
  client.on('error', () => {})
  const cut = () => hangUp(client)
  signal?.addEventListener('abort', cut, { once: true })
  client.once('end', () => signal?.removeEventListener('abort', cut))
  try {
    await client.connect()
  } catch (error) {
    signal?.removeEventListener('abort', cut)
    cut()
    throw error
  }
  return client
}
