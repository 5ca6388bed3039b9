import { randomUUID } from 'node:crypto'
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { ConfigError, OutageError } from '../errors/index.ts'
import type { Bookkeeping } from './bookkeeping.ts'
import type { BusReader, PartitionBatch, Topic } from './bus.ts'
import { type KafkaRecord, makeToRecord } from './kafka-record.ts'
import { type RawMessage, readRecordsRaw } from './kafkajs-fixes.ts'

/** Bytes of values held in memory ahead of the function: the next batches while it works on one. */
const MAX_BUFFERED = 8 * 1024 * 1024
const MAX_FETCHED = 4 * 1024 * 1024
const MAX_FETCHED_PARTITION = 1024 * 1024
/** The least that brokers allow by default: the session only fetches, the lease decides who may. */
const SESSION_MS = 6000
const HEARTBEAT_MS = 1500
const FETCH_WAIT_MS = 500
const JOIN_MS = 20_000

export type KafkaReaderOptions = {
  kafka: Kafka
  books: Bookkeeping
  group: string
  topic: Topic
  wake: () => void
}

/**
 * Reads all partitions of a topic from a group's cursors on. Kafka's own group only fetches: it is this
 * reader's alone, so that it never waits for a dead one's session to end; where the cursors are is in the store.
 */
export async function openKafkaReader(options: KafkaReaderOptions): Promise<BusReader> {
  const { kafka, books, group, topic } = options
  readRecordsRaw()
  const bounds = await fetchBounds(kafka, topic)
  const cursors = await books.loadCursors(
    group,
    topic,
    bounds.map(({ low }) => low),
  )
  for (const { partition, nextOffset } of cursors) {
    const { low = 0n, high = 0n } = bounds[partition] ?? {}
    const place = `topic ${topic.name}, partition ${partition}: ${group} has read up to ${nextOffset}`
    if (nextOffset < low) throw new ConfigError(`${place}, but the log begins at ${low}`)
    if (nextOffset > high) throw new ConfigError(`${place}, but the log ends at ${high}`)
  }
  const consumer = kafka.consumer({
    groupId: `cordage.${group}.${topic.name}.${randomUUID()}`,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytes: MAX_FETCHED,
    maxBytesPerPartition: MAX_FETCHED_PARTITION,
    allowAutoTopicCreation: false,
  })
  const buffer = makeBuffer(options, consumer, cursors)
  const close = async () => {
    buffer.close()
    await consumer.disconnect().catch(() => {})
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topic: topic.name, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: buffer.take })
    await buffer.joined
  } catch (error) {
    await close()
    throw error
  }
  return {
    async read({ maxEvents, maxBytes }) {
      const ends = buffer.newEnds()
      if (ends.size > 0) await books.recordHighWatermarks(topic, ends)
      const now = await books.loadCursors(group, topic)
      return buffer.from(now, Math.ceil(maxEvents / now.length), Math.ceil(maxBytes / now.length))
    },
    close,
  }
}

/** Where a topic's log begins and ends, by partition. */
export async function fetchBounds(kafka: Kafka, topic: Topic): Promise<{ low: bigint; high: bigint }[]> {
  const offsets = await withAdmin(kafka, admin => admin.fetchTopicOffsets(topic.name))
  return offsets
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) }))
}

/**
 * Uses a new admin client: one that has once looked at a topic that is now gone becomes
 * unusable.
 */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

type Waiting = { next: bigint; end: bigint; records: KafkaRecord[] }

/** Fetched records that no cursor has passed yet, per partition. Fetching waits while it is full. */
function makeBuffer(
  { topic, wake }: KafkaReaderOptions,
  consumer: Consumer,
  cursors: { partition: number; nextOffset: bigint }[],
) {
  const lanes = new Map<number, Waiting>(
    cursors.map(({ partition, nextOffset }) => [partition, { next: nextOffset, end: 0n, records: [] }]),
  )
  const toRecord = makeToRecord(topic)
  const noted = new Map<number, bigint>()
  let bytes = 0
  let failure: Error | undefined
  let room = Promise.withResolvers<void>()
  let isClosed = false

  const joined = Promise.withResolvers<void>()
  const fail = (cause?: unknown) => {
    failure = new OutageError('kafka', `reading ${topic.name} failed`, { cause })
    joined.reject(failure)
    wake()
  }
  const late = setTimeout(fail, JOIN_MS)
  joined.promise.catch(() => {})

  // At each join, the first and after a lost connection: it starts anywhere and must seek to the cursor.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const [partition, { next }] of lanes)
      consumer.seek({ topic: topic.name, partition, offset: next.toString() })
    clearTimeout(late)
    joined.resolve()
  })
  // A reader that restarts by itself continues; otherwise it must be opened again.
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) fail(error)
  })

  const drop = (lane: Waiting, nextOffset: bigint) => {
    let passed = 0
    for (const record of lane.records) {
      if (record.offset >= nextOffset) break
      bytes -= record.bytes
      passed += 1
    }
    if (passed > 0) lane.records.splice(0, passed)
  }

  return {
    async take({ batch, heartbeat }: EachBatchPayload): Promise<void> {
      const lane = lanes.get(batch.partition)
      if (!lane) return
      lane.end = BigInt(batch.highWatermark)
      for (const message of batch.messages) {
        const offset = BigInt(message.offset)
        // Fetched before the seek to the cursor went through.
        if (offset < lane.next) continue
        const record = toRecord(batch.partition, offset, message as unknown as RawMessage)
        lane.records.push(record)
        lane.next = offset + 1n
        bytes += record.bytes
      }
      wake()
      while (bytes > MAX_BUFFERED && !isClosed) {
        room = Promise.withResolvers()
        const timer = setTimeout(room.resolve, HEARTBEAT_MS)
        await room.promise
        clearTimeout(timer)
        await heartbeat()
      }
    },

    from(now: { partition: number; nextOffset: bigint }[], maxEvents: number, maxBytes: number) {
      if (failure) throw failure
      const batches = now.map((cursor): PartitionBatch => {
        const lane = lanes.get(cursor.partition)
        if (!lane) return { cursor, records: [] }
        drop(lane, cursor.nextOffset)
        const records = firstOf(lane.records, maxEvents, maxBytes)
        const last = records.at(-1)
        return { cursor, records, hasMore: last !== undefined && last.offset + 1n < lane.end }
      })
      if (bytes <= MAX_BUFFERED) room.resolve()
      return batches
    },

    joined: joined.promise,

    /** Where the log ends, by partition, where it has grown since the last look. */
    newEnds() {
      const ends = new Map<number, bigint>()
      for (const [partition, { end }] of lanes)
        if (end > (noted.get(partition) ?? 0n)) ends.set(partition, end)
      for (const [partition, end] of ends) noted.set(partition, end)
      return ends
    },

    close() {
      isClosed = true
      clearTimeout(late)
      room.resolve()
    },
  }
}

/** As many as the limits allow, and one at least. */
function firstOf(records: KafkaRecord[], maxEvents: number, maxBytes: number): KafkaRecord[] {
  let taken = 0
  let sum = 0
  for (const { bytes } of records) {
    sum += bytes
    if (taken === maxEvents || (taken > 0 && sum > maxBytes)) break
    taken += 1
  }
  return records.slice(0, taken)
}
