import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** `mail` is parsed when it is asked for. */
export type Received = {
  to: string
  raw: Buffer
  messageId: string | undefined
  parse(): Promise<ParsedMail>
}

/** What the server says to a recipient or to a message: a code and a text. */
export type Refusal = { code: number; says: string }

/** A real SMTP server on loopback. Tests change its ways while it runs. */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const ways: {
    /** To RCPT TO. */
    onRecipient?: ((address: string) => Refusal | undefined) | undefined
    /** To the whole message, before it counts as received. */
    onMessage?: ((address: string) => Refusal | undefined) | undefined
    /** Once it is received and before the reply; without a reply the connection stays open. */
    beforeReply?: ((received: Received) => 'reply' | 'silence') | undefined
  } = {}
  let atOnce = 0
  let mostAtOnce = 0
  const server = new SMTPServer({
    disabledCommands: options.secure || options.key ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    ...options,
    onConnect(_session, callback) {
      atOnce += 1
      mostAtOnce = Math.max(mostAtOnce, atOnce)
      callback()
    },
    onClose() {
      atOnce -= 1
    },
    onRcptTo({ address }, _session, callback) {
      const refusal = ways.onRecipient?.(address)
      callback(refusal && toError(refusal))
    },
    async onData(stream, session, callback) {
      const raw = Buffer.concat(await Array.fromAsync(stream))
      const to = session.envelope.rcptTo[0]?.address ?? ''
      const refusal = ways.onMessage?.(to)
      if (refusal) return callback(toError(refusal))
      const messageId = /^Message-ID: (\S+)/im.exec(raw.toString())?.[1]
      const taken = { to, raw, messageId, parse: () => simpleParser(raw) }
      received.push(taken)
      if ((ways.beforeReply?.(taken) ?? 'reply') === 'reply') callback()
    },
  })
  server.on('error', () => {})
  const sockets = new Set<{ destroy(): void }>()
  server.server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    received,
    ways,
    port,
    /** Cuts every connection. */
    cutAll() {
      for (const socket of sockets) socket.destroy()
    },
    mostAtOnce: () => mostAtOnce,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

const toError = ({ code, says }: Refusal) => Object.assign(new Error(says), { responseCode: code })
