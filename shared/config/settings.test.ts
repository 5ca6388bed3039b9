import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { ConfigError } from '../errors/index.ts'
import { readConnection, readSettings, SecretUrl } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordage-settings-'))
after(() => rmSync(folder, { recursive: true }))
const refusal = (env: Record<string, string>): string => {
  try {
    readSettings(env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
  return assert.fail('it was taken')
}
const SECRET = 'postgres://cordage:hidden@db.example/cordage'

test('nothing has to be set', () => {
  const settings = readSettings({})
  assert.equal(settings.PORT, 8080)
  assert.equal(settings.HOST, '127.0.0.1')
  assert.equal(settings.CORDAGE_HOME, resolve('.cordage'))
  assert.equal(settings.STORE_URL, undefined)
})

test('a variable that is empty counts as missing, one that is malformed is refused by its name', () => {
  assert.equal(readSettings({ PORT: '' }).PORT, 8080)
  for (const [name, value] of [
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '80.5'],
    ['STORE_URL', 'db.example'],
    ['STORE_URL', 'mysql://db.example'],
    ['DEMO_TODAY', '30.06.2017'],
    ['LOG_LEVEL', 'loud'],
    ['FUNCTION_URLS', 'land-changes'],
  ] as const)
    assert.match(refusal({ [name]: value }), new RegExp(`^${name}: `))
})

test('every malformed setting is reported at once, and no value of a secret', () => {
  const message = refusal({ PORT: 'x', STORE_URL: 'mysql://user:hidden@db' })
  assert.match(message, /PORT: .*; STORE_URL: |STORE_URL: .*; PORT: /)
  assert.ok(!message.includes('hidden'))
})

test('a ranking cannot be learnt from queries of which nothing is recorded', () => {
  assert.match(
    refusal({ SEARCH_RANKING: 'learned', SEARCH_QUERIES: 'off' }),
    /^SEARCH_RANKING: .* set SEARCH_QUERIES to hashed or kept$/,
  )
  assert.equal(readSettings({ SEARCH_RANKING: 'interleaved' }).SEARCH_QUERIES, 'hashed')
})

test('a secret may come from a mounted file', () => {
  const file = join(folder, 'store')
  writeFileSync(file, `${SECRET}\n`)
  assert.equal(readSettings({ STORE_URL_FILE: file }).STORE_URL?.reveal(), SECRET)
  assert.match(
    refusal({ STORE_URL_FILE: file, STORE_URL: SECRET }),
    /STORE_URL: set it or STORE_URL_FILE, not both/,
  )
  assert.match(refusal({ STORE_URL_FILE: join(folder, 'none') }), /STORE_URL_FILE: cannot read/)
})

test('a URL prints without its password however it is printed', () => {
  const url = new SecretUrl(SECRET)
  for (const printed of [
    String(url),
    JSON.stringify({ url }),
    inspect(url),
    inspect({ deep: { url } }),
    `${url}`,
  ])
    assert.ok(!printed.includes('hidden') && printed.includes('db.example'), printed)
  assert.equal(url.reveal(), SECRET)
  assert.equal(url.scheme, 'postgres')
})

test('a password is left out in whole, whatever it holds and wherever it stands', () => {
  assert.equal(
    String(new SecretUrl('postgres://db.example/x?user=u&password=hidden&sslmode=require')),
    'postgres://db.example/x?user=u&password=***&sslmode=require',
  )
  for (const password of ['a%40b', 'hid@den', 'hid/den@x'])
    assert.ok(!String(new SecretUrl(`postgres://u:${password}@db.example/x`)).includes('den'), password)
})

test("a source's connection is its variable, its file, or its secret under the home", () => {
  mkdirSync(join(folder, 'secrets'))
  writeFileSync(join(folder, 'secrets', 'my-shop.url'), 'postgres://three\n')
  assert.equal(
    readConnection('my-shop', folder, { MY_SHOP_URL: 'postgres://one' }).reveal(),
    'postgres://one',
  )
  assert.equal(readConnection('my-shop', folder, {}).reveal(), 'postgres://three')
  assert.throws(
    () => readConnection('branch', folder, {}),
    /connection "branch": set BRANCH_URL or BRANCH_URL_FILE, or write the URL to .*branch\.url$/,
  )
})
