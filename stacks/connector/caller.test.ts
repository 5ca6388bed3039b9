import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { type Caller, makeHttpCaller } from './caller.ts'
import { describeReply, judge, readRetryAfter } from './reply.ts'

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

test('what is not there, or answers something else than JSON with such a status, is an outage', async () => {
  const nowhere = makeHttpCaller({
    urls: new Map([['other', origin]]),
    token: async () => undefined,
    signal: new AbortController().signal,
  })
  assert.equal((await nowhere.deliver('land-changes', [])).status, 503)
  const { status, detail } = await callerOf('/proxy').deliver('land-changes', [])
  assert.equal(judge({ status }), 'outage')
  assert.match(detail ?? '', /something in front of the function answered/)
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

test('instances of a function are called in turn, and one that is down is skipped', async () => {
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
  assert.deepEqual(await statuses(callerOf(`${origin}/`, `${origin}/proxy`), 4), [200, 502, 200, 502])
  const nobody = 'http://127.0.0.1:1/'
  assert.deepEqual(await statuses(callerOf(nobody, `${origin}/`), 4), [200, 200, 200, 200])
  assert.deepEqual(await statuses(callerOf(nobody, nobody), 1), [503])
})

/** Speaks HTTP by hand: says how long its calls may take, then treats each call as told. */
async function startPeer(treat: (socket: Socket) => void) {
  const peer = createTcpServer(socket => {
    socket.on('error', () => {})
    socket.on('data', data => {
      if (!data.toString('latin1').startsWith('GET')) return treat(socket)
      const body = '{"timeoutMs":100}'
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  await new Promise<void>(resolve => peer.listen(0, '127.0.0.1', resolve))
  const { port } = peer.address() as AddressInfo
  const signal = new AbortController().signal
  const urls = new Map([['*', `http://127.0.0.1:${port}/function/{name}`]])
  return { caller: makeHttpCaller({ urls, token: async () => undefined, signal }), close: () => peer.close() }
}

test("a call ends with its function's limit: without an answer, with half a one, with one that has no end", {
  timeout: 60_000,
}, async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  const drip = (socket: Socket) => {
    socket.write(`${head}\r\n`)
    const timer = setInterval(() => socket.write(' '), 200)
    socket.once('close', () => clearInterval(timer))
  }
  const flood = (socket: Socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(' '.repeat(65536)));
    }
    socket.write(`${head}\r\n`)
    socket.on('drain', more)
    more()
  }
  const treatments: ((socket: Socket) => void)[] = [
    () => {},
    socket => socket.write('HTTP/1.1 200'),
    socket => socket.write(`${head}content-length: 100\r\n\r\n{"results":`),
    drip,
    flood,
  ]
  const ended = await Promise.all(
    treatments.map(async treat => {
      const { caller, close } = await startPeer(treat)
      const { status, detail } = await caller.deliver('land-changes', [])
      close()
      return { status, detail }
    }),
  )
  assert.deepEqual(
    ended.map(({ status }) => status),
    ended.map(() => 503),
  )
  for (const { detail } of ended)
    assert.match(detail ?? '', /has not answered within|the reply has more than/)
})

test('a call to a process that is frozen ends with its limit, and one to it once it goes on comes through', {
  timeout: 60_000,
}, async () => {
  const script = `require('node:http').createServer((request, response) => {
    response.end(request.url.endsWith('/_/ready') ? '{"timeoutMs":100}' : '{"results":[]}')
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
  const frozen = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(frozen.stdout, 'data')) as [Buffer]
    const urls = new Map([['*', `http://127.0.0.1:${port.toString().trim()}/`]])
    const caller = makeHttpCaller({
      urls,
      token: async () => undefined,
      signal: new AbortController().signal,
    })
    const status = async () => (await caller.deliver('land-changes', [])).status
    assert.equal(await status(), 200)
    frozen.kill('SIGSTOP')
    assert.equal(await status(), 503)
    frozen.kill('SIGCONT')
    assert.equal(await status(), 200)
  } finally {
    frozen.kill('SIGKILL')
  }
})

test('a call ends with the lease under which it is made, and the function hears of it', async () => {
  let closed = 0
  const { caller, close } = await startPeer(socket => socket.once('close', () => closed++))
  const lease = new AbortController()
  setTimeout(() => lease.abort(), 100)
  assert.equal((await caller.deliver('land-changes', [], lease.signal)).status, 503)
  for (let tries = 0; closed === 0 && tries < 100; tries++)
    await new Promise(resolve => setTimeout(resolve, 20))
  assert.equal(closed, 1)
  close()
})

test("a status counts whoever answers: a proxy's page too", async () => {
  const verdicts: Record<number, string> = {}
  const page = createServer((request, response) => {
    response.writeHead(Number(request.url?.split('/')[1]), {
      'content-type': 'text/html',
      'retry-after': '7',
    })
    response.end('<html>')
  })
  await new Promise<void>(resolve => page.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
  for (const status of [200, 301, 400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504]) {
    const urls = new Map([['*', `${at}/${status}`]])
    const caller = makeHttpCaller({
      urls,
      token: async () => undefined,
      signal: new AbortController().signal,
    })
    const reply = await caller.deliver('land-changes', [])
    verdicts[status] = judge(reply)
    assert.equal(reply.retryAfterMs, 7000)
  }
  page.close()
  const outage = Object.fromEntries(
    [200, 301, 401, 403, 404, 408, 409, 425, 429, 502, 503].map(one => [one, 'outage']),
  )
  assert.deepEqual(verdicts, {
    ...outage,
    400: 'refused',
    413: 'too_much',
    422: 'refused',
    500: 'unknown',
    504: 'too_much',
  })
  assert.equal(judge({ status: 504, reason: 'time_limit' }), 'unknown', "the function's own limit")
})

test('a problem document is described in one line, with what it lists and its trace id', () => {
  const body = {
    title: 'The build failed',
    detail: 'unique_dim_product_sku found 2 rows',
    errors: [{ field: 'sku', detail: 'BK-1 is there twice' }],
    traceId: 'abc',
  }
  assert.equal(
    describeReply({ status: 500, body }),
    'The build failed: unique_dim_product_sku found 2 rows: sku: BK-1 is there twice (trace id abc)',
  )
  assert.equal(describeReply({ status: 401, body: 'no object' }), 'look at FUNCTIONS_TOKEN')
})

test('who asks to be left alone is, for seconds or until a date, and not for ever', () => {
  assert.equal(readRetryAfter('3'), 3000)
  const until = readRetryAfter(new Date(Date.now() + 60_000).toUTCString()) ?? 0
  assert.ok(until > 50_000 && until <= 60_000)
  assert.equal(readRetryAfter('99999999'), 300_000)
  assert.deepEqual([undefined, 'soon'].map(readRetryAfter), [undefined, undefined])
})
