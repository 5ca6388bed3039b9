import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { MANY_SHOPS } from '../support/captured-shop.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { runRandomShops } from '../support/random-run.ts'

/** Seeds that ever failed stay; `make bench ONLY=random-shops` tries two thousand more. */
const FAILED_BEFORE = [70]
const FRESH = Array.from({ length: 15 }, (_, i) => i + 1)

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres(MANY_SHOPS)
})
after(() => postgres.stop())

test('whatever check-source accepts of random shops is captured exactly, and harms none of their statements', {
  timeout: 300_000,
}, async () => {
  const { accepted, failures } = await runRandomShops(postgres, [...FAILED_BEFORE, ...FRESH])
  assert.deepEqual(failures, [])
  assert.ok(accepted > FRESH.length / 5, `${accepted} were accepted`)
})
