import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cursor, openStoreBus } from '../../../shared/bus/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { registry } from '../../../shared/telemetry/index.ts'
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

type Status = {
  sources: object[]
  tables: {
    topic: string
    consumer: string
    rows: number
    eventsBehind: number
    lagMs: number | null
    position: string | null
    problem: string | null
  }[]
  marts: object[]
  parked: object[]
  replaced: object[]
  running: object[]
  failed: object[]
  waiting: object[]
  jobs: { state: string; progress: unknown; attempts: number; detail: string | null }[]
  objects: object[]
}

async function showStatus(): Promise<Status> {
  const { get } = await startFunction(definition, { resources: { store } })
  const { status, body } = await get('')
  assert.equal(status, 200)
  return body as unknown as Status
}

test('of an empty store everything is empty, which is no error', async () => {
  const { sources, tables, marts, parked, running, failed } = await showStatus()
  assert.deepEqual(
    { sources, tables, marts, parked, running, failed },
    { sources: [], tables: [], marts: [], parked: [], running: [], failed: [] },
  )
})

test('a table is as far as its slowest partition, and says how far behind and what it waits for', async () => {
  const bus = openStoreBus(store)
  const topics = await bus.ensureTopics([{ name: 'cdc.shop.Product', partitions: 2 }])
  const topic = topics.get('cdc.shop.Product')
  assert.ok(topic)
  const position = (n: number) => `0001-${n.toString(16).padStart(16, '0')}-00000000`
  const record = (partition: number, n: number) => ({
    topic: topic.name,
    partition,
    type: 'cordage.change.v1',
    key: String(n),
    position: position(n),
    changedAt: '2026-01-01T00:00:00Z',
    value: '{}',
  })
  const moveTo = (from: Cursor, offset: number) => ({
    from,
    nextOffset: BigInt(offset),
    position: position(offset),
    changedAt: new Date(0),
  })
  await store.transaction(transaction => bus.append(transaction, [record(0, 1), record(1, 2), record(1, 3)]))
  const reader = await bus.openReader('land-changes', topic, () => {})
  const [first] = await reader.read({ maxEvents: 10, maxBytes: 1000 })
  assert.ok(first)
  await bus.moveCursors('land-changes', topic, [moveTo(first.cursor, 1)], 1)
  await bus.reportProblem('land-changes', topic, 'objects: cannot write')

  const [behind] = (await showStatus()).tables
  assert.equal(behind?.rows, 1)
  assert.equal(behind?.eventsBehind, 2)
  assert.equal(behind?.lagMs, null, 'a partition that was never read makes the table unknown')
  assert.equal(behind?.problem, 'objects: cannot write')

  const [, second] = await reader.read({ maxEvents: 10, maxBytes: 1000 })
  assert.ok(second)
  await bus.moveCursors('land-changes', topic, [moveTo(second.cursor, 2)], 1)
  await store.transaction(transaction => bus.heartbeat(transaction, [topic.name], position(9), new Date()))
  const [complete] = (await showStatus()).tables
  assert.equal(complete?.eventsBehind, 0)
  assert.equal(complete?.position, position(9))
  assert.ok(complete?.lagMs !== null && (complete?.lagMs ?? 0) < 2000)
  await bus.close()

  await store.query(
    `insert into ops.parked (function, topic, event_id, reason) values ('land-changes', $1, 'x', 'type_mismatch')`,
    [topic.name],
  )
  const metrics = await registry.metrics()
  assert.match(metrics, /cordage_bus_events_behind\{function="land-changes",topic="[^"]+"\} 0\n/)
  assert.match(metrics, /cordage_bus_lag_seconds\{function="land-changes",topic="[^"]+"\} [\d.e-]+\n/)
  assert.match(metrics, /cordage_parked_events\{function="land-changes",reason="type_mismatch"\} 1\n/)
  await store.query('delete from ops.parked')
})

test('sources, parked events and schedules are listed with what is wrong with them', async () => {
  await store.query(`insert into ingest.capture (system, state, epoch, slot, retained_bytes, retained_limit_bytes, problem, reading)
    values ('shop', 'lost', 3, 'cordage_shop', 5000000000, 4294967296, 'its slot is lost',
      '{"Sale": {"rows": 1200, "estimatedRows": 56000, "parts": []}}')`)
  await store.query(`insert into ops.parked (function, topic, event_id, event, reason) values
    ('land-changes', 'cdc.shop.Product', 'a', '{}', 'type_mismatch'), ('land-changes', 'cdc.shop.Product', 'b', '{}', 'type_mismatch')`)
  await store.query(`insert into ops.schedule_run (schedule, due_at, status, detail) values
    ('build-warehouse/0', '2026-01-01T00:00:00Z', 'failed', 'no room'), ('build-warehouse/0', '2026-01-02T00:00:00Z', 'running', null),
    ('compact-lake/0', '2026-01-01T00:00:00Z', 'failed', 'no room')`)
  const status = await showStatus()
  assert.deepEqual(status.sources, [
    {
      system: 'shop',
      state: 'lost',
      epoch: 3,
      reading: [{ table: 'Sale', rows: 1200, estimatedRows: 56_000 }],
      retainedBytes: 5_000_000_000,
      retainedLimitBytes: 4_294_967_296,
      server: null,
      reads: null,
      problem: 'its slot is lost',
    },
  ])
  assert.deepEqual(
    status.parked.map(group => ({ ...group, oldestAt: '' })),
    [
      {
        function: 'land-changes',
        topic: 'cdc.shop.Product',
        reason: 'type_mismatch',
        count: 2,
        oldestAt: '',
      },
    ],
  )
  assert.deepEqual(
    status.running.map(run => ({ ...run, startedAt: '' })),
    [{ schedule: 'build-warehouse/0', startedAt: '' }],
  )
  assert.deepEqual(status.failed, [
    { schedule: 'compact-lake/0', dueAt: '2026-01-01T00:00:00.000Z', detail: 'no room' },
  ])
})

test('jobs are listed while they are open, and for a day afterwards', async () => {
  await store.query(`insert into ops.job_record (function, input, state, share, progress, attempts, finished_at, problem) values
    ('train-model', '{}', 'running', 0.25, 'a quarter', 1, null, null),
    ('train-model', '{}', 'failed', null, null, 3, now() - interval '1 hour', '{"detail": "too little data"}'),
    ('train-model', '{}', 'done', 1, null, 1, now() - interval '2 days', null)`)
  const { jobs } = await showStatus()
  assert.deepEqual(
    jobs.map(({ state, progress, attempts, detail }) => [state, progress, attempts, detail]),
    [
      ['running', { share: 0.25, text: 'a quarter' }, 1, null],
      ['failed', null, 3, 'too little data'],
    ],
  )
  await store.query('delete from ops.job_record')
})

test('what became null is listed by column and reason, and counted as a metric', async () => {
  await store.query(
    `insert into ingest.replaced_value (system, table_name, column_name, reason, count, last_at)
     values ('shop', 'Order', 'Due', 'infinity', 3, '2026-01-01T00:00:00Z')`,
  )
  const { replaced } = await showStatus()
  assert.deepEqual(replaced, [
    {
      system: 'shop',
      table: 'Order',
      column: 'Due',
      reason: 'infinity',
      count: 3,
      lastAt: '2026-01-01T00:00:00.000Z',
    },
  ])
  assert.match(
    await registry.metrics(),
    /cordage_replaced_values\{system="shop",table="Order",column="Due",reason="infinity"\} 3/,
  )
})

test('runs that wait and objects that were not taken are listed with the reason', async () => {
  await store.query(`insert into ops.schedule_run (schedule, due_at, status, attempts, detail, next_try_at) values
    ('train-forecast/0', '2026-01-01T00:00:00Z', 'waiting', 2, '409: Not yet', '2026-01-01T00:01:00Z')`)
  await store.query(`insert into ops.seen_object (function, key, modified_at, status, attempts, detail, next_try_at) values
    ('import-file', 'inbox/a', now(), 'refused', 1, '422: no header', null), ('import-file', 'inbox/b', now(), 'done', 1, null, null)`)
  const status = await showStatus()
  assert.deepEqual(status.waiting, [
    {
      schedule: 'train-forecast/0',
      dueAt: '2026-01-01T00:00:00.000Z',
      attempts: 2,
      nextTryAt: '2026-01-01T00:01:00.000Z',
      detail: '409: Not yet',
    },
  ])
  assert.deepEqual(
    status.objects.map(object => ({ ...object, seenAt: '' })),
    [
      {
        function: 'import-file',
        key: 'inbox/a',
        status: 'refused',
        attempts: 1,
        nextTryAt: null,
        detail: '422: no header',
        seenAt: '',
      },
    ],
  )
})

test('a report that its recipient did not get is shown until a later one is sent', async () => {
  await store.query(
    `insert into report.subscription (subscription_id, delivery, recipient, label, language, schedule, considered_until)
     values ('1', 'weekly-sales', 'a', 'Anna', 'en', '', now()), ('2', 'weekly-sales', 'b', 'Bert', 'en', '', now())`,
  )
  await store.query(
    `insert into report.delivery (subscription_id, due_at, state, attempts, problem) values
       ('1', now() - interval '1 day', 'bounced', 1, 'no such user'), ('2', now() - interval '1 day', 'failed', 7, 'away'),
       ('2', now(), 'sent', 1, null)`,
  )
  const { undelivered } = (await showStatus()) as unknown as { undelivered: { dueAt: string }[] }
  assert.deepEqual(undelivered, [
    {
      ...{ delivery: 'weekly-sales', recipient: 'Anna', state: 'bounced', attempts: 1, nextTryAt: null },
      ...{ detail: 'no such user', dueAt: undelivered[0]?.dueAt },
    },
  ])
})
