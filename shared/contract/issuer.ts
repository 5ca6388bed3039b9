import type { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'

/** An OIDC issuer's metadata. */
export type Issuer = {
  /** As its tokens name it. */
  issuer: string
  keysUrl: URL
  /** The token endpoint; unknown if the issuer has only its keys in the usual place. */
  tokenUrl: URL | undefined
  /** Whether clients may send their secret in a header, the default if an issuer does not say. */
  takesBasic: boolean
}

export const ISSUER_TIMEOUT_MS = 5000

const withoutSlash = (url: string) => url.replace(/\/+$/, '')

/**
 * Reads `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, 4). An issuer without one has its keys at
 * `/.well-known/jwks.json`.
 * @throws OutageError where it does not answer, or names another issuer
 */
export async function discoverIssuer(url: SecretUrl): Promise<Issuer> {
  const given = url.reveal()
  const response = await fetch(`${withoutSlash(given)}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
    headers: { accept: 'application/json' },
  }).catch(cause => {
    throw new OutageError('issuer', `${url} does not answer`, { cause })
  })
  const text = await response.text().catch(cause => {
    throw new OutageError('issuer', `${url} broke off its answer`, { cause })
  })
  if (response.status >= 500 || response.status === 429)
    throw new OutageError('issuer', `${url} answers ${response.status}`)
  const said = response.ok ? readObject(text) : {}
  const { issuer, jwks_uri: keys, token_endpoint: token, token_endpoint_auth_methods_supported: ways } = said
  if (typeof issuer !== 'string' || typeof keys !== 'string')
    return {
      issuer: given,
      keysUrl: new URL(`${withoutSlash(given)}/.well-known/jwks.json`),
      tokenUrl: undefined,
      takesBasic: true,
    }
  // Issuers differ in a trailing slash; their tokens use the name given here.
  if (withoutSlash(issuer) !== withoutSlash(given))
    throw new OutageError(
      'issuer',
      issuer.includes('{')
        ? `${url} serves every tenant: set AUTH_URL to the issuer of your own`
        : `${url} says that it is ${issuer}: set AUTH_URL to that`,
    )
  return {
    issuer,
    keysUrl: toUrl(url, keys),
    tokenUrl: typeof token === 'string' ? toUrl(url, token) : undefined,
    takesBasic: !Array.isArray(ways) || ways.includes('client_secret_basic'),
  }
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function toUrl(issuer: SecretUrl, text: string): URL {
  const found = URL.parse(text)
  if (found?.protocol === 'https:' || found?.protocol === 'http:') return found
  throw new OutageError('issuer', `${issuer} names ${text.slice(0, 200)}, which is not a URL`)
}
