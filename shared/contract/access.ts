import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import type { SecretUrl, Settings } from '../config/index.ts'
import { BadInputError, ConfigError, OutageError } from '../errors/index.ts'
import type { Access } from './define.ts'
import { type Identity, OPERATOR, STRANGER } from './identity.ts'
import { discoverIssuer, ISSUER_TIMEOUT_MS } from './issuer.ts'
import type { FunctionRequest } from './message.ts'

/** Refuses a request that may not use a function with this access. @returns who it is that may */
export type Authenticate = (request: FunctionRequest, access: Access) => Promise<Identity> | Identity

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/**
 * Without AUTH_URL everybody on this machine may do everything, and nobody else can reach it. With it, everything but
 * `public` needs an access token of that issuer, whose roles (AUTH_ROLES says where they are) must name `operator` or
 * `internal` where that is what the function asks for.
 * @throws ConfigError where the server would listen beyond loopback without AUTH_URL
 */
export async function makeAuthenticate(settings: Settings): Promise<Authenticate> {
  const { AUTH_URL, AUTH_AUDIENCE, AUTH_ROLES, AUTH_CLAIMS } = settings
  if (AUTH_URL === undefined) {
    if (!isLoopback(settings.HOST))
      throw new ConfigError(`HOST=${settings.HOST}: listening beyond loopback needs AUTH_URL`)
    return () => OPERATOR
  }
  const { jwtVerify } = await import('jose')
  const findVerifier = keepVerifier(AUTH_URL)
  return async (request, access) => {
    if (access === 'public') return STRANGER
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined)
      throw new BadInputError('an access token is needed', { status: 401, reason: 'unauthorized' })
    const { issuer, keys } = await findVerifier()
    const { payload } = await jwtVerify(token, keys, { issuer, audience: AUTH_AUDIENCE }).catch(cause => {
      if (cause instanceof OutageError) throw cause
      throw new BadInputError('the access token is not valid', {
        status: 401,
        reason: 'unauthorized',
        cause,
      })
    })
    const roles = readRoles(payload, AUTH_ROLES)
    if (access !== 'user' && !roles.includes(access))
      throw new BadInputError(`the role ${access} is needed`, { status: 403, reason: 'forbidden' })
    return {
      subject: payload.sub,
      isOperator: roles.includes('operator'),
      roles,
      claims: Object.fromEntries(AUTH_CLAIMS.map(name => [name, readValues(payload, name)])),
    }
  }
}

type Verifier = { issuer: string; keys: JWTVerifyGetKey }

/** An issuer that does not answer is not asked again sooner: there may be many calls. */
const RETRY_MS = 1000
/** Errors of a key set about a token; any other means that the key set could not be read. */
const NO_SUCH_KEY = new Set([
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JOSE_NOT_SUPPORTED',
])

/** The issuer is asked at the first token, and again if its keys cannot be read: it may have moved them. */
function keepVerifier(url: SecretUrl): () => Promise<Verifier> {
  let current: Promise<Verifier> | undefined
  const forget = (failed: Promise<Verifier> | undefined) =>
    setTimeout(() => {
      if (current === failed) current = undefined
    }, RETRY_MS).unref()
  const find = async (): Promise<Verifier> => {
    const { createRemoteJWKSet } = await import('jose')
    const { issuer, keysUrl } = await discoverIssuer(url)
    const remote = createRemoteJWKSet(keysUrl, { timeoutDuration: ISSUER_TIMEOUT_MS })
    const keys: JWTVerifyGetKey = async (header, token) => {
      try {
        return await remote(header, token)
      } catch (cause) {
        if (NO_SUCH_KEY.has(String((cause as { code?: unknown }).code))) throw cause
        forget(current)
        throw new OutageError('issuer', `the keys of ${url} cannot be read`, { cause })
      }
    }
    return { issuer, keys }
  }
  return () => {
    if (current) return current
    const found = find()
    current = found
    found.catch(() => forget(found))
    return found
  }
}

/** Claims that hold their values as one text, with spaces between (RFC 8693, 4.2; Entra calls it scp). */
const SCOPES = /^(scope|scp)$/

/** The roles at a place in a token: a claim of that name, else a path of names, such as `realm_access.roles`. */
export function readRoles(claims: JWTPayload, place: string): string[] {
  return listClaim(claims, place).filter(role => typeof role === 'string')
}

/** The values of a claim as texts. */
function readValues(claims: JWTPayload, place: string): string[] {
  return listClaim(claims, place)
    .filter(value => typeof value === 'string' || typeof value === 'number')
    .map(String)
}

function listClaim(claims: JWTPayload, place: string): unknown[] {
  const [value, name] = findClaim(claims, place) ?? []
  if (typeof value === 'string' && SCOPES.test(name ?? '')) return value.split(' ')
  return Array.isArray(value) ? value : [value]
}

/** Names may contain dots, as namespaced claims and client ids do: the longest existing name wins. */
function findClaim(claims: unknown, place: string): [value: unknown, name: string] | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined
  if (Object.hasOwn(claims, place)) return [(claims as Record<string, unknown>)[place], place]
  for (let at = place.lastIndexOf('.'); at > 0; at = place.lastIndexOf('.', at - 1)) {
    const name = place.slice(0, at)
    const found = Object.hasOwn(claims, name)
      ? findClaim((claims as Record<string, unknown>)[name], place.slice(at + 1))
      : undefined
    if (found) return found
  }
  return undefined
}
