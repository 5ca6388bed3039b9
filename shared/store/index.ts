import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import { connectPostgres } from './connect.ts'

export { connectPostgres } from './connect.ts'
export { LEASE_MS, LEASE_RETRY_MS, type Lease, type Leases, makeLeases, underLease } from './lease.ts'
export { migrate, requireSchema } from './migrate.ts'

/** Runs one parametrised statement and returns its rows. bigint, numeric and date come as text, timestamptz as Date. */
export type Query = <T extends pg.QueryResultRow = pg.QueryResultRow>(
  text: string,
  values?: unknown[],
) => Promise<T[]>

export type Transaction = { query: Query; client: pg.PoolClient }

export type Store = {
  query: Query
  /** Commits what `work` did, or nothing of it where it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: { readOnly?: boolean }): Promise<T>
  /** Calls back on each NOTIFY of these channels, over a connection of its own that is made again when lost. */
  listen(
    channels: string[],
    onNotify: (channel: string, payload: string) => void,
  ): Promise<{ close(): Promise<void> }>
  pool: pg.Pool
  close(): Promise<void>
}

const DATE_OID = 1082
/** A date is a calendar day, not an instant: the driver's own reading would move it by the process's time zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === DATE_OID
      ? (text: string) => text
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * How a vector index is searched: twice as wide as the hundred that a search fuses, and further where filters leave fewer
 * (`make bench ONLY=search-size`). The server knows the names once pgvector is loaded; before that they only lie there.
 */
const SESSION_OPTIONS = '-c hnsw.ef_search=200 -c hnsw.iterative_scan=relaxed_order'

/** A pool of connections to the store; nothing is connected before the first query. */
export function openStore(
  url: SecretUrl,
  options: { maxConnections?: number; applicationName?: string } = {},
): Store {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: options.maxConnections ?? 8,
    application_name: options.applicationName ?? 'cordage',
    options: SESSION_OPTIONS,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    types,
  })
  // A lost connection is replaced by the pool. The event of one that is lost, idle or between a transaction's
  // statements, would end the process without a listener; the next statement tells of it.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  const query: Query = async (text, values) => (await pool.query(text, values)).rows
  return {
    pool,
    query,
    async transaction(work, { readOnly = false } = {}) {
      const client = await pool.connect()
      let broken: unknown
      try {
        await client.query(readOnly ? 'begin isolation level repeatable read read only' : 'begin')
        const result = await work({
          client,
          query: async (text, values) => (await client.query(text, values)).rows,
        })
        await client.query('commit')
        return result
      } catch (error) {
        broken = await client.query('rollback').then(
          () => undefined,
          (lost: unknown) => lost,
        )
        throw error
      } finally {
        client.release(broken instanceof Error ? broken : undefined)
      }
    },
    listen: (channels, onNotify) => listen(url, channels, onNotify),
    close: () => pool.end(),
  }
}

async function listen(
  url: SecretUrl,
  channels: string[],
  onNotify: (channel: string, payload: string) => void,
) {
  let closed = false
  let client: pg.Client | undefined
  const connect = async () => {
    const fresh = await connectPostgres(url, { application_name: 'cordage-listen', keepAlive: true })
    fresh.on('notification', ({ channel, payload }) => onNotify(channel, payload ?? ''))
    for (const channel of channels) await fresh.query(`listen "${channel}"`)
    // Only one that was connected is made again when it is lost: a failed attempt is tried again by the loop below.
    fresh.once('end', () => void reconnect())
    client = fresh
  }
  const reconnect = async () => {
    while (!closed) {
      await sleep(500)
      if (
        !closed &&
        (await connect().then(
          () => true,
          () => false,
        ))
      )
        return
    }
  }
  try {
    await connect()
  } catch (cause) {
    throw new OutageError('store', `cannot listen at ${url}`, { cause })
  }
  return {
    async close() {
      closed = true
      await client?.end()
    },
  }
}
