import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { servePage } from './serve-page.ts'

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  servePage(path, {
    method,
    path,
    query: '',
    headers,
    body: Buffer.alloc(0),
    signal: AbortSignal.timeout(1000),
  })

const views = readdirSync(new URL('./page/views', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.js'))
  .map(file => (file === 'index.js' ? '/' : `/${file.slice(0, -3)}`))

test('each view has its address, where the markup of the page is', () => {
  assert.ok(views.length > 5)
  const page = get('/').body.toString()
  assert.match(page, /^<!doctype html>/)
  for (const address of views) assert.equal(get(address).body, page, address)
})

test('a file of the page has its type, and a policy that lets nothing else in', () => {
  for (const [path, type] of [
    ['/main.js', 'text/javascript; charset=utf-8'],
    ['/views/data/runs.js', 'text/javascript; charset=utf-8'],
    ['/style/base.css', 'text/css; charset=utf-8'],
    ['/mark.svg', 'image/svg+xml'],
  ] as const) {
    const { status, headers } = get(path)
    assert.equal(status, 200, path)
    assert.equal(headers['content-type'], type)
    assert.match(headers['content-security-policy'] ?? '', /^default-src 'self';/)
  }
})

test('what is known already is not sent again, until it is another', () => {
  const { headers, body } = get('/main.js')
  assert.ok(body.length > 0 && headers.etag)
  const again = get('/main.js', { 'if-none-match': headers.etag })
  assert.deepEqual([again.status, again.body], [304, ''])
  assert.equal(get('/views.js', { 'if-none-match': headers.etag }).status, 200)
})

test('no path leads out of the folder, to what is hidden, or to what is no part of the page', () => {
  for (const path of [
    '/../gateway.ts',
    '/views/../../serve-page.js',
    '/views/../index.html',
    '/./index.html',
    '/%2e%2e/gateway.ts',
    '/views/..%2f..%2fgateway.ts',
    '/views%2findex.js',
    '/..\\gateway.ts',
    '/views/index.js\0.js',
    '//views/index.js',
    '/.git/config',
    '/.hidden.js',
    '/tsconfig.json',
    '/data/answers.ts',
    '/views',
    '/views/',
    '/index',
    '/sales/',
    '/data/nothing',
    '/nothing',
    '/nothing.js',
  ]) {
    const { status, headers, body } = get(path)
    assert.equal(status, 404, path)
    assert.equal(headers['content-type'], 'application/problem+json')
    assert.equal(JSON.parse(String(body)).status, 404)
  }
})

test('the page is read and never written', () => {
  assert.equal(get('/', {}, 'POST').status, 405)
  assert.equal(get('/nothing', {}, 'POST').status, 404)
})
