import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { locateFolder, openObjects } from './index.ts'
import { parseS3Url } from './s3-url.ts'

const SECRET = 'a/b+c@d%e'
const WHOLE = `s3://the-key:${encodeURIComponent(SECRET)}@the.bucket/a/b%20c/?endpoint=https%3A%2F%2Fs3.example%3A9000&region=eu&pathStyle=false`

test('a URL says bucket, folder, server, region, style and who one is', () => {
  assert.deepEqual(parseS3Url(WHOLE), {
    bucket: 'the.bucket',
    prefix: 'a/b c/',
    endpoint: 'https://s3.example:9000',
    region: 'eu',
    pathStyle: false,
    credentials: { accessKeyId: 'the-key', secretAccessKey: SECRET },
  })
})

test('a server of one’s own has a region and buckets in the path; without a server and a key the SDK finds them', () => {
  const own = parseS3Url('s3://bucket?endpoint=http://127.0.0.1:9000')
  assert.deepEqual([own.region, own.pathStyle, own.prefix], ['us-east-1', true, ''])
  const { endpoint, region, credentials } = parseS3Url('s3://bucket')
  assert.deepEqual([endpoint, region, credentials], [undefined, undefined, undefined])
})

test('what cannot be meant is refused with the form, and never with the secret in it', () => {
  for (const [url, says] of Object.entries({
    's3://key:hid/den@bucket': /its form is/,
    's3:bucket': /names no bucket/,
    's3://key@bucket': /a key needs a secret/,
    's3://bucket?endpint=http://x': /unknown parameter "endpint"/,
    's3://bucket?endpoint=minio:9000': /endpoint must be/,
    's3://bucket?endpoint=http://u:hidden@minio': /endpoint must be/,
    's3://bucket?pathStyle=yes': /pathStyle must be/,
  }))
    assert.throws(
      () => openObjects(url),
      error => error instanceof ConfigError && says.test(error.message) && !error.message.includes('hid'),
      url,
    )
})

test('the URL prints without its secret, and a folder of it has neither key nor secret', () => {
  assert.equal(
    String(new SecretUrl(WHOLE)),
    's3://the-key:***@the.bucket/a/b%20c/?endpoint=https%3A%2F%2Fs3.example%3A9000&region=eu&pathStyle=false',
  )
  assert.equal(locateFolder(WHOLE, 'lake'), 's3://the.bucket/a/b c/lake')
  assert.equal(locateFolder('file:///var/objects', 'lake'), '/var/objects/lake')
})
