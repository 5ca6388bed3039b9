import { readFileSync } from 'node:fs'
import { Connection, type ConnectionConfiguration, Request, TYPES } from 'tedious'
import type { SecretUrl } from '../../config/index.ts'
import { ConfigError, OutageError } from '../../errors/index.ts'
import { type Lsn, lsnBytes } from './lsn.ts'

/** A parameter of a statement, of the type that the statement compares it with. */
export type Parameter = { lsn: Lsn } | { int: number } | { text: string }

/** One row of an answer, in the order of what was selected. */
export type Cells = unknown[]

/** What a row takes in memory, about. */
export function bytesOf(cells: Cells): number {
  let bytes = 0
  for (const cell of cells)
    bytes += typeof cell === 'string' || Buffer.isBuffer(cell) ? cell.length : NUMBER_BYTES
  return bytes
}
const NUMBER_BYTES = 8

/** What statements have cost a server: how many there were, the rows that came back, and how long they took, our side included. */
export type Meter = { statements: number; rows: number; ms: number }

/** One connection to a SQL Server, which is never replaced unnoticed: what was begun on it ends with it. */
export type Session = {
  query(text: string, parameters?: Record<string, Parameter>): Promise<Cells[]>
  close(): Promise<void>
}

const CONNECT_MS = 10_000
/** A statement of ours that takes longer is given up: each reads little. */
const STATEMENT_MS = 60_000
/** The most that a packet can hold: fewer turns for the same rows. */
const PACKET_BYTES = 32_767

/** What the URL of a connection may say besides, by the names of Microsoft's driver. */
const PARAMETERS = [
  'encrypt',
  'trustServerCertificate',
  'hostNameInCertificate',
  'rootCertificate',
  'domain',
  'applicationIntent',
]

/**
 * @param url `sqlserver://user:password@host:port/database`
 * @throws ConfigError where it cannot be used; OutageError where the server does not answer, or refuses the login
 */
export async function openSession(
  url: SecretUrl,
  { signal, meter }: { signal?: AbortSignal; meter?: Meter } = {},
): Promise<Session> {
  signal?.throwIfAborted()
  const connection = new Connection(configure(url))
  // The loss of an idle connection is an event, which without a listener is an exception.
  connection.on('error', () => {})
  const cut = () => connection.close()
  signal?.addEventListener('abort', cut, { once: true })
  connection.once('end', () => signal?.removeEventListener('abort', cut))
  await connect(connection, url)
  signal?.throwIfAborted()
  return {
    async query(text, parameters = {}) {
      const startedMs = performance.now()
      const rows = await send(connection, text, parameters)
      if (meter) count(meter, rows.length, performance.now() - startedMs)
      return rows
    },
    async close() {
      if (connection.closed) return
      const ended = new Promise<void>(resolve => connection.once('end', () => resolve()))
      connection.close()
      await ended
    },
  }
}

function count(meter: Meter, rows: number, ms: number): void {
  meter.statements += 1
  meter.rows += rows
  meter.ms += ms
}

async function connect(connection: Connection, url: SecretUrl): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.connect(error => (error ? reject(error) : resolve()))
  }).catch(cause => {
    connection.close()
    throw new OutageError('source', `cannot connect to ${url}`, { cause })
  })
}

function configure(url: SecretUrl): ConnectionConfiguration {
  const parsed = new URL(url.reveal())
  const given = Object.fromEntries(parsed.searchParams)
  for (const name of Object.keys(given))
    if (!PARAMETERS.includes(name))
      throw new ConfigError(`${url}: unknown parameter ${name}: there are ${PARAMETERS.join(', ')}`)
  const database = decodeURIComponent(parsed.pathname.slice(1))
  if (parsed.protocol !== 'sqlserver:' || !database)
    throw new ConfigError(`${url}: must be sqlserver://user:password@host:port/database`)
  const account = {
    userName: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  }
  return {
    server: parsed.hostname,
    authentication: given.domain
      ? { type: 'ntlm', options: { ...account, domain: given.domain } }
      : { type: 'default', options: account },
    options: {
      database,
      port: Number(parsed.port || 1433),
      appName: 'cordage',
      connectTimeout: CONNECT_MS,
      requestTimeout: STATEMENT_MS,
      packetSize: PACKET_BYTES,
      encrypt: given.encrypt === 'strict' ? 'strict' : given.encrypt !== 'false',
      trustServerCertificate: given.trustServerCertificate === 'true',
      readOnlyIntent: given.applicationIntent?.toLowerCase() === 'readonly',
      ...(given.hostNameInCertificate && { serverName: given.hostNameInCertificate }),
      ...(given.rootCertificate && {
        cryptoCredentialsDetails: { ca: readCertificate(url, given.rootCertificate) },
      }),
    },
  }
}

function readCertificate(url: SecretUrl, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${url}: its rootCertificate cannot be read`, { cause })
  }
}

/** Statements without parameters go as a batch: what they set lasts beyond them. */
async function send(
  connection: Connection,
  text: string,
  parameters: Record<string, Parameter>,
): Promise<Cells[]> {
  const rows: Cells[] = []
  await new Promise<void>((resolve, reject) => {
    const request = new Request(text, error => (error ? reject(toError(error)) : resolve()))
    for (const [name, parameter] of Object.entries(parameters)) addParameter(request, name, parameter)
    request.on('row', (columns: { value: unknown }[]) => {
      const cells: Cells = new Array(columns.length)
      for (let i = 0; i < columns.length; i++) cells[i] = columns[i]?.value
      rows.push(cells)
    })
    if (Object.keys(parameters).length > 0) connection.execSql(request)
    else connection.execSqlBatch(request)
  })
  return rows
}

/** What the server says is its error; all else is a lost connection, or an answer that does not come. */
function toError(error: Error): Error {
  return errorNumber(error) === undefined
    ? new OutageError('source', 'the connection broke', { cause: error })
    : error
}

function addParameter(request: Request, name: string, parameter: Parameter): void {
  if ('lsn' in parameter) request.addParameter(name, TYPES.Binary, lsnBytes(parameter.lsn), { length: 10 })
  else if ('int' in parameter) request.addParameter(name, TYPES.Int, parameter.int)
  else request.addParameter(name, TYPES.NVarChar, parameter.text)
}

/** The number of SQL Server's error; undefined where the error is not the server's. */
export function errorNumber(error: unknown): number | undefined {
  const { number } = error as { number?: unknown }
  return typeof number === 'number' ? number : undefined
}
