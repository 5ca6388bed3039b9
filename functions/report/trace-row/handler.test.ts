import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import traceRow from './handler.ts'

// What it answers is in tests/integration/marts-explained.test.ts.
const store = {
  transaction: (work: (transaction: object) => Promise<unknown>) => work({ query: async () => [] }),
} as unknown as Store

test('bad input is refused with its field', async () => {
  const trace = await startFunction(traceRow, { resources: { store, sources: [] } })
  const { status, body } = await trace.call({ mart: 'fct_sale', limit: 0 })
  assert.equal(status, 400)
  const fields = (body.errors as { field: string }[]).map(({ field }) => field)
  assert.deepEqual(fields.sort(), ['key', 'limit'])
})

test('a mart that is not there is a 404', async () => {
  const trace = await startFunction(traceRow, { resources: { store, sources: [] } })
  assert.equal((await trace.call({ mart: 'fct_sale', key: '1' })).status, 404)
})
