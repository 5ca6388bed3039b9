import { readFileSync } from 'node:fs'
import type { SecretUrl } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'

/** How a mail server is reached. */
export type SmtpServer = {
  host: string
  port: number
  user: string | undefined
  password: string
  /** `tls`: from the first byte; `required`: by STARTTLS, or not at all; `optional`: by STARTTLS where it is offered. */
  encryption: 'tls' | 'required' | 'optional' | 'off'
  /** PEM of the CA that the server's certificate is of, instead of the public ones. */
  ca: string | undefined
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const MODES = ['required', 'optional', 'off'] as const

/**
 * `smtp(s)://[user:password@]host[:port][?tls=required|optional|off&ca=file]`. With smtp, STARTTLS is required unless the
 * server is on this machine.
 * @throws ConfigError that says what is wrong, without the password
 */
export function readSmtpUrl(given: SecretUrl): SmtpServer {
  const refuse = (says: string) => new ConfigError(`SMTP_URL: ${says}`)
  if (!URL.canParse(given.reveal())) throw refuse('must be a URL such as smtp://user:password@host:587')
  const url = new URL(given.reveal())
  if (url.hostname === '') throw refuse('names no host')
  for (const name of url.searchParams.keys())
    if (!['tls', 'ca'].includes(name)) throw refuse(`knows tls and ca, no ${JSON.stringify(name)}`)
  const isTls = url.protocol === 'smtps:'
  const mode = url.searchParams.get('tls') ?? (LOOPBACK.test(url.hostname) ? 'off' : 'required')
  const known = MODES.find(each => each === mode)
  if (!known) throw refuse(`tls is one of ${MODES.join(', ')}`)
  const ca = url.searchParams.get('ca')
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(url.port || (isTls ? 465 : 587)),
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    encryption: isTls ? 'tls' : known,
    ca: ca === null ? undefined : readCa(ca),
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`SMTP_URL: cannot read ${file}`, { cause })
  }
}
