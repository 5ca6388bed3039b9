import { createTransport } from 'nodemailer'
import type { Outcome } from '../outcome.ts'
import { judgeMailError } from './judge.ts'
import { type Letter, toMessage } from './letter.ts'
import type { Mailer } from './mailer.ts'
import type { SmtpServer } from './smtp-url.ts'

/** Connections to one server at once: more are often refused. */
const MAX_CONNECTIONS = 5
const CONNECT_MS = 10_000
const SILENCE_MS = 30_000
/** Of one mail, whatever the server does. */
const LIMIT_MS = 90_000

/** A pool of connections. It sends nothing twice by itself: what was cut off is its caller's to judge. */
export function openSmtp(server: SmtpServer, from: string): Mailer {
  const { host, port, user, password, encryption, ca } = server
  const transport = createTransport({
    ...{ pool: true, host, port, maxConnections: MAX_CONNECTIONS, maxRequeues: 0 },
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    secure: encryption === 'tls',
    requireTLS: encryption === 'required',
    ignoreTLS: encryption === 'off',
    ...(user !== undefined && { auth: { user, pass: password } }),
    ...(ca !== undefined && { tls: { ca } }),
  })
  const attempt = async (letter: Letter): Promise<Outcome> => {
    try {
      await transport.sendMail(toMessage(letter, from))
      return { is: 'sent' }
    } catch (error) {
      return judgeMailError(error, letter.to.address)
    }
  }
  return {
    send: letter => withLimit(attempt(letter)),
    close: () => transport.close(),
  }
}

async function withLimit(attempt: Promise<Outcome>): Promise<Outcome> {
  const problem = `the mail server took longer than ${LIMIT_MS / 1000} s`
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<Outcome>(resolve => {
    timer = setTimeout(() => resolve({ is: 'later', problem, isDoubtful: true }), LIMIT_MS)
  })
  return await Promise.race([attempt, limit]).finally(() => clearTimeout(timer))
}

/** The mail as it would go over the wire. */
export async function composeMail(letter: Letter, from: string): Promise<Uint8Array> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await transport.sendMail(toMessage(letter, from))
  return message as Buffer
}
