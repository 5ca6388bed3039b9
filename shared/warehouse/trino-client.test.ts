import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import { connectTrino } from './trino-client.ts'
import { parseTrinoUrl } from './trino-url.ts'

test('a Trino that takes a query and never answers is an outage, and holds nobody', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const place = parseTrinoUrl(new SecretUrl(`trino://cordage@127.0.0.1:${port}/delta`))
    await assert.rejects(connectTrino(place, { answerTimeoutMs: 100 }).query('select 1'), error => {
      assert.ok(error instanceof OutageError)
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} does not answer`))
      return true
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
