import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import compareBuilds from './handler.ts'

// What it answers is in tests/integration/marts-explained.test.ts.
const store = {
  transaction: (work: (transaction: object) => Promise<unknown>) => work({ query: async () => [] }),
} as unknown as Store

test('bad input is refused with its field', async () => {
  const compare = await startFunction(compareBuilds, { resources: { store } })
  const { status, body } = await compare.call({ from: 0, build: 3 })
  assert.equal(status, 400)
  const fields = (body.errors as { field: string }[]).map(({ field }) => field)
  assert.deepEqual(fields.sort(), ['build', 'from'])
})
