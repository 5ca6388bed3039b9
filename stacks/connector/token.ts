import { readFileSync } from 'node:fs'
import type { Settings } from '../../shared/config/index.ts'
import { discoverIssuer, ISSUER_TIMEOUT_MS } from '../../shared/contract/index.ts'
import { ConfigError, OutageError } from '../../shared/errors/index.ts'

/** The access token that functions are called with at this moment; one that a function has refused is not given again. */
export type Token = (refused?: string) => Promise<string | undefined>

type Granted = { token: string; renewAt: number; expiresAt: number }

/** Of a token's life: after this share a new one is asked for, while the old one still holds. */
const RENEW_AFTER = 0.8
/** If an issuer does not say how long its token lives. */
const DEFAULT_LIFE_S = 60
/** Shortest interval between requests for a token, even if the old one is refused. */
const RETRY_MS = 1000

/**
 * A fixed token, one from a file that is read again when it changes, or one that the issuer gives to a client
 * (FUNCTIONS_CLIENT_ID) and that is renewed before it expires.
 * @throws ConfigError where settings are missing, or more than one way is set
 */
export function makeToken(settings: Settings): Token {
  const { FUNCTIONS_CLIENT_ID: id, FUNCTIONS_TOKEN: fixed, FUNCTIONS_TOKEN_FILE: file } = settings
  if (id === undefined) return file === undefined ? async () => fixed : async () => readToken(file)
  if (fixed !== undefined) throw new ConfigError('set FUNCTIONS_TOKEN or FUNCTIONS_CLIENT_ID, not both')
  if (settings.FUNCTIONS_CLIENT_SECRET === undefined)
    throw new ConfigError('FUNCTIONS_CLIENT_ID needs FUNCTIONS_CLIENT_SECRET')
  if (settings.AUTH_URL === undefined)
    throw new ConfigError('FUNCTIONS_CLIENT_ID needs AUTH_URL: the issuer of its tokens')
  return keepGranted(() => askForToken(settings))
}

/** Read each time: its renewal replaces the file, by a link as Kubernetes does, or its content. */
function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new OutageError('token', `FUNCTIONS_TOKEN_FILE: cannot read ${file}`, { cause })
  }
}

function keepGranted(ask: () => Promise<Granted>): Token {
  let current: Granted | undefined
  let asking: Promise<Granted> | undefined
  let askedAt = 0
  const renew = () => {
    askedAt = Date.now()
    asking ??= ask()
      .then(granted => {
        current = granted
        return granted
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }
  return async refused => {
    const now = Date.now()
    const mayAsk = now - askedAt >= RETRY_MS || asking !== undefined
    if (current && current.token !== refused && now < current.renewAt) return current.token
    if (current && now < current.expiresAt && (current.token !== refused || !mayAsk)) {
      // It is still valid: nobody waits for the next one, and the issuer may be down.
      if (mayAsk) renew().catch(() => {})
      return current.token
    }
    return (await renew()).token
  }
}

/** The client credentials grant (RFC 6749, 4.4). */
async function askForToken(settings: Settings): Promise<Granted> {
  const { AUTH_URL: url, FUNCTIONS_CLIENT_ID: id = '', FUNCTIONS_CLIENT_SECRET: secret = '' } = settings
  if (!url) throw new ConfigError('AUTH_URL is missing')
  const { tokenUrl, takesBasic } = await discoverIssuer(url)
  if (!tokenUrl) throw new OutageError('issuer', `${url} names no token endpoint`)
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  // Some issuers choose the audience by the scope, others have a parameter for it.
  if (settings.FUNCTIONS_SCOPE === undefined) form.set('audience', settings.AUTH_AUDIENCE)
  else form.set('scope', settings.FUNCTIONS_SCOPE)
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  if (!takesBasic) {
    form.set('client_id', id)
    form.set('client_secret', secret)
  }
  const basic = Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')
  const askedAt = Date.now()
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { accept: 'application/json', ...(takesBasic && { authorization: `Basic ${basic}` }) },
    body: form,
    redirect: 'error',
    signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
  })
    .then(async response => ({
      status: response.status,
      said: (await response.json()) as Record<string, unknown>,
    }))
    .catch(cause => {
      throw new OutageError('issuer', `${url} issues no token`, { cause })
    })
  const { access_token: token, expires_in: life, error, error_description: why } = answer.said
  if (typeof token !== 'string')
    throw new OutageError(
      'issuer',
      `${url} issues no token to the client ${id}: ${[answer.status, error, why].filter(Boolean).join(' ').slice(0, 300)}`,
    )
  const seconds = Number(life) > 0 ? Number(life) : DEFAULT_LIFE_S
  return {
    token,
    renewAt: askedAt + seconds * 1000 * RENEW_AFTER,
    expiresAt: askedAt + seconds * 1000,
  }
}
