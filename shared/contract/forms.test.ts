import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { z } from 'zod'
import { readSettings } from '../config/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { csvForm, defineFunction, type Host, makeHost, makeOpenApi, OPERATOR } from './index.ts'

const listGoods = defineFunction({
  ...{ name: 'list-goods', summary: 'Goods', access: 'public', uses: ['store'] as const, readOnly: true },
  input: z.strictObject({
    format: z.enum(['json', 'csv', 'html', 'pdf']).optional(),
    name: z.string().default('tea'),
  }),
  output: z.object({ goods: z.array(z.object({ name: z.string(), left: z.number().nullable() })) }),
  forms: [
    csvForm({ columns: ['left', 'name'], rows: ({ goods }) => goods }),
    { name: 'html', type: 'text/html', parameters: 'charset=utf-8', encode: () => '<p>é</p>', schema: {} },
    { name: 'pdf', type: 'application/pdf', encode: async () => Buffer.from([37, 0, 255]), schema: {} },
  ],
  async handle({ name }) {
    if (name === 'none') throw new Error('broken')
    return {
      goods: [
        { name, left: -2.5 },
        { name: 'salt', left: null },
      ],
    }
  },
})

let host: Host
before(async () => {
  host = makeHost(listGoods, {
    settings: readSettings({}),
    resources: {},
    log: makeLogger({ level: 'silent' }),
    authenticate: () => OPERATOR,
  })
  await host.start()
})

const ask = (query: string, accept?: string) =>
  host.dispatch({ method: 'GET', path: '/', query, headers: accept ? { accept } : {}, body: Buffer.alloc(0) })
const isCsv = async (query: string, accept?: string) =>
  (await ask(query, accept)).headers['content-type']?.startsWith('text/csv')

test('an answer comes as CSV with a line of names, and what is not known as an empty cell', async () => {
  const { status, headers, body } = await ask('format=csv')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8; header=present')
  assert.equal(headers['content-disposition'], 'attachment; filename="list-goods.csv"')
  assert.equal(body, 'left,name\r\n-2.5,tea\r\n,salt\r\n')
})

test('CSV is asked for by the field, else by a header that prefers it to JSON', async () => {
  assert.equal(await isCsv('', 'text/csv'), true)
  assert.equal(await isCsv('', 'TEXT/CSV; charset=utf-8, application/json;q=0.5'), true)
  assert.equal(await isCsv('', 'application/json, text/csv;q=0.9'), false)
  assert.equal(await isCsv('', 'application/json, text/csv'), false)
  assert.equal(await isCsv('', 'text/csv;q=0'), false)
  assert.equal(await isCsv('', 'text/csv;q=much'), false)
  assert.equal(await isCsv('', '*/*'), false)
  assert.equal(await isCsv(''), false)
  assert.equal(await isCsv('format=json', 'text/csv'), false)
  assert.equal(await isCsv('format=csv', 'application/json'), true)
  assert.equal((await ask('')).headers.vary, 'accept')
})

test('of several forms the one with the most weight is taken, and a browser is shown its page', async () => {
  const typeOf = async (accept: string) => (await ask('', accept)).headers['content-type']
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'
  assert.equal(await typeOf(browser), 'text/html; charset=utf-8')
  assert.equal(await typeOf('text/csv;q=0.5, application/pdf;q=0.6'), 'application/pdf')
  assert.equal(await typeOf('text/html;q=0.5, application/json;q=0.5'), 'application/json')
  const { headers, body } = await ask('format=pdf', 'text/html')
  assert.deepEqual(body, Buffer.from([37, 0, 255]))
  assert.equal(headers['content-disposition'], 'inline; filename="list-goods.pdf"')
})

test('separators, quotes and lines stay in their cell, and no text becomes a formula', async () => {
  const cellOf = async (name: string) =>
    String((await ask(`format=csv&name=${encodeURIComponent(name)}`)).body)
  assert.match(await cellOf('tea, "green"\nfine'), /^-2\.5,"tea, ""green""\nfine"\r$/m)
  for (const name of ['=1+1', '+1 kg', '-cheap', '@home', '\tx'])
    assert.ok((await cellOf(name)).includes(`-2.5,'${name}\r\n`), name)
  for (const name of ['-12', '+4.5', 'a=b'])
    assert.ok((await cellOf(name)).includes(`-2.5,${name}\r\n`), name)
})

test('what goes wrong is a problem document, and what a job answers is JSON', async () => {
  const failed = await ask('format=csv&name=none', 'text/csv')
  assert.equal(failed.status, 500)
  assert.equal(failed.headers['content-type'], 'application/problem+json')
  const job = { id: '', function: 'list-goods', input: { format: 'csv' }, attempts: 1, failures: 0 }
  const outcome = await host.perform(job, { signal: new AbortController().signal, report() {} })
  assert.ok(outcome.isDone)
  assert.deepEqual(outcome.result, {
    goods: [
      { name: 'tea', left: -2.5 },
      { name: 'salt', left: null },
    ],
  })
})

test('the API document has all of them', () => {
  const { paths } = makeOpenApi([listGoods]) as {
    paths: Record<string, { get: { responses: Record<string, { content: object }> } }>
  }
  const content = paths['/function/list-goods']?.get.responses[200]?.content ?? {}
  assert.deepEqual(Object.keys(content), ['application/json', 'text/csv', 'text/html', 'application/pdf'])
})
