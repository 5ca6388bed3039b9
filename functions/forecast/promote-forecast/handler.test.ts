import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { Store, Transaction } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import promoteForecast from './handler.ts'

// How models take turns is tested with train-forecast.
test('without a model there is none to call back', async () => {
  const query = (async () => []) as unknown as Transaction['query']
  const store = {
    query,
    transaction: (work: (transaction: Transaction) => unknown) => work({ query } as Transaction),
  } as unknown as Store
  const promote = await startFunction(promoteForecast, { resources: { store, objects: {} as ObjectStore } })
  const { status, body } = await promote.call({})
  assert.equal(status, 404)
  assert.match(String(body.detail), /no model has been trained yet/)
})
