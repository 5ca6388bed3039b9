import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { type Demo, startDemo, waitFor } from '../support/demo.ts'

/** What a caller may send, against everything that runs: the status that the design says, and never a 5xx. */
let demo: Demo
before(async () => {
  demo = await startDemo({ env: { DEMO_SHOP: 'still', DEMO_DAYS: '30' } })
  await waitFor('the first answer', async () => demo.printed().includes('first answer'), 120_000)
  await waitFor('marts', async () => demo.printed().includes('the page is at'), 400_000)
})
after(async () => {
  await demo.stop()
  rmSync(demo.home, { recursive: true, force: true })
})

type Reply = { status: number; body: Record<string, unknown>; text: string }

function send(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Reply> {
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(demo.gateway)
    const sent = request({ hostname, port, path, method, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = /json/.test(response.headers['content-type'] ?? '')
        resolve({
          status: response.statusCode ?? 0,
          body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
          text,
        })
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const post = (name: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  send(`/function/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
const search = (input: unknown) => post('search-products', JSON.stringify(input))
const fieldsOf = ({ body }: Reply) =>
  (body.errors as { field: string }[] | undefined)?.map(({ field }) => field)
const resultsOf = ({ body }: Reply) => body.results as unknown[]

async function refuses(reply: Promise<Reply>, status: number, field?: string): Promise<Reply> {
  const given = await reply
  assert.equal(given.status, status, given.text.slice(0, 300))
  if (field !== undefined) assert.ok(fieldsOf(given)?.includes(field), given.text.slice(0, 300))
  assert.doesNotMatch(given.text, /\bat .*\.ts|node_modules/)
  return given
}

async function answers(reply: Promise<Reply>): Promise<Reply> {
  const given = await reply
  assert.equal(given.status, 200, given.text.slice(0, 300))
  return given
}

test('malformed JSON is 400, whatever is wrong with it', async () => {
  for (const body of [
    '{',
    '{"query": }',
    '{"query": "a"',
    'query=bike',
    '{"query": "a"}}',
    "{'query': 'a'}",
    '\u0000',
    '{"a":NaN}',
  ])
    assert.equal((await refuses(post('search-products', body), 400)).body.reason, 'malformed_json')
  await refuses(post('search-products', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400)
})

test('wrong types are 400 with their field', async () => {
  await refuses(search({ query: 7 }), 400, 'query')
  await refuses(search({ query: ['bike'] }), 400, 'query')
  await refuses(search({ query: 'bike', limit: '10' }), 400, 'limit')
  await refuses(search({ query: 'bike', filters: { priceMax: 'cheap' } }), 400, 'filters.priceMax')
  await refuses(search({ query: 'bike', filters: [] }), 400, 'filters')
  await refuses(post('read-mart', '{"mart": {}}'), 400, 'mart')
  await refuses(post('replay-parked', '{"parkedFrom": "yesterday"}'), 400, 'parkedFrom')
})

test('unknown fields are 400 with their names, in bodies and in query strings', async () => {
  await refuses(search({ query: 'bike', colour: 'red' }), 400, 'colour')
  await refuses(search({ query: 'bike', filters: { size: 'L' } }), 400, 'filters.size')
  await refuses(send('/function/search-products?query=bike&colour=red'), 400, 'colour')
  await refuses(send('/function/show-status?verbose=true'), 400, 'verbose')
})

test('limits outside their range are 400', async () => {
  for (const limit of [10_000, 0, -1, 1.5, 1e308])
    await refuses(search({ query: 'bike', limit }), 400, 'limit')
  await refuses(send('/function/search-products?query=bike&limit=10000'), 400, 'limit')
  await refuses(post('read-mart', '{"mart": "agg_sales_weekly", "limit": 10000}'), 400, 'limit')
})

test('a body of 2 MB is 413, declared or in chunks', async () => {
  const body = JSON.stringify({ query: 'x'.repeat(2_000_000) })
  await refuses(post('search-products', body), 413)
  await refuses(post('search-products', body, { 'transfer-encoding': 'chunked' }), 413)
  await answers(search({ query: 'bike' }))
})

test('what is not there is 404: a function, a mart, a path', async () => {
  await refuses(post('no-such-function', '{}'), 404)
  await refuses(post('read-mart', '{"mart": "no_such_mart"}'), 404)
  await refuses(send('/elsewhere'), 404)
  await refuses(send('/function/search-products/elsewhere'), 404)
  for (const path of [
    '/../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '//etc/passwd',
    '/%00',
    '/index.html%00.js',
  ])
    await refuses(send(path), 404)
})

test('a product or a filter that matches nothing is an empty answer', async () => {
  for (const filters of [{ color: 'no such colour' }, { priceMin: 1e9 }, { priceMin: 5, priceMax: 4 }]) {
    const { body } = await answers(search({ query: 'bike', filters }))
    assert.deepEqual(body.results, [])
    assert.deepEqual(body.facets, { category: [], subcategory: [], color: [] })
  }
  await answers(search({ query: 'XX-0000-99' }))
  const { body } = await answers(
    post('read-mart', '{"mart": "agg_sales_weekly", "filters": {"week_start": "1999-01-04"}}'),
  )
  assert.deepEqual(body.rows, [])
})

test('a query of 10,000 characters is 400 with its field, in a body and in a query string', async () => {
  await refuses(search({ query: 'x'.repeat(10_000) }), 400, 'query')
  await refuses(send(`/function/search-products?query=${'x'.repeat(10_000)}`), 400, 'query')
  await refuses(send(`/function/search-products?${'x'.repeat(10_000)}=1`), 400)
  await refuses(send(`/function/search-products?${'a.'.repeat(5000)}b=1`), 400)
  // Beyond what Node takes as headers it is answered before any of our code.
  assert.equal((await send(`/function/search-products?query=${'x'.repeat(20_000)}`)).status, 431)
})

test('control characters, NUL, lone surrogates and right-to-left marks in a query are only characters', async () => {
  for (const query of [
    '\u0000',
    'bike\u0000helmet',
    'bike\u0007\u001b[31m',
    '\ud800',
    'bike \udfff',
    '\u202ebike',
    '\ufeff',
    '😀'.repeat(100),
    'a\u0301'.repeat(200),
  ])
    await answers(search({ query }))
  for (const query of ['%00', 'bike%00helmet', '%ED%A0%80', '%FF', '%', '%zz', '+', '&&&', '=']) {
    const reply = await send(`/function/search-products?query=${query}`)
    assert.equal(reply.status, query.includes('&') || query === '=' ? reply.status : 200, query)
    assert.ok(reply.status < 500, `${query}: ${reply.text}`)
  }
  for (const filters of [{ category: '\ud800' }, { subcategory: "a'b" }])
    assert.deepEqual(resultsOf(await answers(search({ query: 'bike', filters }))), [])
})

test('a NUL where the store is asked for the text as it is, is 400 with its field', async () => {
  await refuses(search({ query: 'bike', filters: { color: 'a\u0000b' } }), 400, 'filters.color')
  for (const field of ['topic', 'function', 'reason'])
    await refuses(post('replay-parked', JSON.stringify({ [field]: 'a\u0000b' })), 400, field)
  await refuses(post('read-mart', '{"mart": "a\\u0000b"}'), 404)
  for (const time of [
    '0000-01-01T00:00:00Z',
    '2017-01-01T00:00:00+16:00',
    `2017-01-01T00:00:00.${'1'.repeat(200)}Z`,
  ])
    await refuses(
      post('read-mart', JSON.stringify({ mart: 'dim_product', filters: { valid_from: { gte: time } } })),
      400,
      'filters.valid_from.gte',
    )
})

test('SQL and tsquery in a query are only words', async () => {
  const queries = [
    "'; drop table search.product; --",
    "' or 1=1 --",
    '$1',
    '%',
    '_',
    '\\',
    "a' & 'b",
    '!!!',
    '(((',
    ':*',
    'a:*|b',
    '<->',
    '"',
    '`',
    '{}',
    "''''",
    '--',
    '/* */',
    'a & | b',
  ]
  for (const query of queries) await answers(search({ query }))
  assert.ok(resultsOf(await answers(search({ query: 'mountain bike' }))).length > 0)
  await refuses(post('read-mart', `{"mart": "agg_sales_weekly; drop table x"}`), 404)
  await refuses(
    post('read-mart', `{"mart": "agg_sales_weekly", "orderBy": "week_start; drop table x"}`),
    400,
    'orderBy',
  )
  await refuses(post('read-mart', `{"mart": "agg_sales_weekly", "filters": {"\\" = 1 or 1=1": 1}}`), 400)
})

test('deep JSON and long arrays are refused, not followed', async () => {
  await refuses(post('search-products', '['.repeat(100_000) + ']'.repeat(100_000)), 400)
  await refuses(post('search-products', `${`{"filters":`.repeat(5000)}{}${'}'.repeat(5000)}`), 400)
  await refuses(
    search({ query: 'bike', filters: { color: Array.from({ length: 50_000 }, () => 'red') } }),
    400,
  )
  await refuses(
    search({ query: 'bike', ...Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, i])) }),
    400,
  )
})

test('keys of prototypes are unknown fields like others, and change nothing', async () => {
  await refuses(post('search-products', '{"query": "bike", "__proto__": {"limit": 1}}'), 400, '__proto__')
  await refuses(
    post('search-products', '{"query": "bike", "constructor": {"prototype": {"x": 1}}}'),
    400,
    'constructor',
  )
  await refuses(
    post('search-products', '{"query": "bike", "filters": {"__proto__": {"inStock": true}}}'),
    400,
  )
  await refuses(send('/function/search-products?query=bike&__proto__.x=1'), 400, '__proto__')
  await refuses(send('/function/search-products?query=bike&filters.__proto__.inStock=true'), 400)
  await refuses(send('/function/search-products?query=bike&constructor.prototype.x=1'), 400)
  await refuses(send('/function/search-products?query=bike&query.x=1'), 400)
  await refuses(post('read-mart', '{"mart": "constructor"}'), 404)
  assert.equal(({} as Record<string, unknown>).x, undefined)
})

test('a foreign Host or Origin is 403 on every path; only probes come under any Host', async () => {
  for (const path of ['/', '/healthz', '/openapi.json', '/metrics', '/function/search-products']) {
    if (path === '/healthz') await answers(send(path, { headers: { host: '10.1.2.3' } }))
    else await refuses(send(path, { headers: { host: 'evil.example' } }), 403)
    await refuses(send(path, { headers: { origin: 'https://evil.example' } }), 403)
  }
  await refuses(post('search-products', '{}', { origin: 'null' }), 403)
  await refuses(post('search-products', '{}', { host: '127.0.0.1.evil.example' }), 403)
  await answers(post('search-products', '{}', { origin: demo.gateway }))
})

test('another method or media type is refused', async () => {
  await refuses(send('/function/search-products', { method: 'DELETE' }), 405)
  await refuses(send('/function/replay-parked'), 405)
  await refuses(
    post('search-products', 'query=bike', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
  )
  await refuses(post('search-products', '<query/>', { 'content-type': 'text/xml' }), 415)
})

test('nothing of all this was an internal error', async () => {
  const { text } = await send('/metrics')
  const failed = text
    .split('\n')
    .filter(
      line => /^cordage_function_calls_total\{.*status="5\d\d"/.test(line) && !line.includes('status="503"'),
    )
  assert.deepEqual(failed, [])
  await answers(search({ query: 'bike' }))
})

test('reports that wait hold up no search, and their queries end with those who asked', async () => {
  const own = new pg.Client({ connectionString: demo.store })
  await own.connect()
  const waiting = async () => {
    const { rows } = await own.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where application_name = 'cordage-read-mart' and wait_event_type = 'Lock'`,
    )
    return rows[0]?.count ?? 0
  }
  await own.query('begin')
  await own.query('lock table ops.mart in access exclusive mode')
  const { hostname, port } = new URL(demo.gateway)
  const readers = Array.from({ length: 16 }, () => {
    const path = '/function/read-mart?mart=agg_sales_weekly'
    const reader = request({ hostname, port, path, agent: false }).on('error', () => {})
    reader.end()
    return reader
  })
  await waitFor('readers that wait', async () => (await waiting()) > 0, 10_000)
  assert.ok(resultsOf(await search({ query: 'bike' })).length > 0)
  assert.ok((await waiting()) <= 4)
  for (const reader of readers) reader.destroy()
  await waitFor('the end of their queries', async () => (await waiting()) === 0, 10_000)
  await own.query('rollback')
  await own.end()
})
