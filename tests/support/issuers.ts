import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/**
 * Doubles of OIDC issuers, over HTTP: each has its paths, its discovery document and its tokens' claims as its documentation
 * shows them. They are no more than that: none of their code runs here.
 */
type Shape = {
  /** Path of the issuer, with the slash that its tokens end with. */
  path: string
  keys: string
  token: string
  ways?: string[]
  /** Claims of a token of somebody with these roles. */
  claims(roles: string[]): JWTPayload
  /** Where those are, as AUTH_ROLES names it. */
  roles: string
  /** The audience of its tokens. */
  audience: string
}

const TENANT = '8f7e6d5c-4b3a-4291-8072-615243342516'

export const SHAPES = {
  keycloak: {
    path: '/realms/shop',
    keys: '/realms/shop/protocol/openid-connect/certs',
    token: '/realms/shop/protocol/openid-connect/token',
    ways: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth'],
    claims: roles => ({
      typ: 'Bearer',
      azp: 'cordage',
      realm_access: { roles: ['offline_access', ...roles] },
    }),
    roles: 'realm_access.roles',
    audience: 'cordage',
  },
  entra: {
    path: `/${TENANT}/v2.0`,
    keys: `/${TENANT}/discovery/v2.0/keys`,
    token: `/${TENANT}/oauth2/v2.0/token`,
    ways: ['client_secret_post', 'private_key_jwt'],
    claims: roles => ({ ver: '2.0', tid: TENANT, roles }),
    roles: 'roles',
    audience: 'api://cordage',
  },
  auth0: {
    path: '/',
    keys: '/.well-known/jwks.json',
    token: '/oauth/token',
    ways: ['client_secret_basic', 'client_secret_post'],
    claims: roles => ({ gty: 'client-credentials', 'https://shop.example/roles': roles }),
    roles: 'https://shop.example/roles',
    audience: 'https://cordage.shop.example',
  },
  dex: {
    path: '/dex',
    keys: '/dex/keys',
    token: '/dex/token',
    claims: roles => ({ email: 'ops@shop.example', groups: roles }),
    roles: 'groups',
    audience: 'cordage',
  },
} satisfies Record<string, Shape>

export type Issuer = {
  /** As AUTH_URL has it. */
  url: string
  sign(claims: JWTPayload, options?: { issuer?: string; expires?: string }): Promise<string>
  /** Replaces its signing key, as a restart or a rotation does. */
  rotate(): Promise<void>
  /** What its token endpoint was asked: the form, and the client's credentials from the header. */
  asked: { form: URLSearchParams; basic: string | undefined }[]
  /** Answers everything with this status; undefined ends that. */
  fail(status: number | undefined): void
  close(): Promise<void>
}

/** @param lifeS how long the tokens of its token endpoint live */
export async function startIssuer(shape: Shape, { lifeS = 300 } = {}): Promise<Issuer> {
  let pair = await generateKeyPair('RS256')
  let kid = 1
  let status: number | undefined
  const asked: Issuer['asked'] = []
  const sign: Issuer['sign'] = (claims, { issuer = url, expires = '5m' } = {}) =>
    new SignJWT({ aud: shape.audience, jti: String(asked.length), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: String(kid) })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(pair.privateKey)
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const base = url.replace(/\/$/, '')
    const origin = new URL(url).origin
    if (request.url === `${new URL(base).pathname.replace(/^\/$/, '')}/.well-known/openid-configuration`)
      return {
        issuer: url,
        jwks_uri: `${origin}${shape.keys}`,
        token_endpoint: `${origin}${shape.token}`,
        ...(shape.ways && { token_endpoint_auth_methods_supported: shape.ways }),
      }
    // As Entra's, its keys do not say for which algorithm they are.
    if (request.url === shape.keys)
      return { keys: [{ ...(await exportJWK(pair.publicKey)), kid: String(kid), use: 'sig' }] }
    if (request.url !== shape.token || request.method !== 'POST') return undefined
    const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
    asked.push({
      form: new URLSearchParams(await text(request)),
      basic: basic && Buffer.from(basic, 'base64').toString(),
    })
    return {
      access_token: await sign(shape.claims(['internal', 'operator'])),
      token_type: 'Bearer',
      expires_in: lifeS,
    }
  }
  const server = createServer((request, response) => {
    void answer(request).then(body => {
      response.writeHead(status ?? (body === undefined ? 404 : 200), { 'content-type': 'application/json' })
      response.end(status ? '<html>' : JSON.stringify(body ?? {}))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${shape.path}`
  return {
    url,
    sign,
    asked,
    async rotate() {
      pair = await generateKeyPair('RS256')
      kid += 1
    },
    fail: given => {
      status = given
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
