import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeError } from '../../shared/errors/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { playHistory } from '../support/sqlserver-history.ts'

/** `SEEDS=1..10000` plays others. */
const [first = 1, last = 40] = (process.env.SEEDS ?? '').split('..').filter(Boolean).map(Number)
/** Of histories that failed once. */
const FAILED: number[] = []
const AT_ONCE = 4

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

test('whatever happens at a SQL Server, the bus has each change once and the rows are those of a plain list', async () => {
  const seeds = [...FAILED, ...Array.from({ length: last - first + 1 }, (_, i) => first + i)]
  const failed: string[] = []
  const play = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
      await playHistory(store, seed).catch(error => failed.push(`history ${seed}: ${describeError(error)}`))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, play))
  assert.deepEqual(failed, [])
})
