import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatLsn, lsnBytes, lsnOfDecimal, parseLsn, readLsn } from './lsn.ts'

test('a place in the log is one number, in the order of the log, and text and bytes give it back', () => {
  const texts = [
    '00000000:00000000:0000',
    '00000027:000001f4:0003',
    '00000027:000001f4:0004',
    '00000027:00000200:0001',
    '0001f0af:00001b98:0005',
    'ffffffff:ffffffff:ffff',
  ]
  const places = texts.map(parseLsn)
  assert.deepEqual(places.map(formatLsn), texts)
  assert.deepEqual(
    places.map(place => readLsn(lsnBytes(place))),
    places,
  )
  assert.deepEqual(
    [...places].sort((a, b) => (a < b ? -1 : 1)),
    places,
  )
})

test('the decimal of a view is the same place', () => {
  assert.equal(formatLsn(lsnOfDecimal('39000000050000003')), '00000027:000001f4:0003')
  assert.equal(formatLsn(lsnOfDecimal('127151000000706400005')), '0001f0af:00001b98:0005')
  assert.equal(formatLsn(lsnOfDecimal('4294967295429496729565535')), 'ffffffff:ffffffff:ffff')
})

test('what is no place in a log is an error', () => {
  for (const bytes of [Buffer.alloc(8), 'x', null, undefined]) assert.throws(() => readLsn(bytes), TypeError)
  for (const text of ['', '27:1f4:3', '00000027000001f40003']) assert.throws(() => parseLsn(text), TypeError)
})
