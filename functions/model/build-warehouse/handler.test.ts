import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import type { Warehouse } from '../../../shared/warehouse/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import buildWarehouse from './handler.ts'

// What it builds is in tests/integration/build-warehouse.test.ts.
const warehouse = {} as Warehouse

test('bad input is refused with its field', async () => {
  const build = await startFunction(buildWarehouse, {
    resources: { store: {} as Store, warehouse, sources: [] },
  })
  const { status, body } = await build.call({ threads: 0, other: 1 })
  assert.equal(status, 400)
  assert.deepEqual(
    (body.errors as { field: string }[]).map(error => error.field),
    ['threads', 'other'],
  )
})

test('a store that does not answer is a 503, and nothing is built', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const build = await startFunction(buildWarehouse, {
    resources: { store: { query } as unknown as Store, warehouse, sources: [] },
  })
  assert.equal((await build.attempt({})).status, 503)
})
