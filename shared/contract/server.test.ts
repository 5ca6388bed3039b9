import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { plainReply } from './reply.ts'
import { listen, makeServer, type Router } from './server.ts'

/** Says what reached it. */
const sayBack: Router = path => ({
  maxBytes: 1000,
  path,
  answer: ({ method }) => plainReply(200, `${method} ${path}`, 'text/plain'),
})
const server = makeServer(sayBack, ['cordage.example'])
const openServer = makeServer(sayBack, ['*'])
let port: number
let openPort: number
before(async () => {
  port = await listen(server, 0, '127.0.0.1')
  openPort = await listen(openServer, 0, '127.0.0.1')
})
after(() => {
  server.close()
  openServer.close()
})

/** A request as it goes over the wire, and the status and body of its reply. */
async function send(head: string, to = port): Promise<[status: number, body: string]> {
  const socket = connect(to, '127.0.0.1')
  let reply = ''
  socket.on('data', chunk => (reply += String(chunk)))
  socket.write(`${head}\r\nconnection: close\r\n\r\n`)
  await once(socket, 'close')
  return [Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1]), reply.slice(reply.indexOf('\r\n\r\n') + 4)]
}

test('probes are answered under any Host and without one, and nothing else is', async () => {
  for (const path of ['/_/health', '/_/ready', '/healthz', '/function/search-products/_/ready'])
    for (const host of ['', '\r\nhost: 10.1.2.3:8080', '\r\nhost: pod.example', '\r\nhost: '])
      assert.deepEqual(await send(`GET ${path} HTTP/1.1${host}`), [200, `GET ${path}`], host)
  for (const path of ['/', '/openapi.json', '/_/other', '/x/_/health', '/healthz/more'])
    for (const host of ['', '\r\nhost: 10.1.2.3:8080', '\r\nhost: pod.example'])
      assert.equal((await send(`GET ${path} HTTP/1.1${host}`))[0], 403, `${path} ${host}`)
  assert.equal((await send('GET / HTTP/1.1\r\nhost: cordage.example'))[0], 200)
})

test('metrics are served by address, and to no page that has rebound its name', async () => {
  for (const [host, status] of [
    ['', 200],
    ['\r\nhost: 10.1.2.3:8080', 200],
    ['\r\nhost: [fd00::1]:8080', 200],
    ['\r\nhost: 127.0.0.1:8080', 200],
    ['\r\nhost: evil.example', 403],
    ['\r\nhost: 10.1.2.3\r\norigin: http://10.1.2.3', 403],
  ] as const)
    for (const path of ['/metrics', '/function/search-products/metrics'])
      assert.equal((await send(`GET ${path} HTTP/1.1${host}`))[0], status, host)
})

test('behind a gateway any Host is answered, and still no page of another site', async () => {
  for (const [headers, status] of [
    ['host: 10.1.2.3:8080', 200],
    ['host: search-products.cordage.svc.cluster.local', 200],
    ['host: shop.example\r\norigin: http://shop.example', 200],
    ['host: shop.example\r\norigin: http://evil.example', 403],
  ] as const)
    assert.equal((await send(`GET / HTTP/1.1\r\n${headers}`, openPort))[0], status, headers)
})

test('the head of what GET gives has no body', async () => {
  assert.deepEqual(await send('HEAD /_/health HTTP/1.1'), [200, ''])
})
