import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutageError } from '../../../shared/errors/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Warehouse } from '../../../shared/warehouse/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import publishMarts from './handler.ts'

// What it does to a real Postgres is in tests/integration/publish-marts.test.ts.
const store = { query: async () => [{ fencing: '1' }] } as unknown as Store

test('before the first build the answer is 503, so that the caller retries', async () => {
  const warehouse = {
    read: async () => {
      throw new OutageError('warehouse', 'it has not been built yet')
    },
  } as unknown as Warehouse
  const publish = await startFunction(publishMarts, { resources: { store, warehouse } })
  assert.equal((await publish.call({})).status, 503)
})

test('unknown fields are refused', async () => {
  const publish = await startFunction(publishMarts, { resources: { store, warehouse: {} as Warehouse } })
  const { status, body } = await publish.call({ mart: 'fct_sale' })
  assert.equal(status, 400)
  assert.deepEqual(body.errors, [{ field: 'mart', detail: 'unknown field' }])
})
