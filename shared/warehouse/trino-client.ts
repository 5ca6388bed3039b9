import { readFileSync } from 'node:fs'
import type { QueryError, QueryResult, Trino as TrinoClient } from 'trino-client'
import { ConfigError, OutageError } from '../errors/index.ts'
import type { TrinoPlace } from './trino-url.ts'

/** What a query answers, a page at a time. Columns are known from the first page with rows on, or at the end. */
export type Page = { columns: { name: string; type: string }[]; rows: unknown[][] }

/** Trino refuses a statement. `code` is its error name, such as `TABLE_NOT_FOUND`. */
export class TrinoQueryError extends Error {
  override readonly name = 'TrinoQueryError'
  readonly code: string
  constructor(error: QueryError) {
    super(error.message)
    this.code = error.errorName
  }
}

export type Trino = {
  place: TrinoPlace
  /** Pages as they come; a reader that stops ends the query. Numbers are JavaScript's: cast wider ones to varchar. */
  pages(sql: string, options?: { schema?: string }): AsyncGenerator<Page>
  /** All rows, for small results. */
  query<Row extends unknown[] = unknown[]>(sql: string): Promise<Row[]>
}

/** A Trino answers each request within seconds, however long the query runs: it reports that it is still running. */
const ANSWER_TIMEOUT_MS = 60_000

/** Sends no request yet. */
export function connectTrino(place: TrinoPlace, { answerTimeoutMs = ANSWER_TIMEOUT_MS } = {}): Trino {
  async function* pages(sql: string, options: { schema?: string } = {}): AsyncGenerator<Page> {
    const client = await openClient(place, options.schema)
    limitRequests(client, answerTimeoutMs)
    let running: QueryResult | undefined
    try {
      const results = await client.query(sql)
      for (;;) {
        const { value, done } = (await results.next()) as IteratorResult<QueryResult, QueryResult>
        // The library passes a failed query's last answer on as if it were rows.
        if (value.error) throw new TrinoQueryError(value.error)
        running = value.nextUri === undefined ? undefined : value
        if (!done && (value.columns || value.data))
          yield { columns: value.columns ?? [], rows: value.data ?? [] }
        if (done) return
      }
    } catch (error) {
      throw explain(place, error)
    } finally {
      if (running) await client.cancel(running.id).catch(() => undefined)
    }
  }
  return {
    place,
    pages,
    async query<Row extends unknown[]>(sql: string) {
      const rows: Row[] = []
      for await (const page of pages(sql)) rows.push(...(page.rows as Row[]))
      return rows
    },
  }
}

/** The library is loaded only where Trino is used. */
async function openClient(place: TrinoPlace, schema: string | undefined) {
  const { BasicAuth, Trino } = await import('trino-client')
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  return Trino.create({
    server: `${place.scheme}://${host}:${place.port}`,
    source: 'cordage',
    catalog: place.catalog,
    // Without a password there is no sign-in, only a name.
    ...(place.password === undefined
      ? { extraHeaders: { 'X-Trino-User': place.user } }
      : { auth: new BasicAuth(place.user, place.password) }),
    ...(schema !== undefined && { schema }),
    ...(place.ca !== undefined && { ssl: { ca: readCa(place.ca) } }),
  })
}

/** The library has no such setting; without it an unreachable host would block a caller forever. */
function limitRequests(client: TrinoClient, timeout: number): void {
  const { clientConfig } = (client as unknown as { client: { clientConfig: { timeout?: number } } }).client
  clientConfig.timeout = timeout
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new ConfigError(`WAREHOUSE_URL: cannot read ca=${file}`, { cause })
  }
}

/** Trino's error names for "not now". */
const OUTAGES = new Set([
  'SERVER_STARTING_UP',
  'SERVER_SHUTTING_DOWN',
  'NO_NODES_AVAILABLE',
  'REMOTE_HOST_GONE',
  'REMOTE_TASK_ERROR',
  'TOO_MANY_REQUESTS_FAILED',
  'PAGE_TRANSPORT_ERROR',
  'PAGE_TRANSPORT_TIMEOUT',
  'CLUSTER_OUT_OF_MEMORY',
  'QUERY_QUEUE_FULL',
])

/** In one line, and without the library's own error: that holds the request, and the password in it. */
function explain(place: TrinoPlace, error: unknown): unknown {
  const where = `Trino at ${place.host}:${place.port}`
  if (error instanceof TrinoQueryError) {
    if (error.code === 'CATALOG_NOT_FOUND')
      return new ConfigError(`WAREHOUSE_URL: ${where} has no catalog "${place.catalog}"`)
    if (error.code === 'PERMISSION_DENIED')
      return new ConfigError(`${where}: user ${place.user}: ${error.message}`)
    return OUTAGES.has(error.code) ? new OutageError('warehouse', `${where}: ${error.message}`) : error
  }
  const { isAxiosError, response, code, message } = error as {
    isAxiosError?: boolean
    response?: { status: number }
    code?: string
    message?: string
  }
  if (!isAxiosError) return error
  if (response?.status === 401)
    return new ConfigError(`WAREHOUSE_URL: ${where} refuses user ${place.user} or its password`)
  if (response?.status === 403)
    return new ConfigError(`WAREHOUSE_URL: ${where} forbids user ${place.user} to ask`)
  if (/CERT|SELF_SIGNED|VERIFY|EPROTO|ERR_TLS|ERR_SSL/.test(code ?? ''))
    return new ConfigError(`WAREHOUSE_URL: ${where} cannot be trusted (${code}): see ssl= and ca=`)
  if (response && response.status < 500)
    return new ConfigError(
      `WAREHOUSE_URL: ${where} answers ${response.status}: is it a Trino, and ssl= right?`,
    )
  return new OutageError('warehouse', `${where} does not answer (${code ?? message})`)
}
