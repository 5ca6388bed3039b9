import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import readMetric from './handler.ts'

// What it answers is in tests/integration/marts-explained.test.ts.
const store = {
  transaction: (work: (transaction: object) => Promise<unknown>) => work({ query: async () => [] }),
} as unknown as Store

test('bad input is refused with its field', async () => {
  const read = await startFunction(readMetric, { resources: { store } })
  const { status, body } = await read.call({
    metric: 'revenue',
    from: 'yesterday',
    by: ['a', 'b', 'c', 'd', 'e'],
  })
  assert.equal(status, 400)
  const fields = (body.errors as { field: string }[]).map(({ field }) => field)
  assert.deepEqual(fields.sort(), ['by', 'from'])
})

test('before the first marts there is no metric, which is a 404 that says when there will be', async () => {
  const read = await startFunction(readMetric, { resources: { store } })
  const { status, body } = await read.get('metric=revenue')
  assert.equal(status, 404)
  assert.match(String(body.detail), /no metric "revenue": none has been published yet/)
})
