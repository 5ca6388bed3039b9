import type { Settings } from '../config/index.ts'
import { BadInputError, ConfigError } from '../errors/index.ts'
import type { Access } from './define.ts'
import type { FunctionRequest } from './message.ts'

/** Refuses a request that may not use a function with this access. */
export type Authenticate = (request: FunctionRequest, access: Access) => Promise<void> | void

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/**
 * Without AUTH_URL everybody on this machine may do everything, and nobody else can reach it. With it, everything but
 * `public` needs an access token of that issuer, whose `roles` claim must name `operator` or `internal` where that is
 * what the function asks for.
 * @throws ConfigError where the server would listen beyond loopback without AUTH_URL
 */
export async function makeAuthenticate(settings: Settings): Promise<Authenticate> {
  if (settings.AUTH_URL === undefined) {
    if (!isLoopback(settings.HOST))
      throw new ConfigError(`HOST=${settings.HOST}: listening beyond loopback needs AUTH_URL`)
    return () => {}
  }
  const { createRemoteJWKSet, jwtVerify } = await import('jose')
  const issuer = settings.AUTH_URL.reveal()
  const keys = createRemoteJWKSet(new URL(`${issuer.replace(/\/$/, '')}/.well-known/jwks.json`))
  return async (request, access) => {
    if (access === 'public') return
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined)
      throw new BadInputError('an access token is needed', { status: 401, reason: 'unauthorized' })
    const { payload } = await jwtVerify(token, keys, { issuer, audience: settings.AUTH_AUDIENCE }).catch(
      cause => {
        throw new BadInputError('the access token is not valid', {
          status: 401,
          reason: 'unauthorized',
          cause,
        })
      },
    )
    const roles = Array.isArray(payload.roles) ? payload.roles : []
    if (access !== 'user' && !roles.includes(access))
      throw new BadInputError(`the role ${access} is needed`, { status: 403, reason: 'forbidden' })
  }
}
