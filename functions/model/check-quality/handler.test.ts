import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alerts } from '../../../shared/alerts/index.ts'
import { OutageError } from '../../../shared/errors/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Warehouse } from '../../../shared/warehouse/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import checkQuality from './handler.ts'

// What it finds is in tests/quality.
const resources = {
  store: { query: async () => [{ fencing: '1' }] } as unknown as Store,
  objects: {} as ObjectStore,
  alerts: {} as Alerts,
}

test('before the first build the answer is 503, so that the caller retries', async () => {
  const warehouse = {
    finished: async () => {
      throw new OutageError('warehouse', 'it has not been built yet')
    },
  } as unknown as Warehouse
  const check = await startFunction(checkQuality, { resources: { ...resources, warehouse } })
  assert.equal((await check.attempt({})).status, 503)
})

test('unknown fields are refused', async () => {
  const check = await startFunction(checkQuality, { resources: { ...resources, warehouse: {} as Warehouse } })
  const { status, body } = await check.call({ suite: 'fct_sale' })
  assert.equal(status, 400)
  assert.deepEqual(body.errors, [{ field: 'suite', detail: 'unknown field' }])
})
