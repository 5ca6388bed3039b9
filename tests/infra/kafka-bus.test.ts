import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import {
  type Bus,
  type BusReader,
  type BusRecord,
  type Cursor,
  type CursorMove,
  makePosition,
  type NewRecord,
  openBus,
  openStoreBus,
  RAW,
  type Topic,
  toJsonBatch,
} from '../../shared/bus/index.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { ConfigError, FencedError, OutageError } from '../../shared/errors/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-kafka-'))
let postgres: TestPostgres
let kafka: KafkaServer
let store: Store
let bus: Bus
let topic: Topic
let name: string
let count = 0
const readers: BusReader[] = []
before(async () => {
  postgres = await startTestPostgres()
  kafka = await startKafka({ home })
})
after(async () => {
  await kafka.stop()
  await postgres.stop()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(async () => {
  store = await postgres.createStore(`kafka_${count++}`)
  bus = await openBus(new SecretUrl(kafka.url), store)
  name = `cdc.shop${count}.Product`
  topic = await ensure(2)
})
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
  await bus.close()
})

const ensure = async (partitions: number, on = bus) =>
  (await on.ensureTopics([{ name, partitions }], { allowRecreate: true })).get(name) as Topic
const record = (partition: number, n: number, value = `{"n":${n}}`): NewRecord => ({
  topic: name,
  partition,
  type: 'cordage.change.v1',
  key: `${n}`,
  position: makePosition(1, BigInt(n + 1), 0),
  changedAt: '2026-01-01T00:00:00.123Z',
  value,
})
const append = (...records: NewRecord[]) => store.transaction(transaction => bus.append(transaction, records))
const open = async (group = 'g', wake = () => {}) => {
  const reader = await bus.openReader(group, topic, wake)
  readers.push(reader)
  return reader
}
const LIMITS = { maxEvents: 1000, maxBytes: 1_000_000 }
/** What lies before a group, once `events` are there. */
const readAll = async (reader: BusReader, events: number, limits = LIMITS) => {
  let batches = await reader.read(limits)
  await waitFor(
    `${events} events`,
    async () => {
      batches = await reader.read(limits)
      return batches.reduce((sum, { records }) => sum + records.length, 0) >= events
    },
    20_000,
  )
  return batches
}
const moveOf = (from: Cursor, { offset, position, changedAt }: BusRecord): CursorMove => ({
  from,
  nextOffset: offset + 1n,
  position,
  changedAt: new Date(changedAt),
})
const client = () => new Kafka({ brokers: [kafka.broker], logLevel: logLevel.NOTHING, clientId: 'someone' })

test('what is appended is read in order, per partition, as it was', async () => {
  await append(record(0, 1), record(1, 2), record(0, 3, '{"a":"é"}'))
  const [first, second] = await readAll(await open(), 3)
  assert.deepEqual(
    [first, second].map(batch => batch?.records.map(({ key }) => key)),
    [['1', '3'], ['2']],
  )
  const [, read] = first?.records ?? []
  assert.equal(read?.value, '{"a":"é"}')
  const [event] = JSON.parse(Buffer.concat(toJsonBatch(read ? [read] : [])).toString())
  assert.deepEqual(event, {
    specversion: '1.0',
    id: `shop${count}/Product/${makePosition(1, 4n, 0)}`,
    source: `/sources/shop${count}/Product`,
    type: 'cordage.change.v1',
    time: '2026-01-01T00:00:00.123Z',
    position: makePosition(1, 4n, 0),
    partitionkey: '3',
    topic: name,
    partition: 0,
    offset: '1',
    busid: topic.busId,
    data: { a: 'é' },
  })
})

test('a change of long ago is kept as long as any other: its timestamp is when it was sent', async () => {
  const consumer = client().consumer({ groupId: `timestamps.${count}` })
  await append({ ...record(0, 1), changedAt: '2017-06-30T10:00:00.000Z' })
  const [batch] = await readAll(await open(), 1)
  assert.deepEqual(batch?.records[0]?.changedAt, '2017-06-30T10:00:00.000Z')
  await consumer.connect()
  await consumer.subscribe({ topic: name, fromBeginning: true })
  const sentAt = await new Promise<number>(resolve => {
    void consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => resolve(Number(message.timestamp)),
    })
  })
  await consumer.disconnect()
  assert.ok(Math.abs(Date.now() - sentAt) < 60_000)
})

test('a reader resumes at the cursor in the store, whoever read before it', async () => {
  await append(...Array.from({ length: 10 }, (_, n) => record(0, n)))
  const [batch] = await readAll(await open(), 10)
  assert.ok(batch?.records[4])
  await bus.moveCursors('g', topic, [moveOf(batch.cursor, batch.records[4])], 3)
  const [next] = await readAll(await open(), 5)
  assert.deepEqual(
    next?.records.map(({ offset }) => offset),
    [5n, 6n, 7n, 8n, 9n],
  )
  await assert.rejects(
    bus.moveCursors('g', topic, [moveOf(batch.cursor, batch.records[5] as BusRecord)], 3),
    FencedError,
  )
})

test('who waits is woken by an append', async () => {
  let wakes = 0
  const reader = await open('g', () => {
    wakes += 1
  })
  await append(record(1, 1))
  await waitFor('the wake', async () => wakes > 0, 10_000)
  assert.equal((await reader.read(LIMITS))[1]?.records.length, 1)
})

test('a backlog larger than what is held in memory is read whole', async () => {
  const EVENTS = 60_000
  for (let n = 0; n < EVENTS; n += 5000)
    await append(
      ...Array.from({ length: 5000 }, (_, i) => record((n + i) % 2, n + i, `"${'x'.repeat(1000)}"`)),
    )
  const reader = await open()
  let seen = 0
  while (seen < EVENTS) {
    const batches = await readAll(reader, 1, { maxEvents: 5000, maxBytes: 8_000_000 })
    const moves = batches.flatMap(({ cursor, records }) => {
      const last = records.at(-1)
      seen += records.length
      return last ? [moveOf(cursor, last)] : []
    })
    await bus.moveCursors('g', topic, moves, 1)
  }
  assert.equal(seen, EVENTS)
})

test('everything that was read before a heartbeat is complete up to it, and that never goes back', async () => {
  const at = new Date()
  const mark = (n: number) =>
    store.transaction(transaction => bus.heartbeat(transaction, [name], makePosition(1, BigInt(n), 0), at))
  const positions = async () =>
    (
      await store.query<{ position: string | null }>('select position from bus.coverage order by partition')
    ).map(({ position }) => position && Number.parseInt(position.slice(5, 21), 16))
  const reader = await open()
  await append(record(0, 1), record(1, 2))
  await mark(10)
  const [first, second] = await readAll(reader, 2)
  assert.deepEqual(await positions(), [null, null])
  assert.ok(first?.records[0] && second?.records[0])
  await bus.moveCursors('g', topic, [moveOf(first.cursor, first.records[0])], 1)
  assert.deepEqual(await positions(), [10, null])
  await append(record(0, 20))
  await mark(30)
  assert.deepEqual(await positions(), [10, null], 'what was complete stays so while more is unread')
  await bus.moveCursors('g', topic, [moveOf(second.cursor, second.records[0])], 1)
  assert.deepEqual(await positions(), [10, 30])
})

test('a message that is none of ours comes with its place in the log, and spoils no batch', async () => {
  await append(record(0, 1))
  const producer = client().producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await producer.send({
    topic: name,
    messages: [
      { value: 'not json {', partition: 0 },
      { value: null, key: 'k', partition: 0 },
      { value: '{"op":"c"}', partition: 0 },
      {
        value: '{}',
        partition: 0,
        headers: { ce_type: 'x', ce_position: makePosition(1, 1n, 0), ce_time: 'at noon' },
      },
    ],
  })
  await producer.disconnect()
  const [batch] = await readAll(await open(), 5)
  assert.deepEqual(
    batch?.records.slice(1).map(({ type, value, position }) => [type, value, position]),
    [
      [RAW, '"not json {"', makePosition(0, 1n, 0)],
      [RAW, 'null', makePosition(0, 2n, 0)],
      [RAW, JSON.stringify('{"op":"c"}'), makePosition(0, 3n, 0)],
      [RAW, JSON.stringify('{}'), makePosition(0, 4n, 0)],
    ],
  )
})

test('a truncated or recreated log is an error that names the topic', async () => {
  await append(record(0, 1), record(0, 2))
  const [batch] = await readAll(await open(), 2)
  assert.ok(batch?.records[0])
  await bus.moveCursors('g', topic, [moveOf(batch.cursor, batch.records[0])], 1)
  const admin = client().admin()
  await admin.connect()
  await admin.fetchTopicMetadata({ topics: [name] })
  await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '2' }] })
  await assert.rejects(open(), (error: Error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /Product, partition 0: g has read up to 1, but the log begins at 2/)
    return true
  })
  await admin.deleteTopics({ topics: [name] })
  await waitFor('the topic to go', async () => !(await admin.listTopics()).includes(name))
  await assert.rejects(ensure(2), /g has 1 unread events in its previous log/)
  await bus.moveCursors(
    'g',
    topic,
    [moveOf({ ...batch.cursor, nextOffset: 1n }, batch.records[1] as BusRecord)],
    1,
  )
  assert.notEqual((await ensure(2)).busId, topic.busId, 'all of it was read: it is recreated')
  await admin.disconnect()
})

test('a topic with another partition count or with compaction is refused', async () => {
  await assert.rejects(ensure(3), /has 2 partitions in Kafka and must have 3/)
  const admin = client().admin()
  await admin.connect()
  await admin.createTopics({
    topics: [
      {
        topic: 'cdc.shop.Compact',
        numPartitions: 2,
        configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
      },
    ],
  })
  await admin.disconnect()
  await assert.rejects(
    bus.ensureTopics([{ name: 'cdc.shop.Compact', partitions: 2 }]),
    /topic cdc\.shop\.Compact has cleanup\.policy=compact/,
  )
  await assert.rejects(
    bus.ensureTopics([{ name: 'cdc.shop.Compact', partitions: 4 }]),
    /has 2 partitions in Kafka and must have 4/,
  )
})

test('the bus is changed once everything on the old one was read', async () => {
  const old = openStoreBus(store)
  await old.ensureTopics([{ name: 'cdc.shop.Order', partitions: 1 }])
  const [order] = (await old.ensureTopics([{ name: 'cdc.shop.Order', partitions: 1 }])).values()
  assert.ok(order)
  await store.transaction(transaction =>
    old.append(transaction, [{ ...record(0, 1), topic: 'cdc.shop.Order' }]),
  )
  const reader = await old.openReader('g', order, () => {})
  const [batch] = await reader.read(LIMITS)
  const wanted = [{ name: 'cdc.shop.Order', partitions: 1 }]
  await assert.rejects(
    bus.ensureTopics(wanted),
    /cdc\.shop\.Order is on the log in the store, but BUS_URL names the Kafka cluster .+: give every process the same/,
  )
  const change = () => bus.ensureTopics(wanted, { allowRecreate: true })
  await assert.rejects(change(), /cdc\.shop\.Order: g has 1 unread events/)
  assert.ok(batch?.records[0])
  await old.moveCursors('g', order, [moveOf(batch.cursor, batch.records[0])], 1)
  await old.close()
  const busId = (await change()).get('cdc.shop.Order')?.busId
  assert.notEqual(busId, order.busId)
  await assert.rejects(
    openStoreBus(store).ensureTopics(wanted),
    /is on the Kafka cluster .+, but BUS_URL names the log in the store/,
  )
})

test('brokers that are away are an outage, and come back', async () => {
  const reader = await open()
  await append(record(0, 1))
  await readAll(reader, 1)
  await kafka.kill()
  await assert.rejects(append(record(0, 2)), OutageError)
  kafka = await startKafka({ home, port: Number(kafka.broker.split(':')[1]) })
  await waitFor('an append', () =>
    append(record(0, 3)).then(
      () => true,
      () => false,
    ),
  )
  const again = await open()
  const [batch] = await readAll(again, 2)
  assert.equal(batch?.records.at(-1)?.key, '3')
})

test('a broker that does not answer, a bad parameter: one line each that says what', async () => {
  const port = await takeFreePort()
  await assert.rejects(openBus(new SecretUrl(`kafka://127.0.0.1:${port}`), store), OutageError)
  for (const [url, says] of [
    ['kafka://', /must be followed by brokers/],
    ['kafka://b:9092?ssl=1', /unknown parameter ssl/],
    ['kafka://b:9092?ca=x.pem', /without tls=true/],
    ['kafka://b:9092?tls=true&ca=/none.pem', /ca: cannot read \/none\.pem/],
    ['kafka://user:secret@b:9092?sasl=kerberos', /sasl must be one of plain/],
    ['kafka://b:9092?replication=0', /replication must be a number of replicas/],
  ] as const)
    await assert.rejects(openBus(new SecretUrl(url), store), says)
})
