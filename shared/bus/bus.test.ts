import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { ConfigError, FencedError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import {
  addOrdinals,
  type Bus,
  type Cursor,
  type CursorMove,
  commitOf,
  epochOf,
  epochStart,
  isOfSnapshot,
  isPosition,
  makePosition,
  type NewRecord,
  openStoreBus,
  ordinalOf,
  partitionOf,
  snapshotEnd,
  type Topic,
} from './index.ts'

let postgres: TestPostgres
let store: Store
let bus: Bus
let topic: Topic
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
let count = 0
beforeEach(async () => {
  store = await postgres.createStore(`bus_${count++}`)
  bus = openStoreBus(store)
  const topics = await bus.ensureTopics([{ name: 'cdc.shop.Product', partitions: 2 }])
  topic = topics.get('cdc.shop.Product') as Topic
})

afterEach(() => bus.close())

const record = (partition: number, n: number, value = '{}'): NewRecord => ({
  topic: 'cdc.shop.Product',
  partition,
  type: 'cordage.change.v1',
  key: `${n}`,
  position: makePosition(1, BigInt(n), 0),
  changedAt: '2026-01-01T00:00:00.123Z',
  value,
})
const append = (...records: NewRecord[]) => store.transaction(transaction => bus.append(transaction, records))
const LIMITS = { maxEvents: 100, maxBytes: 1_000_000 }
const read = async (group = 'g', limits = LIMITS) => {
  const reader = await bus.openReader(group, topic, () => {})
  return await reader.read(limits)
}
const moveOf = (from: Cursor, to: bigint): CursorMove => ({
  from,
  nextOffset: to,
  position: makePosition(1, to, 0),
  changedAt: new Date(),
})
const offsets = async (group = 'g') =>
  (await read(group)).map(({ records }) => records.map(({ offset }) => Number(offset)))
const moveAll = async (group: string, fencing: number) =>
  bus.moveCursors(
    group,
    topic,
    (await read(group)).flatMap(({ cursor, records }) =>
      records.length > 0 ? [moveOf(cursor, cursor.nextOffset + BigInt(records.length))] : [],
    ),
    fencing,
  )

test('a commit time is read as it was, to the microsecond', async () => {
  const times = [
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.120Z',
    '2026-01-01T00:00:00.123456Z',
    '2026-01-01T00:00:00.123450Z',
    '2025-12-31T23:59:59.000001Z',
  ]
  await append(...times.map((changedAt, n) => ({ ...record(0, n), changedAt })))
  const [first] = await read()
  assert.deepEqual(
    first?.records.map(({ changedAt }) => changedAt),
    times,
  )
})

test('a key with a NUL is no reason to stop', async () => {
  await append({ ...record(0, 1), key: 'a\0b' })
  const [first] = await read()
  assert.equal(first?.records.length, 1)
})

test('a key comes as it was, whatever is in it', async () => {
  const keys = ['a\tb', '\t', '\n', '\r', '\\', '\\N', '\\.', '\t\n\r\\', "é'"]
  await append(...keys.map((key, n) => ({ ...record(0, n), key })))
  const [first] = await read()
  assert.deepEqual(
    first?.records.map(({ key }) => key),
    keys,
  )
})

test('what is appended is read in order, per partition, as it was', async () => {
  await append(record(0, 1), record(1, 2), record(0, 3, '{"a":"é"}'))
  const [first, second] = await read()
  assert.deepEqual(
    first?.records.map(({ key }) => key),
    ['1', '3'],
  )
  assert.deepEqual(
    second?.records.map(({ key }) => key),
    ['2'],
  )
  assert.deepEqual(first?.records[1], {
    ...record(0, 3, '{"a":"é"}'),
    id: 'shop/Product/0001-0000000000000003-00000000',
    offset: 1n,
    changedAt: '2026-01-01T00:00:00.123Z',
    busId: topic.busId,
  })
})

test('offsets have no gap and no order but that of commits, though many append at once', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => append(record(0, i), record(1, i))))
  await assert.rejects(
    store.transaction(async transaction => {
      await bus.append(transaction, [record(0, 99)])
      throw new Error('rolled back')
    }),
  )
  const expected = Array.from({ length: 30 }, (_, i) => i)
  assert.deepEqual(await offsets(), [expected, expected])
})

test('a batch is as many events as asked for, as many bytes, and never none', async () => {
  await append(...Array.from({ length: 10 }, (_, i) => record(0, i, `"${'x'.repeat(1000)}"`)))
  const sizes = async (limits: typeof LIMITS) =>
    (await read('g', limits)).map(({ records }) => records.length)
  assert.deepEqual(await sizes({ maxEvents: 6, maxBytes: 1e6 }), [3, 0])
  assert.deepEqual(await sizes({ maxEvents: 100, maxBytes: 5000 }), [2, 0])
  assert.deepEqual(await sizes({ maxEvents: 100, maxBytes: 1 }), [1, 0])
})

test('a cursor moves from where it was read, and for each group by itself', async () => {
  await append(record(0, 1), record(0, 2))
  const [batch] = await read()
  assert.ok(batch)
  await bus.moveCursors('g', topic, [moveOf(batch.cursor, 1n)], 1)
  assert.deepEqual(await offsets('g'), [[1], []])
  assert.deepEqual(await offsets('other'), [[0, 1], []])
  const countUnread = async (group: string) => (await bus.openReader(group, topic, () => {})).countUnread?.()
  assert.deepEqual([await countUnread('g'), await countUnread('other'), await countUnread('new')], [1, 2, 2])
  await assert.rejects(bus.moveCursors('g', topic, [moveOf(batch.cursor, 2n)], 1), FencedError)
})

test('an older holder cannot move a cursor that a newer one has moved', async () => {
  await append(record(0, 1), record(0, 2))
  await read()
  await bus.moveCursors('g', topic, [moveOf({ partition: 0, nextOffset: 0n }, 1n)], 7)
  await assert.rejects(
    bus.moveCursors('g', topic, [moveOf({ partition: 0, nextOffset: 1n }, 2n)], 6),
    FencedError,
  )
  await bus.moveCursors('g', topic, [moveOf({ partition: 0, nextOffset: 1n }, 2n)], 8)
})

test('a reader is woken by what is appended to its topic, until it is closed', async t => {
  const woken = { first: 0, second: 0 }
  const open = (name: keyof typeof woken) =>
    bus.openReader(name, topic, () => {
      woken[name] += 1
    })
  const wokenAre = (first: number, second: number) =>
    t.waitFor(() => assert.deepEqual(woken, { first, second }), { timeout: 10_000 })
  const [first, second] = [await open('first'), await open('second')]
  await append(record(0, 1))
  await wokenAre(1, 1)
  await first.close()
  await append(record(0, 2))
  await wokenAre(1, 2)
  await second.close()
  await append(record(0, 3))
  await open('first')
  await append(record(0, 4))
  await wokenAre(2, 2)
})

test('who reads the log for long does not stop who appends, unless there is no table for today yet', async () => {
  const dropDay = (ahead: number) =>
    store.query(
      `drop table bus.event_${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`,
    )
  const whileRead = (work: () => Promise<unknown>) =>
    store.transaction(async ({ query }) => {
      await query('select 1 from bus.event')
      await work()
    })
  const restarted = () => openStoreBus(store).ensureTopics([{ name: topic.name, partitions: 2 }])
  await dropDay(6)
  await whileRead(restarted)
  await dropDay(0)
  await assert.rejects(whileRead(restarted), /lock timeout/)
  await restarted()
  await append(record(0, 1))
  assert.deepEqual(await offsets(), [[0], []])
})

const agePartition = async (days: number) => {
  const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)
  const name = `event_${day(days).replaceAll('-', '')}`
  await store.query(
    `create table bus.${name} partition of bus.event for values from ('${day(days)}') to ('${day(days - 1)}')`,
  )
  await store.query(`with moved as (delete from bus.event where appended_on = current_date returning *)
    insert into bus.event select topic_id, partition, "offset", type, key, position, changed_at, value, date '${day(days)}' from moved`)
}

test('days past the retention are dropped once every group has read them', async () => {
  await append(record(0, 1), record(1, 2))
  await agePartition(9)
  await read('fast')
  await read('slow')
  await moveAll('fast', 1)
  assert.equal(await bus.dropOldEvents(7), 0, 'slow has not read them')
  await moveAll('slow', 1)
  assert.equal(await bus.dropOldEvents(30), 0, 'not old enough')
  assert.equal(await bus.dropOldEvents(7), 1)
  await append(record(0, 3))
  assert.deepEqual(await offsets('slow'), [[1], []])
})

test('a log that begins behind a cursor is an error that names the topic, never a silent skip', async () => {
  await append(record(0, 1), record(0, 2))
  await read()
  await store.query('delete from bus.event where "offset" = 0')
  await assert.rejects(
    read(),
    (error: Error) =>
      error instanceof ConfigError &&
      /cdc\.shop\.Product, partition 0: g has read up to 0, but the log begins at 1/.test(error.message),
  )
})

test('another partition count is refused: keys would move', async () => {
  await assert.rejects(
    bus.ensureTopics([{ name: topic.name, partitions: 3 }]),
    /has 2 partitions, but its source file says 3/,
  )
  await bus.ensureTopics([{ name: topic.name, partitions: 2 }])
})

test('cursors are set back, never forward, and are complete up to what they were given', async () => {
  await append(...[1, 2, 3].map(n => record(0, n)), record(1, 4))
  await moveAll('g', 1)
  assert.deepEqual(await bus.earliestOffsets(topic), [0n, 0n])
  const position = makePosition(1, 1n, 0)
  const to = [
    { partition: 0, nextOffset: 1n, position },
    { partition: 1, nextOffset: 9n, position },
  ]
  await assert.rejects(bus.rewindCursors('g', topic, to, 0), FencedError)
  await bus.rewindCursors('g', topic, to, 2)
  assert.deepEqual(await offsets(), [[1, 2], []])
  const [row] = await store.query('select position, changed_at from bus.cursor where partition = 0')
  assert.deepEqual(row, { position, changed_at: null })
})

test('rows of a snapshot end what a heartbeat has said, until there is another', async () => {
  const coverage = async () =>
    (
      await store.query<{ position: string | null }>('select position from bus.coverage order by partition')
    ).map(({ position }) => position)
  const beat = (at: string) =>
    store.transaction(transaction => bus.heartbeat(transaction, [topic.name], at, new Date()))
  await read()
  await beat(makePosition(1, 5n, 0))
  assert.deepEqual(await coverage(), [makePosition(1, 5n, 0), makePosition(1, 5n, 0)])
  const ofSnapshot = { ...record(0, 1), position: makePosition(2, 0n, 1) }
  await append(ofSnapshot, { ...record(0, 6), position: makePosition(2, 6n, 0) }, record(1, 6))
  const [batch] = await read()
  assert.ok(batch)
  await bus.moveCursors('g', topic, [{ ...moveOf(batch.cursor, 2n), position: ofSnapshot.position }], 1)
  assert.deepEqual(await coverage(), [null, makePosition(1, 5n, 0)])
  await beat(makePosition(2, 7n, 0))
  assert.deepEqual(await coverage(), [makePosition(2, 7n, 0), makePosition(1, 5n, 0)])
})

test('a topic that is recreated has another bus id', async () => {
  await store.query('delete from bus.partition')
  await store.query('delete from bus.topic')
  const again = (await openStoreBus(store).ensureTopics([{ name: topic.name, partitions: 2 }])).get(
    topic.name,
  )
  assert.notEqual(again?.busId, topic.busId)
})

test('a topic that lies on another log is recreated only where that is allowed and no group has left to read', async () => {
  await append(record(0, 1), record(0, 2))
  await read('slow')
  await read('fast')
  await moveAll('fast', 1)
  await store.query(`update bus.topic set cluster = 'k1'`)
  const again = (allowRecreate: boolean) =>
    openStoreBus(store).ensureTopics([{ name: topic.name, partitions: 3 }], { allowRecreate })
  await assert.rejects(
    again(false),
    /cdc\.shop\.Product is on the Kafka cluster k1, but BUS_URL names the log in the store/,
  )
  await assert.rejects(again(true), /slow has 2 unread events in its previous log/)
  await moveAll('slow', 1)
  const recreated = (await again(true)).get(topic.name)
  assert.notEqual(recreated?.busId, topic.busId)
  assert.equal(recreated?.partitions, 3)
  assert.deepEqual(await store.query('select partition, next_offset from bus.partition order by 1'), [
    { partition: 0, next_offset: '0' },
    { partition: 1, next_offset: '0' },
    { partition: 2, next_offset: '0' },
  ])
})

test('an append to a topic that nobody made is refused', async () => {
  await assert.rejects(append({ ...record(0, 1), topic: 'cdc.shop.None' }), /no topic cdc\.shop\.None/)
})

test('a key keeps its partition, and keys spread over all of them', () => {
  assert.equal(partitionOf('42', 4), partitionOf('42', 4))
  assert.equal(partitionOf('42', 1), 0)
  const spread = new Set(Array.from({ length: 100 }, (_, i) => partitionOf(String(i), 4)))
  assert.equal(spread.size, 4)
})

test('positions compare as text as their numbers do', () => {
  const inOrder = [
    makePosition(1, 0n, 0),
    makePosition(1, 0n, 1),
    makePosition(1, 9n, 0),
    makePosition(1, 10n, 0),
    makePosition(1, 2n ** 63n, 5),
    makePosition(2, 0n, 0),
    makePosition(16, 0n, 0),
  ]
  assert.deepEqual(inOrder.toSorted(), inOrder)
  assert.equal(epochOf(makePosition(255, 1n, 1)), 255)
  assert.ok(epochStart(2) > makePosition(1, 2n ** 64n - 1n, 0xffffffff))
})

test('a position is known by its three parts, of Postgres or of SQL Server, and a number too large for one is refused', () => {
  for (const digits of [16, 20] as const) {
    const position = makePosition(7, 0xabcn, 9, digits)
    assert.ok(isPosition(position))
    assert.deepEqual([epochOf(position), commitOf(position), ordinalOf(position)], [7, 0xabcn, 9])
    assert.equal(ordinalOf(addOrdinals(position, 7)), 16)
    for (const near of [
      `${position}0`,
      `0${position}`,
      position.slice(1),
      position.slice(0, -1),
      position.replace('abc', 'ABC'),
      position.replace('-', '-0'),
      position.replaceAll('-', '_'),
    ])
      assert.equal(isPosition(near), false, near)
  }
  assert.equal(makePosition(0xffff, 2n ** 64n - 1n, 0xffffffff), `ffff-${'f'.repeat(16)}-${'f'.repeat(8)}`)
  assert.throws(() => makePosition(0x10000, 0n, 0), RangeError)
  assert.throws(() => makePosition(1, 2n ** 64n, 0), RangeError)
  assert.throws(() => makePosition(1, -1n, 0), RangeError)
  assert.throws(() => addOrdinals(makePosition(1, 0n, 0xffffffff), 1), RangeError)
})

test("a snapshot's rows lie behind their epoch's start and before its end, and every change behind that", () => {
  for (const digits of [16, 20] as const) {
    const [row, change] = [makePosition(2, 0n, 5), makePosition(2, 1n, 0, digits)]
    assert.deepEqual([row, snapshotEnd(2), change].map(isOfSnapshot), [true, true, false])
    assert.deepEqual([change, snapshotEnd(2), row, epochStart(2)].toSorted(), [
      epochStart(2),
      row,
      snapshotEnd(2),
      change,
    ])
  }
})
