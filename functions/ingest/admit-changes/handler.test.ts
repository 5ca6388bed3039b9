import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  type Bus,
  commitOf,
  openStoreBus,
  type PartitionBatch,
  rawTopicOf,
} from '../../../shared/bus/index.ts'
import { parseSource } from '../../../shared/capture/sources.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import { openVault } from '../../../shared/privacy/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import admitChanges from './handler.ts'

const SOURCE = parseSource(
  'shop.yml',
  `
connection: shop
capture: debezium
namespace: dbo
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    partitions: 1
    columns:
      ProductID: { type: int, as: product_id }
      Name: { type: string, as: name }
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    partitions: 1
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      FirstName: { type: string, as: first_name, policy: encrypt }
`,
)
const TOPIC = rawTopicOf('shop')

let postgres: TestPostgres
let store: Store
let bus: Bus
let count = 0
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
beforeEach(async () => {
  store = await postgres.createStore(`admit_${count++}`)
  bus = openStoreBus(store)
})

async function start(): Promise<
  (messages: (object | string | null)[], firstOffset?: number) => Promise<string[]>
> {
  const resources = {
    store,
    bus,
    sources: [SOURCE],
    privacy: { vaultOf: (system: string) => openVault(system, Buffer.alloc(32, 7)) },
  }
  const surroundings = { resources, settings: {}, log: {} }
  const state = await admitChanges.init?.(surroundings as never)
  return async (messages, firstOffset = 0) => {
    if (admitChanges.kind !== 'events') throw new Error('it takes events')
    const events = messages.map(
      (message, i): BusEvent => ({
        specversion: '1.0',
        id: `shop/changes/${firstOffset + i}`,
        source: '/sources/shop/changes',
        type: 'cordage.raw.v1',
        time: '2026-01-01T00:00:00Z',
        position: '',
        partitionkey: '',
        topic: TOPIC,
        partition: 0,
        offset: String(firstOffset + i),
        busid: 'bus-1',
        data: message === null || typeof message === 'string' ? message : JSON.stringify(message),
      }),
    )
    const context = { ...surroundings, state, signal: new AbortController().signal, lineage() {} }
    const results = await admitChanges.handleBatch(events, context as never)
    return results.map(({ status, reason }) => (reason ? `${status} ${reason}` : status))
  }
}

const told = (
  table: string,
  op: string,
  row: object,
  more: { snapshot?: string; commit?: number; lsn?: string; order?: number } = {},
) => ({
  op,
  before: op === 'd' ? row : null,
  after: op === 'd' ? null : row,
  source: {
    schema: 'dbo',
    table,
    ts_ms: 1767225600000,
    snapshot: more.snapshot ?? 'false',
    ...(more.lsn
      ? { connector: 'sqlserver', commit_lsn: more.lsn, change_lsn: more.lsn }
      : { sequence: JSON.stringify([String(more.commit ?? 100), '200']) }),
  },
  transaction: more.snapshot ? null : { total_order: more.order ?? 1 },
})
const product = (id: number, more = {}, op = 'c') =>
  told('Product', op, { ProductID: id, Name: `Bike ${id}` }, more)
const mark = (commit: number) => ({
  ...told('', 'm', {}, { commit }),
  source: { ...told('', 'm', {}, { commit }).source, table: '' },
})

const sqlServerMark = (lsn: string) => ({
  ...told('', 'u', {}, { lsn }),
  source: { ...told('', 'u', {}, { lsn }).source, table: 'cordage_heartbeat' },
})

async function written(table = 'Product') {
  const topic = (await bus.ensureTopics([{ name: `cdc.shop.${table}`, partitions: 1 }])).get(
    `cdc.shop.${table}`,
  )
  assert.ok(topic)
  const reader = await bus.openReader('test', topic, () => {})
  const [batch] = (await reader.read({ maxEvents: 1000, maxBytes: 1e6 })) as [PartitionBatch]
  await reader.close()
  await bus.close()
  return batch.records
}
const brief = async (table?: string) =>
  (await written(table)).map(({ type, position, value }) => {
    const data = JSON.parse(value)
    return type.includes('snapshot-end')
      ? `end of ${data.epoch}`
      : `${data.op} ${position.slice(0, 4)} ${commitOf(position)}/${Number.parseInt(position.slice(-8), 16)}`
  })

test('a snapshot is an epoch, closed for every table, and changes follow it', async () => {
  const admit = await start()
  await admit([
    product(1, { snapshot: 'first' }, 'r'),
    product(2, { snapshot: 'true' }, 'r'),
    told('Client', 'r', { ClientID: 1, FirstName: 'Ann' }, { snapshot: 'last' }),
    { status: 'BEGIN', id: '1' },
    product(3, { commit: 100, order: 1 }),
    product(3, { commit: 100, order: 2 }, 'd'),
  ])
  assert.deepEqual(await brief(), ['r 0001 0/0', 'r 0001 0/1', 'end of 1', 'c 0001 100/2', 'd 0001 100/4'])
  assert.deepEqual(await brief('Client'), ['r 0001 0/2', 'end of 1'])
  const [capture] = await store.query('select state, epoch, position from ingest.capture')
  assert.deepEqual(capture, { state: 'streaming', epoch: 1, position: '0001-0000000000000064-00000004' })
})

test('a redelivered message keeps its position, also after another snapshot', async () => {
  const first = [product(1, { snapshot: 'first' }, 'r'), product(2, { snapshot: 'last' }, 'r'), product(3)]
  const second = [product(1, { snapshot: 'first' }, 'r'), product(2, { snapshot: 'true' }, 'r')]
  await (await start())(first)
  await (await start())(second, 3)
  const rows = (await brief()).filter(line => !line.startsWith('end'))
  await (await start())([...first, ...second])
  const again = (await brief()).filter(line => !line.startsWith('end'))
  assert.deepEqual(again.slice(rows.length), rows)
  assert.deepEqual(rows.slice(3), ['r 0002 0/0', 'r 0002 0/1'])
})

test('an interrupted snapshot is another epoch when it starts again', async () => {
  const admit = await start()
  await admit([product(1, { snapshot: 'first' }, 'r'), product(2, { snapshot: 'true' }, 'r')])
  await admit([product(1, { snapshot: 'first' }, 'r'), mark(300)], 2)
  assert.deepEqual(await brief(), ['r 0001 0/0', 'r 0001 0/1', 'r 0002 0/0', 'end of 2'])
})

/** What an installation of before has written down: epochs whose commits have 16 digits. */
const asBefore = () => store.query('update ingest.raw_epoch set is_wide = false')

test('SQL Server: commits keep their order where the log outgrows 16 digits, and a new epoch has all 20', async () => {
  const admit = await start()
  await admit([
    product(1, { snapshot: 'last', lsn: '0000fffe:00000001:0001' }, 'r'),
    product(2, { lsn: '0000ffff:ffffffff:ffff' }),
    product(3, { lsn: '00010000:00000001:0001' }),
    product(4, { lsn: '0001f0af:00001b98:0005' }),
  ])
  const positions = (await written()).map(({ position }) => position)
  assert.deepEqual(positions, [
    '0001-0000000000000000-00000000',
    '0001-0000000000000000-ffffffff',
    '0001-0000ffffffffffffffff-00000002',
    '0001-00010000000000010001-00000002',
    '0001-0001f0af00001b980005-00000002',
  ])
  assert.deepEqual(positions.toSorted(), positions)
})

test('SQL Server: a long value that was cleared is null, also where Debezium says that it did not change', async () => {
  const cleared = {
    ...product(1, { lsn: '00000001:00000002:0001' }, 'u'),
    before: { ProductID: 1, Name: 'long' },
    after: { ProductID: 1, Name: '__debezium_unavailable_value' },
  }
  assert.deepEqual(await (await start())([cleared]), ['done'])
  const [{ value } = { value: '{}' }] = await written()
  assert.deepEqual(JSON.parse(value).after, { ProductID: 1, Name: null })
  assert.deepEqual(await store.query('select * from ops.parked'), [])
})

test('SQL Server: what was admitted is forgotten after an hour and a thousand batches', async () => {
  const remember = (from: number, to: number, age: string) =>
    store.query(
      `insert into ingest.raw_place (system, epoch, number, first_commit, last_commit, lowest_change, highest_change, ordinals,
         reached_commit, reached_change, reached_ordinal, admitted_at)
       select 'shop', 1, n, '1', '1', '1', '1', '{}', '1', '1', 1, now() - $3::interval from generate_series($1::int, $2) n`,
      [from, to, age],
    )
  const admit = await start()
  await admit([product(1, { snapshot: 'last', lsn: '00000001:00000001:0001' }, 'r')])
  await remember(1, 60, '50 minutes')
  await remember(61, 1099, '70 minutes')
  await admit([product(2, { lsn: '00000001:00000002:0001' })], 1)
  const kept = await store.query(
    'select count(*)::int as rows, min(number)::int as oldest, max(number)::int as newest from ingest.raw_place',
  )
  assert.deepEqual(kept, [{ rows: 60 + 1000, oldest: 1, newest: 1100 }])
})

test('SQL Server: a batch without changes that are new is remembered by nobody', async () => {
  const admit = await start()
  const messages = [
    product(1, { snapshot: 'last', lsn: '00000001:00000001:0001' }, 'r'),
    product(2, { lsn: '00000001:00000002:0001' }),
    sqlServerMark('00000001:00000003:0001'),
  ]
  await admit(messages)
  await admit(messages)
  await admit(messages.slice(2), 2)
  assert.deepEqual(await store.query('select count(*)::int as rows from ingest.raw_place'), [{ rows: 1 }])
  const marks = await store.query(
    'select distinct heartbeat_position from bus.partition where heartbeat_at is not null',
  )
  assert.deepEqual(marks, [{ heartbeat_position: '0001-00000001000000030001-00000000' }])
})

test('an older installation keeps its positions, and begins another epoch where the log outgrows them', async () => {
  const before = [
    product(1, { snapshot: 'first', lsn: '0000fffe:00000001:0001' }, 'r'),
    product(2, { snapshot: 'last', lsn: '0000fffe:00000001:0001' }, 'r'),
  ]
  const after = [
    product(3, { lsn: '0000fffe:00000002:0001' }),
    product(4, { lsn: '0000ffff:00000002:0001' }),
    product(5, { lsn: '00010000:00000001:0001' }),
    sqlServerMark('00010000:00000001:0002'),
    product(6, { lsn: '00010000:00000003:0001' }),
  ]
  await (await start())(before)
  await asBefore()
  await (await start())(after.slice(0, 2), 2)
  await (await start())(after, 2)
  const positions = (await written())
    .filter(({ type }) => type === 'cordage.change.v1')
    .map(({ position }) => position)
  const first = ['0001-fffe000000020001-00000002', '0001-ffff000000020001-00000002']
  assert.deepEqual(positions.slice(2), [
    ...first,
    // What comes again has the position that it had.
    ...first,
    '0002-00010000000000010001-00000002',
    '0002-00010000000000030001-00000002',
  ])
  await (await start())(after, 2)
  assert.deepEqual(
    (await written()).filter(({ type }) => type === 'cordage.change.v1').length,
    positions.length + 4,
  )
  const [capture] = await store.query('select epoch, state from ingest.capture')
  assert.deepEqual(capture, { epoch: 2, state: 'streaming' })
  const epochs = await store.query('select epoch, is_wide from ingest.raw_epoch order by epoch')
  assert.deepEqual(epochs, [
    { epoch: 1, is_wide: false },
    { epoch: 2, is_wide: true },
  ])
})

test('changes that no snapshot comes before take nothing for deleted', async () => {
  await store.query(
    "insert into ingest.capture (system, state, epoch, slot) values ('shop', 'streaming', 3, 'cordage_shop')",
  )
  const admit = await start()
  await admit([product(1, { commit: 300 }), mark(301)])
  await admit([product(2, { snapshot: 'first' }, 'r'), product(3, { snapshot: 'last' }, 'r')], 2)
  assert.deepEqual(await brief(), ['c 0004 300/2', 'r 0005 0/0', 'r 0005 0/1', 'end of 5'])
})

test('a mark says how far everything is complete', async () => {
  await (await start())([product(1, { snapshot: 'last' }, 'r'), product(2), mark(150), { ts_ms: 1 }])
  const marks = await store.query(
    'select distinct heartbeat_position from bus.partition where heartbeat_at is not null',
  )
  assert.deepEqual(marks, [{ heartbeat_position: '0001-0000000000000096-00000002' }])
})

test('what leaves holds no clear personal value', async () => {
  await (await start())([told('Client', 'c', { ClientID: 7, FirstName: 'Annegret' })])
  const values = (await written('Client')).map(({ value }) => value).join()
  assert.doesNotMatch(values, /Annegret/)
  assert.match(values, /"ClientID":7/)
})

test('messages from outside are parked, and refused rows by their position alone', async () => {
  const admit = await start()
  assert.deepEqual(
    await admit([
      'rubbish',
      { hello: 1 },
      product(1),
      told('Product', 'c', { ProductID: 'one', Name: 'secret' }),
      null,
    ]),
    ['parked malformed_event', 'parked malformed_event', 'done', 'done', 'skipped'],
  )
  const [row, ...others] = await store.query<{ event: unknown; reason: string; detail: string }>(
    'select event, reason, detail from ops.parked',
  )
  assert.deepEqual([row, others], [{ event: null, reason: 'type_mismatch', detail: 'ProductID' }, []])
})
