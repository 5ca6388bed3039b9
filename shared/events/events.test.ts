import assert from 'node:assert/strict'
import { test } from 'node:test'
import { busEventSchema, readBusEvent } from './index.ts'

const EVENT = {
  specversion: '1.0',
  id: 'shop/Product/1',
  source: '/sources/shop/Product',
  type: 'cordage.change.v1',
  time: '2026-01-01T00:00:00Z',
  position: '0001-0000000000000001-00000000',
  partitionkey: '1',
  topic: 'cdc.shop.Product',
  partition: 0,
  offset: '0',
  busid: 'bus',
  data: { op: 'c' },
}

test('what is looked at by hand is an event exactly where the schema says so', () => {
  const values = [undefined, null, '', '0', '-1', 'x', 0, 1, -1, 1.5, 2 ** 60, true, {}, []]
  const names = [...Object.keys(EVENT), 'replayed', 'more']
  for (const name of names)
    for (const value of values) {
      const event = { ...EVENT, [name]: value }
      const expected = busEventSchema.safeParse(event).data
      const read = readBusEvent(event)
      assert.equal(read === undefined, expected === undefined, `${name}: ${JSON.stringify(value)}`)
      if (expected && name !== 'more') assert.deepEqual({ ...expected, ...read }, expected)
    }
})
