import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import showSearches from './handler.ts'

// What it answers is in tests/integration/learning-from-clicks.test.ts.
const store = {
  transaction: (work: (transaction: object) => Promise<unknown>) => work({ query: async () => [] }),
} as unknown as Store

test('bad input is refused with its field', async () => {
  const show = await startFunction(showSearches, { resources: { store } })
  const { status, body } = await show.call({ days: 0, limit: 1000 })
  assert.equal(status, 400)
  const fields = (body.errors as { field: string }[]).map(({ field }) => field)
  assert.deepEqual(fields.sort(), ['days', 'limit'])
})

test('before the first marts it is a 404 that says when there will be', async () => {
  const show = await startFunction(showSearches, { resources: { store } })
  const { status, body } = await show.get('days=7')
  assert.equal(status, 404)
  assert.match(String(body.detail), /none has been published yet/)
})
