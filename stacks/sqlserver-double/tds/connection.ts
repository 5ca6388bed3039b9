import type { Socket } from 'node:net'
import type { Answer } from './answer.ts'
import { ProtocolError, SqlError } from './errors.ts'
import { type Login, readEncryption, readLogin, writePrelogin } from './login.ts'
import {
  beginMessage,
  FIRST_PACKET_BYTES,
  type Message,
  makeMessageReader,
  type Outgoing,
  PACKET,
} from './packets.ts'
import { makePrepared } from './prepared.ts'
import {
  type Parameter,
  type ProcedureCall,
  readBatch,
  readCalls,
  readTransaction,
  type TransactionRequest,
} from './requests.ts'
import { asSqlError, type Outcome, sendAnswer } from './respond.ts'
import {
  DONE,
  writeDone,
  writeEnvironment,
  writeError,
  writeLoginAccepted,
  writeReturnStatus,
  writeReturnValue,
} from './tokens.ts'
import { makeTransport, type Tls } from './transport.ts'

/** What a session is asked to do. */
export type Request =
  | { kind: 'statement'; text: string; parameters: Parameter[] }
  | { kind: 'procedure'; name: string; parameters: Parameter[] }
  | ({ kind: 'transaction' } & TransactionRequest)

/** One client that has logged in. */
export type TdsSession = {
  database: string
  /** Answers; an aborted signal ends what it waits for. */
  run(request: Request, signal: AbortSignal): Answer
  /** Makes it as it was after its login. */
  reset(keepsTransaction: boolean): void
  /** The client is gone. */
  leave(): void
}

export type Endpoint = {
  tls?: Tls | undefined
  /** @throws SqlError where the login is refused */
  logIn(login: Login): TdsSession
  /** A connection was closed because of what its client sent. */
  onFault?(error: Error): void
}

const TDS_7_4 = 0x74000004
/** An error of this severity or above ends the connection. */
const FATAL = 20

/** Serves one client until it goes. @returns what cuts it off */
export function serveConnection(socket: Socket, endpoint: Endpoint): { cut(): void } {
  const readMessages = makeMessageReader()
  const prepared = makePrepared()
  let packetBytes = FIRST_PACKET_BYTES
  let session: TdsSession | undefined
  let running: AbortController | undefined
  let attentions = 0

  const transport = makeTransport(socket, {
    bytes(bytes) {
      try {
        for (const message of readMessages(bytes)) take(message)
      } catch (error) {
        abandon(error as Error)
      }
    },
    closed(error) {
      if (error && !isDeparture(error)) endpoint.onFault?.(error)
      running?.abort()
      session?.leave()
      session = undefined
    },
  })
  const abandon = (error: Error) => {
    endpoint.onFault?.(error)
    transport.destroy()
  }
  const begin = (type?: number) => beginMessage(transport, packetBytes, type)

  const take = (message: Message) => {
    if (message.type === PACKET.attention) {
      attentions += 1
      if (running) return running.abort()
      return start(() => Promise.resolve())
    }
    if (running) throw new ProtocolError('a message while another is being answered')
    start(() => handle(message))
  }
  /** Attentions are acknowledged by messages of their own, behind the answer that they stopped. */
  const start = (answer: () => Promise<void>) => {
    const acknowledge = async () => {
      for (; attentions > 0; attentions--) {
        const outgoing = begin()
        writeDone(outgoing.out, 'done', DONE.attention)
        await outgoing.end()
      }
    }
    running = new AbortController()
    answer()
      .then(acknowledge)
      .catch(abandon)
      .finally(() => {
        running = undefined
      })
  }

  const handle = async (message: Message) => {
    if (message.type === PACKET.prelogin && !session) return greet(message.body)
    if (message.type === PACKET.login && !session) return logIn(readLogin(message.body))
    if (!session) throw new ProtocolError(`a message of type ${message.type} before the login`)
    const outgoing = begin()
    if (message.reset !== 'no') {
      session.reset(message.reset === 'keeping transaction')
      prepared.clear()
      writeEnvironment(outgoing.out, { kind: 'reset' })
    }
    const outcome = message.ignored ? giveUp(outgoing) : await answerMessage(session, outgoing, message)
    if (outcome === 'cancelled') writeDone(outgoing.out, 'done', DONE.error)
    await outgoing.end()
    if (outcome instanceof SqlError && outcome.severity >= FATAL) transport.end()
  }

  const greet = async (body: Buffer) => {
    const outgoing = begin()
    outgoing.out.raw(writePrelogin(readEncryption(body), endpoint.tls !== undefined))
    await outgoing.end()
    if (endpoint.tls) transport.encrypt(endpoint.tls)
  }

  const logIn = async (login: Login) => {
    const outgoing = begin()
    try {
      if (login.tdsVersion < TDS_7_4)
        throw new SqlError(17_832, 'The double speaks TDS 7.4 only.', { severity: 20 })
      session = endpoint.logIn(login)
    } catch (error) {
      writeError(outgoing.out, asSqlError(error))
      writeDone(outgoing.out, 'done', DONE.error)
      await outgoing.end()
      return transport.end()
    }
    writeLoginAccepted(outgoing.out, session.database, login.packetBytes, packetBytes)
    writeDone(outgoing.out, 'done', 0)
    await outgoing.end()
    packetBytes = login.packetBytes
  }

  const giveUp = ({ out }: Outgoing): Outcome => {
    writeDone(out, 'done', DONE.error)
    return 'done'
  }

  const answerMessage = async (
    to: TdsSession,
    outgoing: Outgoing,
    { type, body }: Message,
  ): Promise<Outcome> => {
    const signal = running?.signal ?? AbortSignal.abort()
    const run = (request: Request, kind: 'done' | 'doneInProcedure') =>
      sendAnswer(outgoing, answerSafely(to, request, signal), kind, signal)
    switch (type) {
      case PACKET.batch:
        return run({ kind: 'statement', text: readBatch(body), parameters: [] }, 'done')
      case PACKET.transaction:
        return run({ kind: 'transaction', ...readTransaction(body) }, 'done')
      case PACKET.rpc: {
        let outcome: Outcome = 'done'
        const calls = readCalls(body)
        for (const [index, call] of calls.entries()) {
          outcome = await answerCall(outgoing, call, index < calls.length - 1, request =>
            run(request, 'doneInProcedure'),
          )
          if (outcome === 'cancelled') break
        }
        return outcome
      }
      default:
        throw new ProtocolError(`a message of type ${type} after the login`)
    }
  }

  const answerCall = async (
    { out }: Outgoing,
    call: ProcedureCall,
    hasMore: boolean,
    run: (request: Request) => Promise<Outcome>,
  ): Promise<Outcome> => {
    const more = hasMore ? DONE.more : 0
    try {
      const known = prepared.resolve(call)
      const request: Request | undefined = known
        ? known.run && { kind: 'statement', ...known.run }
        : { kind: 'procedure', name: call.procedure, parameters: call.parameters }
      const outcome = request ? await run(request) : 'done'
      if (outcome === 'cancelled') return outcome
      const failed = outcome instanceof SqlError
      writeReturnStatus(out, failed ? outcome.number : 0)
      if (known?.tells) {
        const { name, handle } = known.tells
        writeReturnValue(out, { ordinal: 0, name: name && `@${name}`, type: 'int', value: handle })
      }
      writeDone(out, 'doneProcedure', more | (failed ? DONE.error : 0))
      return outcome
    } catch (error) {
      const sqlError = asSqlError(error)
      writeError(out, sqlError)
      writeDone(out, 'doneProcedure', more | DONE.error)
      return sqlError
    }
  }

  return { cut: () => transport.destroy() }
}

/** A client that is killed, or that does not wait for a last answer, is no fault. */
const isDeparture = (error: Error) =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

/** What an answer throws before its first part is an error of the answer too. */
async function* answerSafely(session: TdsSession, request: Request, signal: AbortSignal) {
  yield* session.run(request, signal)
}
