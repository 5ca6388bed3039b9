import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepRead } from './keep-read.ts'

const settled = () => new Promise(resolve => setImmediate(resolve))

test('what was read is kept and read again after a while, once at a time; a failure leaves what was there', async t => {
  t.mock.timers.enable({ apis: ['Date'] })
  let reads = 0
  const kept = keepRead(async () => {
    reads += 1
    if (reads === 2) throw new Error('the store does not answer')
    return reads
  }, 0)
  assert.deepEqual([kept(), kept()], [0, 0])
  await settled()
  assert.deepEqual([kept(), reads], [1, 1])
  for (const expected of [1, 3]) {
    t.mock.timers.tick(2000)
    kept()
    await settled()
    assert.equal(kept(), expected)
  }
  assert.equal(reads, 3)
})
