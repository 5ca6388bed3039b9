import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { BadInputError } from '../errors/index.ts'
import { readMessage, readQuery, toInputSchema } from './message.ts'

const read = (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  readMessage({ 'content-type': type, ...headers }, Buffer.from(body))

test('JSON is plain input, and an empty body is an empty one', () => {
  assert.deepEqual(read('application/json; charset=utf-8', '{"a":1}'), { kind: 'json', value: { a: 1 } })
  assert.deepEqual(read('APPLICATION/JSON', ''), { kind: 'json', value: {} })
})

test('a CloudEvent is read from its body or from its headers', () => {
  const event = { specversion: '1.0', id: '1', data: { a: 1 } }
  assert.deepEqual(read('application/cloudevents+json', JSON.stringify(event)), { kind: 'event', event })
  const headers = { 'ce-specversion': '1.0', 'ce-id': 'Euro%20%E2%82%AC', 'ce-source': '100%' }
  assert.deepEqual(read('application/json', '{"a":1}', headers), {
    kind: 'event',
    event: { specversion: '1.0', id: 'Euro €', source: '100%', data: { a: 1 } },
  })
})

test('a batch is an array of objects', () => {
  assert.deepEqual(read('application/cloudevents-batch+json', '[{"id":"1"},{}]'), {
    kind: 'batch',
    events: [{ id: '1' }, {}],
  })
  for (const body of ['{}', '[1]', '[null]', '[[]]'])
    assert.throws(() => read('application/cloudevents-batch+json', body), { reason: 'malformed_event' })
})

test('anything else is refused with what would be taken', () => {
  for (const type of ['', 'text/plain', 'application/xml', 'multipart/form-data'])
    assert.throws(
      () => read(type, '{}'),
      (error: Error) => error instanceof BadInputError && error.status === 415,
    )
  for (const body of ['{', 'undefined', '\u0000', Buffer.from([0xff])])
    assert.throws(() => read('application/json', body), { reason: 'malformed_json' })
})

const SCHEMA = toInputSchema(
  z.strictObject({
    query: z.string(),
    limit: z.number().int().optional(),
    tags: z.array(z.string()).optional(),
    filters: z.strictObject({ priceMax: z.number().optional(), inStock: z.boolean().optional() }).optional(),
    either: z.union([z.string(), z.number()]).optional(),
  }),
)
const query = (text: string) => JSON.parse(JSON.stringify(readQuery(text, SCHEMA))) as unknown

test('a query string becomes numbers and booleans only where the schema asks for them', () => {
  assert.deepEqual(query('query=10&limit=5&filters.priceMax=9.5&filters.inStock=true'), {
    query: '10',
    limit: 5,
    filters: { priceMax: 9.5, inStock: true },
  })
  assert.deepEqual(query('limit=many&filters.inStock=maybe&limit='), {
    limit: ['many', ''],
    filters: { inStock: 'maybe' },
  })
  assert.deepEqual(query('tags=a'), { tags: ['a'] }, 'where only a list will do')
  assert.deepEqual(query('tags=a&tags=b&query=a%20b+c'), { tags: ['a', 'b'], query: 'a b c' })
  assert.deepEqual(query('either=5'), { either: 5 })
})

test('values of a map become numbers by any name, unless texts are allowed', () => {
  const delivery = z.object({ quantity: z.number(), note: z.string() })
  const schema = toInputSchema(
    z.object({
      packs: z.record(z.string(), z.number()),
      onOrder: z.record(z.string(), z.union([delivery, z.array(delivery)])),
      filters: z.record(z.string(), z.union([z.union([z.string(), z.number()]), z.null()])),
    }),
  )
  const read = (text: string) => JSON.parse(JSON.stringify(readQuery(text, schema))) as unknown
  assert.deepEqual(read('packs.P1=12&packs.constructor=0.5'), { packs: { P1: 12, constructor: 0.5 } })
  assert.deepEqual(read('onOrder.P1.quantity=30&onOrder.P1.note=7'), {
    onOrder: { P1: { quantity: 30, note: '7' } },
  })
  assert.deepEqual(read('filters.sku=007'), { filters: { sku: '007' } })
})

test('a parameter that clashes with another is refused, and one of a prototype is only a name', () => {
  assert.throws(() => query('query=a&query.b=1'), { field: 'query.b' })
  const read = readQuery('__proto__.x=1&constructor.y=2', SCHEMA)
  assert.deepEqual(Object.keys(read), ['__proto__', 'constructor'])
  assert.equal(({} as Record<string, unknown>).x, undefined)
})

test('long, odd and empty query strings end', () => {
  for (const text of [
    '',
    '&&&',
    '=',
    '.',
    '..=1',
    'a.b.c.d.e=1',
    '%',
    '%ff',
    `${'a.'.repeat(10_000)}b=1`,
    'x='.repeat(10_000),
  ])
    assert.equal(typeof readQuery(text, SCHEMA), 'object')
})

test('what CloudEvents allow is taken, or refused by name', () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't' }
  const read = (type: string | undefined, body: unknown, headers = {}) =>
    readMessage(
      { ...(type !== undefined && { 'content-type': type }), ...headers },
      Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    )
  const reasonOf = (...given: Parameters<typeof read>) => {
    try {
      read(...given)
      return undefined
    } catch (error) {
      return (error as BadInputError).reason
    }
  }
  const structured = 'application/cloudevents+json'
  const batch = 'application/cloudevents-batch+json'
  const base64 = Buffer.from('{"a":1}').toString('base64')
  const withData = { ...event, data: { a: 1 } }
  for (const type of [
    structured,
    `${structured}; charset=utf-8`,
    `${structured};charset="UTF-8"`,
    'Application/CloudEvents+JSON',
  ])
    assert.deepEqual(read(type, withData), { kind: 'event', event: withData })
  assert.deepEqual(read(structured, { ...event, data_base64: base64 }), { kind: 'event', event: withData })
  assert.deepEqual(read(structured, event), { kind: 'event', event: { ...event, data: {} } })
  for (const datacontenttype of ['application/json', 'application/vnd.shop.order+json; charset=utf-8'])
    assert.deepEqual(read(structured, { ...withData, datacontenttype, comexampleextension: 5 }), {
      kind: 'event',
      event: { ...withData, datacontenttype, comexampleextension: 5 },
    })
  const nothing = { ...event, datacontenttype: 'text/plain' }
  assert.deepEqual(read(structured, nothing), { kind: 'event', event: { ...nothing, data: {} } })
  const ce = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' }
  for (const type of [undefined, 'application/json', 'application/vnd.shop.order+json'])
    assert.deepEqual(read(type, { a: 1 }, ce), { kind: 'event', event: withData })
  assert.deepEqual(read(undefined, '', { ...ce, 'ce-tenant': 'x' }), {
    kind: 'event',
    event: { ...event, tenant: 'x', data: {} },
  })
  const text = { ...event, datacontenttype: 'text/plain', data: 'a' }
  for (const [reason, ...given] of [
    ['unsupported_data', structured, text],
    ['malformed_event', structured, { ...withData, data_base64: base64 }],
    ['malformed_json', structured, { ...event, data_base64: 'AAAA' }],
    ['unsupported_version', structured, { ...withData, specversion: '0.3' }],
    ['unsupported_version', 'application/json', {}, { ...ce, 'ce-specversion': '0.3' }],
    ['unsupported_media_type', 'text/plain', 'a', ce],
    ['unsupported_media_type', 'application/vnd.shop.order+json', {}],
    ['unsupported_media_type', 'application/cloudevents+xml', '<event/>'],
    ['unsupported_charset', 'application/json; charset=iso-8859-1', {}],
  ] as [string, ...Parameters<typeof read>][])
    assert.equal(reasonOf(...given), reason, JSON.stringify(given))
  const settled = read(`${batch}; charset=utf-8`, [text, withData, { ...event, data_base64: base64 }])
  assert.ok(settled.kind === 'batch')
  assert.deepEqual(settled.events.slice(1), [withData, withData])
  assert.equal(typeof settled.events[0]?.data, 'symbol')
})
