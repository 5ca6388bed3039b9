import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SHAPES, startIssuer } from '../../tests/support/issuers.ts'
import { readSettings, SecretUrl } from '../config/index.ts'
import { BadInputError, OutageError } from '../errors/index.ts'
import { makeAuthenticate, readRoles } from './access.ts'
import type { Access } from './define.ts'
import { discoverIssuer } from './issuer.ts'

const requestOf = (token: string) => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: { authorization: `Bearer ${token}` },
  body: Buffer.alloc(0),
})

/** 200, the status of a refusal, or 503 where the issuer is away. */
async function statusOf(
  authenticate: Awaited<ReturnType<typeof makeAuthenticate>>,
  token: string,
  access: Access = 'operator',
) {
  try {
    await authenticate(requestOf(token), access)
    return 200
  } catch (error) {
    if (error instanceof OutageError) return 503
    if (error instanceof BadInputError) return error.status
    throw error
  }
}

for (const [name, shape] of Object.entries(SHAPES))
  describe(`a double of ${name}`, () => {
    test('is found by its discovery document, and its tokens are taken with their roles', async context => {
      const issuer = await startIssuer(shape)
      context.after(issuer.close)
      const settings = { AUTH_AUDIENCE: shape.audience, AUTH_ROLES: shape.roles }
      // With the slash at the end or without it, however it was copied.
      for (const AUTH_URL of [issuer.url, `${issuer.url.replace(/\/$/, '')}/`]) {
        const authenticate = await makeAuthenticate(readSettings({ ...settings, AUTH_URL }))
        const operator = await issuer.sign(shape.claims(['operator']))
        assert.equal(await statusOf(authenticate, operator), 200)
        assert.equal(await statusOf(authenticate, operator, 'internal'), 403)
        assert.equal(await statusOf(authenticate, await issuer.sign(shape.claims([]))), 403)
        assert.equal(await statusOf(authenticate, await issuer.sign(shape.claims([])), 'user'), 200)
        for (const wrong of [
          await issuer.sign(shape.claims(['operator']), { issuer: 'https://another.example/' }),
          await issuer.sign({ ...shape.claims(['operator']), aud: 'another' }),
          await issuer.sign(shape.claims(['operator']), { expires: '-1m' }),
        ])
          assert.equal(await statusOf(authenticate, wrong), 401)
      }
    })

    test('that is away is no fault of the caller, and is asked again', async context => {
      const issuer = await startIssuer(shape)
      context.after(issuer.close)
      const authenticate = await makeAuthenticate(
        readSettings({ AUTH_URL: issuer.url, AUTH_AUDIENCE: shape.audience, AUTH_ROLES: shape.roles }),
      )
      const token = await issuer.sign(shape.claims(['operator']))
      issuer.fail(502)
      assert.equal(await statusOf(authenticate, token), 503)
      issuer.fail(undefined)
      let status = 503
      for (let tries = 0; status === 503 && tries < 50; tries++) {
        await sleep(100)
        status = await statusOf(authenticate, token)
      }
      assert.equal(status, 200)
    })
  })

test('keys that cannot be read are an outage; a token of another key is not', async context => {
  const { keys, ...rest } = SHAPES.dex
  const issuer = await startIssuer({ ...rest, keys: '/elsewhere' })
  const other = await startIssuer(SHAPES.dex)
  context.after(() => Promise.all([issuer.close(), other.close()]))
  const settings = readSettings({ AUTH_URL: other.url, AUTH_ROLES: 'groups' })
  const stranger = await issuer.sign(SHAPES.dex.claims(['operator']), { issuer: other.url })
  assert.equal(await statusOf(await makeAuthenticate(settings), stranger), 401)
  const gone = readSettings({ AUTH_URL: 'http://127.0.0.1:1/dex' })
  assert.equal(await statusOf(await makeAuthenticate(gone), stranger), 503)
  assert.ok(keys)
})

test('an issuer that says it is another is refused by name, and so is that of every tenant', async context => {
  const { createServer } = await import('node:http')
  let issuer = ''
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ issuer, jwks_uri: 'http://127.0.0.1:1/' })),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  const { port } = server.address() as { port: number }
  const url = new SecretUrl(`http://127.0.0.1:${port}/contoso.onmicrosoft.com/v2.0`)
  issuer = 'https://login.example/8f7e6d5c/v2.0'
  await assert.rejects(
    discoverIssuer(url),
    /says that it is https:\/\/login\.example\/8f7e6d5c\/v2\.0: set AUTH_URL to that/,
  )
  issuer = 'https://login.example/{tenantid}/v2.0'
  await assert.rejects(discoverIssuer(url), /every tenant: set AUTH_URL to the issuer of your own/)
})

test('roles are where the setting says, as a list or as a scope, and nowhere else', () => {
  for (const [claims, place, roles] of [
    [{ roles: ['operator'] }, 'roles', ['operator']],
    [{ roles: 'operator' }, 'roles', ['operator']],
    [{ roles: 'operator internal' }, 'roles', ['operator internal']],
    [{ scope: 'openid operator' }, 'scope', ['openid', 'operator']],
    [{ scp: 'operator internal' }, 'scp', ['operator', 'internal']],
    [{ realm_access: { roles: ['operator'] } }, 'realm_access.roles', ['operator']],
    [
      { resource_access: { 'my.app': { roles: ['operator'] } } },
      'resource_access.my.app.roles',
      ['operator'],
    ],
    [{ 'https://shop.example/roles': ['operator'] }, 'https://shop.example/roles', ['operator']],
    [{ roles: ['operator'] }, 'realm_access.roles', []],
    [{ roles: { operator: true } }, 'roles', []],
    [{ realm_access: 'roles' }, 'realm_access.roles', []],
    [{}, '__proto__.roles', []],
    [{ roles: [1, null, 'user'] }, 'roles', ['user']],
  ] as const)
    assert.deepEqual(readRoles(claims as never, place), roles, place)
})
