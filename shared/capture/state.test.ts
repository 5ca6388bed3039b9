import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { makePosition } from '../bus/index.ts'
import type { Store } from '../store/index.ts'
import { saveAdmitted } from './state.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

test('what comes again of before takes neither the epoch nor the position back', async () => {
  const at = (epoch: number, commit: bigint) => ({
    state: 'streaming' as const,
    epoch,
    position: makePosition(epoch, commit, 0),
  })
  await saveAdmitted(store.query, 'shop', at(2, 50n))
  await saveAdmitted(store.query, 'shop', at(2, 40n))
  await saveAdmitted(store.query, 'shop', at(1, 90n))
  const [row] = await store.query('select epoch, position from ingest.capture')
  assert.deepEqual(row, { epoch: 2, position: makePosition(2, 50n, 0) })
})
