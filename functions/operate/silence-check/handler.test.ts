import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import silenceCheck from './handler.ts'

const CHECK = 'order_numbers_are_unique'

let postgres: TestPostgres | undefined
let store: Store
let silence: StartedFunction
type Silence = { check: string; reason: string; by: string | null; until: string }
const silences = (body: Record<string, unknown>) => body.silences as Silence[]

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  const caller = { subject: 'anna', isOperator: true, roles: ['operator'], claims: {} }
  silence = await startFunction(silenceCheck, { resources: { store }, caller })
  await store.query(
    `insert into ops.quality_run (built_at, state, started_at) values (now(), 'failed', now())`,
  )
  await store.query(
    `insert into ops.quality_result (run_id, check_name, model, severity, state, description) values (1, $1, 'check_order', 'critical', 'failed', '')`,
    [CHECK],
  )
})
after(() => postgres?.stop())

test('a check is silenced until a time, with who and why; a repeat replaces it', async () => {
  const { status, body } = await silence.call({ check: CHECK, hours: 48, reason: 'two shops were merged' })
  assert.equal(status, 200, JSON.stringify(body))
  const [first] = silences(body)
  assert.equal(first?.by, 'anna')
  assert.ok(Math.abs(Date.parse(first?.until ?? '') - Date.now() - 48 * 3_600_000) < 60_000)
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const again = silences((await silence.call({ check: CHECK, until, reason: 'only an hour' })).body)
  assert.deepEqual(
    again.map(({ reason, until }) => [reason, until]),
    [['only an hour', until]],
  )
  assert.deepEqual(silences((await silence.call({})).body), again)
})

test('no hours lift a silence', async () => {
  assert.deepEqual(silences((await silence.call({ check: CHECK, hours: 0 })).body), [])
})

test('a silence that is over is none', async () => {
  await silence.call({ check: CHECK, hours: 1, reason: 'soon over' })
  await store.query(`update ops.quality_silence set until_at = clock_timestamp()`)
  assert.deepEqual(silences((await silence.call({})).body), [])
})

test('an unknown check is a 404 that names it', async () => {
  const { status, body } = await silence.call({ check: 'order_nubmers', hours: 1, reason: 'a slip' })
  assert.equal(status, 404)
  assert.match(String(body.detail), /no check "order_nubmers" has run/)
})

test('a silence without an end, a reason or a check is refused with the field', async () => {
  const over = '2020-01-01T00:00:00Z'
  for (const [given, field] of [
    [{ check: CHECK, reason: 'why not' }, 'until'],
    [{ check: CHECK, reason: 'why not', hours: 1, until: over }, 'until'],
    [{ check: CHECK, reason: 'why not', until: over }, 'until'],
    [{ check: CHECK, reason: 'why not', until: '2999-01-01T00:00:00Z' }, 'until'],
    [{ check: CHECK, hours: 1 }, 'reason'],
    [{ hours: 1 }, 'check'],
    [{ check: CHECK, hours: 1, reason: 'a\0b' }, 'reason'],
  ] as const) {
    const { status, body } = await silence.call(given)
    assert.equal(status, 400, JSON.stringify(given))
    assert.equal((body.errors as { field: string }[])[0]?.field, field, JSON.stringify(body))
  }
})
