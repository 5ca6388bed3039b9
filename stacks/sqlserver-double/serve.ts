import { captureStatements } from './answers/capture.ts'
import { driverStatements } from './answers/drivers.ts'
import { makeRegistry, type Recogniser } from './answers/registry.ts'
import { type Denied, type DoubleSession, makeSession } from './answers/session.ts'
import type { Readable } from './database/database.ts'
import type { Answer } from './tds/answer.ts'
import type { Request } from './tds/connection.ts'
import { SqlError } from './tds/errors.ts'
import type { Login } from './tds/login.ts'
import { listen } from './tds/server.ts'
import type { Tls } from './tds/transport.ts'

export type DoubleOptions = {
  /** A free one where it is not given. */
  port?: number
  user: string
  password: string
  /** With a key all connections are encrypted. */
  tls?: Tls
  denied?: Denied
  /** Statements of other clients, besides those of drivers and of our capture. */
  statements?: readonly Recogniser<DoubleSession>[]
  onFault?(error: Error): void
}

export type ServedDouble = {
  port: number
  /** `sqlserver://…`, with what it says of encryption. */
  url: string
  sessions: Set<DoubleSession>
  /** How often each statement was answered, by its name. */
  statements: Map<string, number>
  /** What no recogniser knows. */
  unknown: string[]
  close(): Promise<void>
}

/** Serves a database, or a secondary of it, to clients of SQL Server. */
export async function serveDouble(database: Readable, options: DoubleOptions): Promise<ServedDouble> {
  const { user, password, tls, denied = new Set(), onFault } = options
  const registry = makeRegistry(driverStatements, captureStatements, options.statements ?? [])
  const sessions = new Set<DoubleSession>()

  const answer = (session: DoubleSession, request: Request, signal: AbortSignal): Answer => {
    switch (request.kind) {
      case 'statement':
        return withOwed(session, () => registry.answer(request, session, signal))
      case 'procedure': {
        const { name: procedure, parameters } = request
        return withOwed(session, () => registry.answer({ procedure, parameters }, session, signal))
      }
      case 'transaction':
        return manageTransaction(session, request)
    }
  }

  const server = await listen(
    {
      tls,
      logIn(login) {
        admit(login, { user, password, database: database.name })
        let session = makeSession(database, login, denied)
        sessions.add(session)
        const leave = () => {
          if (session.depth > 0) session.rollback()
          sessions.delete(session)
        }
        return {
          database: login.database || 'master',
          run: (request, signal) => answer(session, request, signal),
          reset(keepsTransaction) {
            if (keepsTransaction) return
            leave()
            session = makeSession(database, login, denied)
            sessions.add(session)
          },
          leave,
        }
      },
      ...(onFault && { onFault }),
    },
    options.port,
  )
  const ignoreCuts = database.onCut(server.cutAll)
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return {
    port: server.port,
    url: `sqlserver://${account}@127.0.0.1:${server.port}/${database.name}?${tls ? 'trustServerCertificate=true' : 'encrypt=false'}`,
    sessions,
    statements: registry.counts,
    unknown: registry.unknown,
    async close() {
      ignoreCuts()
      await server.close()
    },
  }
}

/** An answer that begins a transaction by itself tells the client so, before what it read. */
async function* withOwed(session: DoubleSession, answer: () => Answer) {
  try {
    for await (const part of answer()) {
      yield* session.takeOwed()
      yield part
    }
  } catch (error) {
    yield* session.takeOwed()
    throw error
  }
  yield* session.takeOwed()
}

function admit(login: Login, expected: { user: string; password: string; database: string }): void {
  if (login.integrated)
    throw new SqlError(18_452, 'Login failed. The login is from an untrusted domain.', { severity: 14 })
  if (login.user !== expected.user || login.password !== expected.password)
    throw new SqlError(18_456, `Login failed for user '${login.user}'.`, { severity: 14 })
  const known = ['', 'master', expected.database.toLowerCase()]
  if (!known.includes(login.database.toLowerCase()))
    throw new SqlError(
      4060,
      `Cannot open database "${login.database}" requested by the login. The login failed.`,
      {
        severity: 11,
      },
    )
}

function manageTransaction(
  session: DoubleSession,
  request: Extract<Request, { kind: 'transaction' }>,
): Answer {
  const beginNext = () => {
    if (request.isolation) session.isolation = request.isolation
    return session.begin()
  }
  switch (request.action) {
    case 'begin':
      return beginNext()
    case 'save':
      session.transaction?.save()
      return []
    case 'commit':
      return [...session.commit(), ...(request.andBegin ? beginNext() : [])]
    case 'rollback':
      if (request.name !== '')
        throw new SqlError(102, `The double rolls back whole transactions, not to ${request.name}.`)
      return [...session.rollback(), ...(request.andBegin ? beginNext() : [])]
  }
}
