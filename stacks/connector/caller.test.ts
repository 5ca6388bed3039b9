import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type Caller, makeHttpCaller } from './caller.ts'

/** A function's server that says what it was sent, and one that never answers. */
const asked: IncomingHttpHeaders[] = []
const server = createServer((request, response) => {
  asked.push(request.headers)
  if (request.url === '/slow') return
  response.writeHead(request.url === '/proxy' ? 502 : 200)
  response.end(request.url === '/proxy' ? '<html>' : '{"results":[{"id":"a","status":"done"}]}')
})
let origin: string
before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const callerOf = (path: string, signal = new AbortController().signal) =>
  makeHttpCaller({ urls: new Map([['*', `${origin}${path}`]]), token: async () => 'secret', signal })

test('a batch is handed over with the token, and its answers come back', async () => {
  assert.deepEqual(await callerOf('/').deliver('land-changes', []), {
    status: 200,
    results: [{ id: 'a', status: 'done' }],
    detail: '',
  })
  assert.equal(asked.at(-1)?.authorization, 'Bearer secret')
  assert.match(String(asked.at(-1)?.traceparent), /^00-/)
})

test('what is not there, or answers something else than JSON, is an outage', async () => {
  const nowhere = makeHttpCaller({
    urls: new Map([['other', origin]]),
    token: async () => undefined,
    signal: new AbortController().signal,
  })
  assert.equal((await nowhere.deliver('land-changes', [])).status, 503)
  assert.equal((await callerOf('/proxy').deliver('land-changes', [])).status, 503)
})

test('a call in flight is cut off when the connector has waited long enough', async () => {
  const abort = new AbortController()
  const reply = callerOf('/slow', abort.signal).call('build-warehouse', {
    id: '1',
    type: 'cordage.schedule.v1',
    source: '/schedules',
    data: {},
  })
  setTimeout(() => abort.abort(), 50)
  assert.equal((await reply).status, 503)
})

test('copies of a function are called in turn, and one that is down is passed over', async () => {
  const callerOf = (...urls: string[]) =>
    makeHttpCaller({
      urls: new Map([['land-changes', urls.join('|')]]),
      token: async () => undefined,
      signal: new AbortController().signal,
    })
  const statuses = async (caller: Caller, calls: number) => {
    const found: number[] = []
    for (let i = 0; i < calls; i++) found.push((await caller.deliver('land-changes', [])).status)
    return found
  }
  assert.deepEqual(await statuses(callerOf(`${origin}/`, `${origin}/proxy`), 4), [200, 503, 200, 503])
  const nobody = 'http://127.0.0.1:1/'
  assert.deepEqual(await statuses(callerOf(nobody, `${origin}/`), 4), [200, 200, 200, 200])
  assert.deepEqual(await statuses(callerOf(nobody, nobody), 1), [503])
})
