import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import { cancelWith, takeConnection } from './cancel.ts'
import { connectPostgres, KEEP_ALIVE } from './connect.ts'
import type { Query, Store } from './types.ts'

const DATE_OID = 1082
/** A date is a calendar day, not an instant: the driver's own reading would move it by the process's time zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === DATE_OID
      ? (text: string) => text
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * How a vector index is searched: as wide as what a search compares of it, and further where filters leave fewer, within
 * bounds (`make bench ONLY=search-size`). The server knows the names once pgvector is loaded; before that they have no effect.
 */
const SEARCH_OPTIONS =
  '-c hnsw.ef_search=50 -c hnsw.iterative_scan=relaxed_order -c hnsw.max_scan_tuples=2000'

const GENERIC_PLANS = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'max_parallel_workers_per_gather=0',
].map(setting => `-c ${setting}`)

/** What our statements and the driver's reading rely on, whatever a server, database or role has set for others. */
const SESSION_OPTIONS = [
  'datestyle=ISO',
  'timezone=UTC',
  'intervalstyle=postgres',
  'bytea_output=hex',
  'default_transaction_read_only=off',
  'default_transaction_isolation=read\\ committed',
].map(setting => `-c ${setting}`)

/** A process that stands still in the middle of a transaction would keep its locks from everybody. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** A longer wait for a lock counts as an outage and is retried. */
const LOCK_TIMEOUT_MS = 60_000
/** Short statements that wait for no lock. Without an answer by then they are asked again, while a lease still lasts. */
const URGENT_TIMEOUT_MS = 3000

export type StoreOptions = {
  maxConnections?: number
  /** By which the store's own list of connections names these. */
  applicationName?: string
  /** Longest time of one statement; without it there is no limit. */
  statementTimeoutMs?: number
  /**
   * Postgres plans a statement once, for any values, instead of for those of each call. Not knowing them it takes an index
   * wherever there is one, and starts no processes for it, which takes longer than a short statement.
   */
  genericPlans?: boolean
}

/** A pool of connections to the store; nothing is connected before the first query. */
export function openStore(url: SecretUrl, options: StoreOptions = {}): Store {
  const { maxConnections = 8, applicationName = 'cordage', statementTimeoutMs = 0, genericPlans } = options
  const common = {
    connectionString: url.reveal(),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    types,
    ...KEEP_ALIVE,
  }
  const pool = new pg.Pool({
    ...common,
    max: maxConnections,
    application_name: applicationName,
    options: [
      ...SESSION_OPTIONS,
      SEARCH_OPTIONS,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
      `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
      `-c statement_timeout=${statementTimeoutMs}`,
      ...(genericPlans ? GENERIC_PLANS : []),
    ].join(' '),
  })
  const reserved = new pg.Pool({
    ...common,
    max: 1,
    application_name: `${applicationName}-urgent`,
    options: SESSION_OPTIONS.join(' '),
    connectionTimeoutMillis: URGENT_TIMEOUT_MS,
    query_timeout: URGENT_TIMEOUT_MS,
  })
  // A lost connection is replaced by the pool. The event of one that is lost, idle or between a transaction's
  // statements, would end the process without a listener; the next statement fails with it.
  for (const one of [pool, reserved]) {
    one.on('error', () => {})
    one.on('connect', client => client.on('error', () => {}))
  }
  const urgent: Query = async (text, values) => (await reserved.query(text, values)).rows
  return {
    pool,
    urgent,
    async query(text, values, { name, signal } = {}) {
      const config = { text, ...(values && { values }), ...(name && { name }) }
      if (!signal) return (await pool.query(config)).rows
      const client = await takeConnection(pool, signal)
      const ended = cancelWith(signal, client, urgent)
      try {
        return (await client.query(config)).rows
      } catch (error) {
        throw signal.aborted ? signal.reason : error
      } finally {
        client.release(ended())
      }
    },
    async transaction(work, { readOnly = false, signal } = {}) {
      const client = await takeConnection(pool, signal)
      const ended = cancelWith(signal, client, urgent)
      const query: Query = async (text, values) => {
        signal?.throwIfAborted()
        return (await client.query(text, values)).rows
      }
      let broken: unknown
      try {
        await query(readOnly ? 'begin isolation level repeatable read read only' : 'begin')
        const result = await work({ client, query })
        await query('commit')
        return result
      } catch (error) {
        if (!signal?.aborted)
          broken = await client.query('rollback').then(
            () => undefined,
            (lost: unknown) => lost,
          )
        throw signal?.aborted ? signal.reason : error
      } finally {
        client.release(ended() || broken instanceof Error)
      }
    },
    listen: (channels, onNotify) => listen(url, `${applicationName}-listen`, channels, onNotify),
    async close() {
      await Promise.all([pool.end(), reserved.end()])
    },
  }
}

const LISTEN_RETRY_MS = 500

/** Listens until it is closed. A connection that fails during set-up is closed, wherever it failed. */
async function listen(
  url: SecretUrl,
  applicationName: string,
  channels: string[],
  onNotify: (channel: string, payload: string) => void,
) {
  const closing = new AbortController()
  let client: pg.Client | undefined
  const connect = async () => {
    const fresh = await connectPostgres(url, { application_name: applicationName }, closing.signal)
    try {
      fresh.on('notification', ({ channel, payload }) => onNotify(channel, payload ?? ''))
      for (const channel of channels) await fresh.query(`listen "${channel}"`)
    } catch (error) {
      await fresh.end()
      throw error
    }
    // Only a connection that listened is reopened when it is lost: the loop below retries failed attempts.
    fresh.once('end', () => void reconnect())
    client = fresh
  }
  const reconnect = async () => {
    while (!closing.signal.aborted) {
      await sleep(LISTEN_RETRY_MS)
      const isConnected = await connect().then(
        () => true,
        () => false,
      )
      if (isConnected) return
    }
  }
  try {
    await connect()
  } catch (cause) {
    throw new OutageError('store', `cannot listen at ${url}`, { cause })
  }
  return {
    async close() {
      closing.abort()
      await client?.end()
    },
  }
}
