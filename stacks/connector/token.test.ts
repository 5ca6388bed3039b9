import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../../shared/config/index.ts'
import { ConfigError, OutageError } from '../../shared/errors/index.ts'
import { SHAPES, startIssuer } from '../../tests/support/issuers.ts'
import { makeToken } from './token.ts'

const CLIENT = { FUNCTIONS_CLIENT_ID: 'cordage connector', FUNCTIONS_CLIENT_SECRET: 's:e+cret' }

test('a token of a file is read again when it is replaced', async context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-token-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'token')
  writeFileSync(file, 'first\n')
  const token = makeToken(readSettings({ FUNCTIONS_TOKEN_FILE: file }))
  assert.equal(await token(), 'first')
  writeFileSync(`${file}.new`, 'second')
  renameSync(`${file}.new`, file)
  assert.equal(await token(), 'second')
  rmSync(file)
  await assert.rejects(token(), OutageError)
})

for (const [name, shape] of Object.entries(SHAPES))
  test(`a double of ${name} gives a token to the client, once while it holds`, async context => {
    const issuer = await startIssuer(shape)
    context.after(issuer.close)
    const scope = name === 'entra' ? { FUNCTIONS_SCOPE: 'api://cordage/.default' } : {}
    const token = makeToken(
      readSettings({ AUTH_URL: issuer.url, AUTH_AUDIENCE: shape.audience, ...CLIENT, ...scope }),
    )
    const [first, same] = await Promise.all([token(), token()])
    assert.equal(first, same)
    assert.equal(await token(), first)
    assert.equal(issuer.asked.length, 1)
    const [{ form, basic } = { form: new URLSearchParams(), basic: undefined }] = issuer.asked
    assert.equal(form.get('grant_type'), 'client_credentials')
    if (name === 'entra') {
      assert.equal(form.get('client_secret'), 's:e+cret')
      assert.deepEqual(
        [form.get('scope'), form.get('audience'), basic],
        ['api://cordage/.default', null, undefined],
      )
    } else {
      assert.equal(basic, 'cordage+connector:s%3Ae%2Bcret')
      assert.deepEqual([form.get('audience'), form.get('client_secret')], [shape.audience, null])
    }
  })

test('a token is renewed before it expires, and again when a function refuses it', async context => {
  const issuer = await startIssuer(SHAPES.keycloak, { lifeS: 5 })
  context.after(issuer.close)
  const token = makeToken(readSettings({ AUTH_URL: issuer.url, ...CLIENT }))
  const first = await token()
  await sleep(4200)
  // It still holds, and is given while the next one comes.
  assert.equal(await token(), first)
  for (let tries = 0; tries < 50 && (await token()) === first; tries++) await sleep(20)
  const second = await token()
  assert.notEqual(second, first)
  await sleep(1100)
  await issuer.rotate()
  await token(second)
  for (let tries = 0; tries < 50 && (await token(second)) === second; tries++) await sleep(20)
  assert.notEqual(await token(second), second)
})

test('an issuer that is away is an outage as long as no token holds', async context => {
  const issuer = await startIssuer(SHAPES.auth0)
  context.after(issuer.close)
  const token = makeToken(readSettings({ AUTH_URL: issuer.url, ...CLIENT }))
  issuer.fail(503)
  await assert.rejects(token(), OutageError)
  await assert.rejects(makeToken(readSettings({ AUTH_URL: 'http://127.0.0.1:1', ...CLIENT }))(), OutageError)
})

test('settings that lack a part, or say two things, are refused', () => {
  const AUTH_URL = 'http://127.0.0.1:1'
  for (const env of [
    { FUNCTIONS_CLIENT_ID: 'a', AUTH_URL },
    { FUNCTIONS_CLIENT_ID: 'a', FUNCTIONS_CLIENT_SECRET: 'b' },
    { ...CLIENT, AUTH_URL, FUNCTIONS_TOKEN: 'c' },
  ])
    assert.throws(() => makeToken(readSettings(env)), ConfigError)
})
