import type pg from 'pg'

export type QueryOptions = {
  /** A statement with a name is parsed once a connection. */
  name?: string
  /** Its abort cancels the statement at the server. */
  signal?: AbortSignal
}

/** Runs one parametrised statement and returns its rows. bigint, numeric and date come as text, timestamptz as Date. */
export type Query = <T extends pg.QueryResultRow = pg.QueryResultRow>(
  text: string,
  values?: unknown[],
  options?: QueryOptions,
) => Promise<T[]>

export type Transaction = { query: Query; client: pg.PoolClient }

export type TransactionOptions = { readOnly?: boolean; signal?: AbortSignal | undefined }

export type Store = {
  query: Query
  /** Over a connection that runs no other work: it renews leases and cancels queries. */
  urgent: Query
  /** Commits what `work` did, or nothing of it where it throws or the signal aborts. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Calls back on each NOTIFY of these channels, over its own connection, which is reopened when lost. */
  listen(
    channels: string[],
    onNotify: (channel: string, payload: string) => void,
  ): Promise<{ close(): Promise<void> }>
  pool: pg.Pool
  close(): Promise<void>
}
