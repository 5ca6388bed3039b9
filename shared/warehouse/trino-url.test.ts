import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { objectsUrl, parseTrinoUrl, trinoLocation } from './index.ts'

const parse = (url: string) => parseTrinoUrl(new SecretUrl(url))

test('a URL says where a Trino is, as whom to ask it, and where the warehouse lies', () => {
  assert.deepEqual(parse('trino://bi@trino.example/lake'), {
    host: 'trino.example',
    port: 8080,
    scheme: 'http',
    user: 'bi',
    password: undefined,
    ca: undefined,
    catalog: 'lake',
    schema: 'warehouse',
  })
  const whole = parse('trino://bi:p%40ss%2Fword@[::1]:8443/lake/sales?ssl=true&ca=%2Fetc%2Fca.pem')
  assert.deepEqual(
    [whole.host, whole.port, whole.scheme, whole.password, whole.ca, whole.schema],
    ['::1', 8443, 'https', 'p@ss/word', '/etc/ca.pem', 'sales'],
  )
})

test('ports that a browser leaves out are kept', () => {
  assert.equal(parse('trino://bi@trino.example:80/lake').port, 80)
  assert.equal(parse('trino://bi@trino.example/lake?ssl=true').port, 443)
  assert.equal(parse('trino://bi@trino.example:443/lake?ssl=true').port, 443)
})

test('what is wrong with a URL is said, and its password is not', () => {
  const wrong: [string, RegExp][] = [
    ['trino://', /no host/],
    ['trino:lake', /no catalog/],
    ['trino://bi@trino.example', /no catalog/],
    ['trino://trino.example/lake', /no user/],
    ['trino://bi@trino.example/Lake', /lower-case/],
    ['trino://bi@trino.example/lake/a/b', /lower-case/],
    ['trino://bi@trino.example/lake/x";drop', /lower-case/],
    ['trino://bi:secret@trino.example/lake', /a password goes over ssl=true only/],
    ['trino://bi:secret@trino.example/lake?ssl=yes', /ssl is true or false/],
    ['trino://bi@trino.example/lake?tls=true', /no option "tls"/],
  ]
  for (const [url, says] of wrong)
    assert.throws(
      () => parse(url),
      (error: Error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, says, url)
        assert.doesNotMatch(error.message, /secret|\n/)
        return true
      },
    )
})

test("a folder of the lake has Trino's name for it", () => {
  const at = (url?: string) =>
    objectsUrl({ CORDAGE_HOME: '/srv/a b', OBJECTS_URL: url === undefined ? undefined : new SecretUrl(url) })
  assert.equal(trinoLocation(`${at()}/lake/cdc_shop/Sale`), 'local:///srv/a b/objects/lake/cdc_shop/Sale')
  assert.equal(trinoLocation(at('file:///data/objects/')), 'local:///data/objects')
  assert.equal(trinoLocation(at('s3://key:secret@bucket/cordage/?region=x')), 's3://bucket/cordage')
})
