import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startTracing } from './tracing.ts'

test('nothing is traced without an endpoint', async () => {
  assert.equal(await startTracing(undefined), undefined)
})

test("a call's span joins its caller's trace and reaches the collector", async () => {
  const received: { url: string | undefined; body: string }[] = []
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      received.push({ url: request.url, body: Buffer.concat(chunks).toString() })
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>(resolve => collector.listen(0, '127.0.0.1', resolve))
  try {
    const tracing = await startTracing(`http://127.0.0.1:${(collector.address() as AddressInfo).port}/`)
    const span = tracing?.start('show-status', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
    span?.end(500)
    await tracing?.close()
    assert.equal(span?.traceId, '0af7651916cd43dd8448eb211c80319c')
    const [sent] = received
    assert.equal(sent?.url, '/v1/traces')
    for (const part of ['show-status', 'b7ad6b7169203331', '"cordage"', '"code":2'])
      assert.ok(sent?.body.includes(part), part)
  } finally {
    collector.close()
  }
})
