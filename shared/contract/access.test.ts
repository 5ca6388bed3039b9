import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { z } from 'zod'
import { readSettings } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { makeAuthenticate } from './access.ts'
import { type Access, defineFunction } from './define.ts'
import { type Host, makeHost } from './host.ts'

/** An issuer of our own, with its keys where OIDC issuers have them. */
const { publicKey, privateKey } = await generateKeyPair('RS256')
const issuer = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  void exportJWK(publicKey).then(key =>
    response.end(
      request.url === '/.well-known/jwks.json'
        ? JSON.stringify({ keys: [{ ...key, kid: 'one', alg: 'RS256' }] })
        : '{}',
    ),
  )
})
let url: string
before(async () => {
  await new Promise<void>(resolve => issuer.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
})
after(() => issuer.close())

type Claims = {
  roles?: unknown
  issuer?: string
  audience?: string
  expires?: string
  key?: typeof privateKey
  more?: Record<string, unknown>
}
async function makeToken({
  roles,
  issuer = url,
  audience = 'cordage',
  expires = '5m',
  key = privateKey,
  more = {},
}: Claims = {}): Promise<string> {
  return new SignJWT({ ...(roles !== undefined && { roles }), ...more })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key)
}

async function start(access: Access): Promise<Host> {
  const definition = defineFunction({
    name: 'greet-people',
    summary: 'Greets',
    access,
    uses: [] as const,
    input: z.strictObject({}),
    output: z.object({}),
    handle: async () => ({}),
  } as Parameters<typeof defineFunction>[0])
  const settings = readSettings({ AUTH_URL: url })
  const host = makeHost(definition, {
    settings,
    resources: {},
    log: makeLogger({ level: 'silent' }),
    authenticate: await makeAuthenticate(settings),
  })
  await host.start()
  return host
}

const request = (token?: string) => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  },
  body: Buffer.from('{}'),
})

async function call(access: Access, token?: string): Promise<number> {
  return (await (await start(access)).dispatch(request(token))).status
}

test('without an issuer everybody on this machine may call, and listening beyond it is refused', async () => {
  const settings = readSettings({})
  const authenticate = await makeAuthenticate(settings)
  await authenticate({ method: 'POST', path: '/', query: '', headers: {}, body: Buffer.alloc(0) }, 'internal')
  await assert.rejects(
    makeAuthenticate(readSettings({ HOST: '0.0.0.0' })),
    (error: Error) => error instanceof ConfigError && /needs AUTH_URL/.test(error.message),
  )
})

test('a public function asks nobody', async () => {
  assert.equal(await call('public'), 200)
  assert.equal(await call('public', 'nonsense'), 200)
})

test('anything else needs a token of the issuer for us that has not run out', async () => {
  assert.equal(await call('user'), 401)
  assert.equal(await call('user', await makeToken()), 200)
  const { privateKey: other } = await generateKeyPair('RS256')
  for (const claims of [
    { issuer: 'http://evil.example' },
    { audience: 'another' },
    { expires: '-1m' },
    { key: other },
  ])
    assert.equal(await call('user', await makeToken(claims)), 401, JSON.stringify(Object.keys(claims)))
  for (const token of [
    '',
    'nonsense',
    'a.b.c',
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"roles":["operator"]}').toString('base64url')}.`,
  ])
    assert.equal(await call('user', token), 401, token)
})

test('operators and internal callers need that role', async () => {
  for (const access of ['operator', 'internal'] as const) {
    assert.equal(await call(access, await makeToken()), 403)
    assert.equal(await call(access, await makeToken({ roles: 'operator internal' })), 403, 'roles is a list')
    assert.equal(await call(access, await makeToken({ roles: ['user', access] })), 200)
  }
  assert.equal(await call('internal', await makeToken({ roles: ['operator'] })), 403)
})

test("this process's own calls, of schedules and new objects, need no token", async () => {
  for (const access of ['operator', 'internal'] as const)
    assert.equal((await (await start(access)).invoke(request())).status, 200)
})

test('a caller is known by its roles, and by the claims that AUTH_CLAIMS names, as texts', async () => {
  const settings = readSettings({
    AUTH_URL: url,
    AUTH_CLAIMS: 'territory,shop.region,https://shop.example/team',
  })
  const authenticate = await makeAuthenticate(settings)
  const more = { territory: [1, '4', null], shop: { region: 'EU West' }, other: ['x'] }
  const { subject, ...identity } = await authenticate(
    request(await makeToken({ roles: ['finance', 'user'], more })),
    'user',
  )
  assert.deepEqual(identity, {
    isOperator: false,
    roles: ['finance', 'user'],
    claims: { territory: ['1', '4'], 'shop.region': ['EU West'], 'https://shop.example/team': [] },
  })
  const stranger = await authenticate(request(), 'public')
  assert.deepEqual(stranger, { isOperator: false, roles: [], claims: {} })
})
