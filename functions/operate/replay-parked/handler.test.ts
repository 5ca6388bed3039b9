import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import definition from './handler.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

beforeEach(async () => {
  await store.query('truncate ops.parked')
  await store.query(`insert into ops.parked (function, topic, event_id, event, reason, parked_at) values
    ('land-changes', 'cdc.shop.Product', 'a', '{}', 'type_mismatch', '2026-01-01T00:00:00Z'),
    ('land-changes', 'cdc.shop.Order', 'b', '{}', 'unknown_error', '2026-01-02T00:00:00Z'),
    ('index-products', 'cdc.shop.Product', 'c', '{}', 'unknown_error', '2026-01-03T00:00:00Z'),
    ('admit-changes', 'cdc.shop.Product', 'd', null, 'type_mismatch', '2026-01-04T00:00:00Z')`)
})

async function replay(input: object) {
  const { call } = await startFunction(definition, { resources: { store } })
  const { status, body } = await call(input)
  const asked = await store.query<{ event_id: string }>(
    'select event_id from ops.parked where replay_requested_at is not null order by 1',
  )
  return { status, body, asked: asked.map(row => row.event_id).join('') }
}

const CHOICES: { by: string; input: object; asked: string; withoutEvent: number }[] = [
  { by: 'nothing', input: {}, asked: 'abc', withoutEvent: 1 },
  { by: 'topic', input: { topic: 'cdc.shop.Product' }, asked: 'ac', withoutEvent: 1 },
  { by: 'function', input: { function: 'land-changes' }, asked: 'ab', withoutEvent: 0 },
  { by: 'reason', input: { reason: 'unknown_error' }, asked: 'bc', withoutEvent: 0 },
  {
    by: 'time',
    input: { parkedFrom: '2026-01-02T00:00:00Z', parkedTo: '2026-01-03T00:00:00Z' },
    asked: 'b',
    withoutEvent: 0,
  },
  { by: 'what matches nothing', input: { topic: 'cdc.none' }, asked: '', withoutEvent: 0 },
]

for (const { by, input, asked, withoutEvent } of CHOICES)
  test(`chosen by ${by}, parked events are asked for, and those known by their place only are counted`, async () => {
    assert.deepEqual(await replay(input), {
      status: 200,
      body: { requested: asked.length, withoutEvent },
      asked,
    })
  })

test('a repeat asks for the same events', async () => {
  assert.deepEqual(await replay({}), await replay({}))
})

test('an unknown field or a malformed time is refused by its name', async () => {
  for (const [field, input] of [
    ['topics', { topics: ['a'] }],
    ['parkedFrom', { parkedFrom: 'yesterday' }],
    ['parkedTo', { parkedTo: '0000-01-01T00:00:00Z' }],
    ['parkedTo', { parkedTo: `2026-01-01T00:00:00.${'1'.repeat(200)}Z` }],
  ] as const) {
    const { status, body, asked } = await replay(input)
    assert.equal(status, 400)
    assert.equal((body as { errors: { field: string }[] }).errors[0]?.field, field)
    assert.equal(asked, '')
  }
})
