import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type BusRecord, makePosition, RAW } from '../../shared/bus/index.ts'
import { migrate, type Store } from '../../shared/store/index.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { park, readParked } from './parked.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())
beforeEach(() => store.query('truncate ops.parked'))

const recordOf = (value: string, more: Partial<BusRecord> = {}): BusRecord => ({
  id: 'shop/Product/1',
  topic: 'cdc.shop.Product',
  partition: 0,
  offset: 7n,
  type: 'cordage.change.v1',
  key: '1',
  position: makePosition(1, 1n, 0),
  changedAt: '2026-01-01T00:00:00.123456Z',
  busId: 'bus',
  value,
  ...more,
})
const parkAll = (...records: BusRecord[]) =>
  park(
    store,
    'land-changes',
    records.map(record => ({ record, reason: 'type_mismatch' })),
  )
const readAll = async () => (await readParked(store.query, 'true', [], 100)).map(({ record }) => record)

/** Data that jsonb, a double or a text of Postgres cannot hold, among some that they can. */
const VALUES = {
  ordinary: '{"op": "c", "after": {"Name": "é"}}',
  nul: '{"after":{"Name":"a\\u0000b"}}',
  'half of a character': '{"after":{"Name":"a\\ud800b"}}',
  'a number beyond double': '{"after":{"Price":1e400}}',
  'a number beyond numeric': '{"after":{"Price":1e200000}}',
  'digits beyond double': '{"after":{"Price":12345678901234567890.123456789}}',
  'no JSON': 'nothing\u0001 like {it',
  'some megabytes': JSON.stringify({ after: { Name: 'x'.repeat(5_000_000) } }),
}

test('whatever an event holds can be parked beside others, byte for byte, and is sent again as it was', async () => {
  const records = Object.entries(VALUES).map(([id, value]) => recordOf(value, { id }))
  await parkAll(...records)
  const rows = await store.query<{ event_id: string; value: Buffer }>(
    'select event_id, value from ops.parked',
  )
  assert.deepEqual(Object.fromEntries(rows.map(row => [row.event_id, row.value.toString()])), VALUES)
  const again: BusRecord[] = []
  while (again.length < records.length) {
    const [last] = again.slice(-1)
    const more = await readParked(
      store.query,
      'id > coalesce((select id from ops.parked where event_id = $1), 0)',
      [last?.id ?? ''],
      100,
    )
    assert.ok(more.length > 0)
    again.push(...more.map(({ record }) => record))
  }
  for (const [i, record] of again.entries()) {
    const { value: was = '', ...attributes } = records[i] ?? {}
    const { value, ...rest } = record
    assert.deepEqual(rest, attributes)
    if (/1e400|no JSON|nothing/.test(was)) continue
    // jsonb has spaces of its own.
    if (was !== value) assert.equal(value.replaceAll(/([:,]) /g, '$1'), was.replaceAll(/([:,]) /g, '$1'))
  }
  assert.equal(again[3]?.value, `{"after": {"Price": 1${'0'.repeat(400)}}}`)
  assert.equal(again[6]?.value, VALUES['no JSON'])
})

test('a parked event that was corrected in the store is sent again as corrected', async () => {
  await parkAll(recordOf('{"after":{"ListPrice":"wrong"}}'))
  await store.query(`update ops.parked set event = jsonb_set(event, '{data,after,ListPrice}', '"20.0000"')`)
  assert.equal((await readAll())[0]?.value, '{"after": {"ListPrice": "20.0000"}}')
})

test('attributes that the store cannot hold, or not index, park their event all the same', async () => {
  const long = 'x'.repeat(10_000)
  await parkAll(
    recordOf('{}', { id: 'a\0b', key: 'k\0\ud800', type: 't\0' }),
    recordOf('{}', { id: `${long}1` }),
    recordOf('{}', { id: `${long}2` }),
  )
  assert.equal((await readAll()).length, 3)
  await park(store, 'land-changes', [{ record: recordOf('{}'), reason: 'http_422', detail: 'a\0b\ud800' }])
  assert.equal((await readAll()).length, 4)
})

test('of what was not admitted only the place is kept, and it is not sent again', async () => {
  await parkAll(recordOf('"clear"', { type: RAW }))
  assert.deepEqual(await readAll(), [])
  assert.deepEqual(await store.query('select event, value, detail from ops.parked'), [
    { event: null, value: null, detail: 'partition 0, offset 7' },
  ])
})

test('events that were parked before their bytes were kept are sent again as they stand', async () => {
  const old = postgres.openStore(await postgres.createDatabase('old'))
  const migrations = new URL('../../shared/store/migrations/', import.meta.url)
  const folder = mkdtempSync(join(postgres.home, 'migrations-'))
  for (const name of readdirSync(migrations).filter(name => name < '0021'))
    copyFileSync(new URL(name, migrations), join(folder, name))
  await migrate(old, pathToFileURL(`${folder}/`))
  const { value: _, changedAt: time, key: partitionkey, busId: busid, ...rest } = recordOf('')
  await old.query(
    `insert into ops.parked (function, topic, event_id, event, reason) values ('land-changes', 'cdc.shop.Product', 'x', $1, 'type_mismatch')`,
    [{ ...rest, offset: '7', time, partitionkey, busid, specversion: '1.0', source: '/', data: { op: 'c' } }],
  )
  await old.query(`insert into ops.seen_object values ('publish-marts', 'builds/a', now())`)
  await old.query(`insert into ops.schedule_run (schedule, due_at) values ('a/0', now())`)
  await migrate(old)
  const [parked] = await readParked(old.query, 'true', [], 10)
  assert.deepEqual(parked?.record, { ...recordOf('{"op": "c"}') })
})
