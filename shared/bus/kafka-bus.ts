import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, type ITopicMetadata, Kafka, type Producer } from 'kafkajs'
import type { SecretUrl } from '../config/index.ts'
import { ConfigError, OutageError } from '../errors/index.ts'
import type { Store, Transaction } from '../store/index.ts'
import { type Bookkeeping, makeBookkeeping } from './bookkeeping.ts'
import type { Bus, WantedTopic } from './bus.ts'
import { readKafkaUrl } from './kafka-client.ts'
import { fetchBounds, openKafkaReader, withAdmin } from './kafka-reader.ts'
import { isOfSnapshot } from './position.ts'
import { makeId, type NewRecord, placeOf } from './record.ts'

/** How long the log keeps events, unless a topic says otherwise. */
const RETENTION_MS = 7 * 86_400_000
/** A row of ten megabytes before and after its change, as JSON. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
const ENSURE_TRIES = 20
const ENSURE_PAUSE_MS = 500

/**
 * The bus on Kafka: its topics hold the events, the store their bookkeeping, so that cursors move under a lease's
 * number as on the other bus. An append is acknowledged by all replicas before the caller's transaction can end: what is
 * sent again after a crash has a new offset and its old position, which every sink skips.
 */
export async function openKafkaBus(url: SecretUrl, store: Store): Promise<Bus> {
  const { client, replication } = readKafkaUrl(url)
  const kafka = new Kafka(client)
  const { clusterId } = await attempt(url, () => withAdmin(kafka, admin => admin.describeCluster()))
  const books = makeBookkeeping(store, clusterId)
  let producer: Promise<Producer> | undefined
  const connectProducer = async () => {
    // One request at a time, so that one which is sent again cannot overtake another.
    const made = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 })
    await made.connect()
    return made
  }

  return {
    moveCursors: books.moveCursors,
    rewindCursors: books.rewindCursors,
    beginSnapshot: books.beginSnapshot,
    endSnapshot: books.endSnapshot,
    heartbeat: books.heartbeat,
    reportProblem: books.reportProblem,

    async ensureTopics(wanted, { allowRecreate = false } = {}) {
      const ensure = () =>
        withAdmin(kafka, async admin => {
          const found = await describe(admin, wanted)
          for (const topic of wanted) refuseUnfit(topic, found.get(topic.name))
          await store.transaction(async ({ query }) => {
            await books.register(query, wanted, name => !found.has(name), allowRecreate)
          })
          const [there, missing] = [true, false].map(isThere =>
            wanted.filter(({ name }) => found.has(name) === isThere),
          )
          await create(admin, missing ?? [], replication)
          await refuseCutLogs(admin, store, there ?? [], books)
        })
      // Topics that are just being created, by us or by another process, have no leader yet.
      for (let tries = 1; ; tries++)
        try {
          await attempt(url, ensure)
          break
        } catch (error) {
          if (!(error instanceof OutageError) || tries === ENSURE_TRIES) throw error
          await sleep(ENSURE_PAUSE_MS)
        }
      return books.topics()
    },

    async append(transaction, records) {
      if (records.length === 0) return
      producer ??= connectProducer()
      const ends = await attempt(url, async () => {
        const topics = Map.groupBy(records, record => record.topic)
        for (const name of topics.keys()) books.topicNamed(name)
        return await (await producer)?.sendBatch({
          acks: -1,
          topicMessages: [...topics].map(([topic, records]) => ({ topic, messages: records.map(toMessage) })),
        })
      }).catch(error => {
        // The next append creates another one: this one may have lost its brokers for good.
        void producer?.then(lost => lost.disconnect()).catch(() => {})
        producer = undefined
        throw error
      })
      await recordHighWatermarks(transaction, books, records, ends ?? [])
    },

    openReader: (group, topic, wake) =>
      attempt(url, () => openKafkaReader({ kafka, books, group, topic, wake })),

    async earliestOffsets(topic) {
      return (await attempt(url, () => fetchBounds(kafka, topic))).map(({ low }) => low)
    },

    // The brokers enforce each topic's retention.
    dropOldEvents: async () => 0,

    async close() {
      await producer?.then(made => made.disconnect()).catch(() => {})
    },
  }
}

/**
 * A CloudEvent in binary mode; its key is the partition key. Its timestamp is the moment of sending and not the change's own:
 * the brokers would drop older changes unread.
 */
function toMessage(record: NewRecord) {
  const { partition, type, key, position, changedAt, topic, value } = record
  const place = placeOf(topic)
  return {
    partition,
    key,
    value,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: makeId(place, record),
      ce_source: `/sources/${place}`,
      ce_type: type,
      ce_time: changedAt,
      ce_position: position,
    },
  }
}

type Ends = { topicName: string; partition: number; baseOffset?: string }[]

/** Records where the log ends, and that nothing is complete while a snapshot is being written. */
async function recordHighWatermarks(
  { query }: Transaction,
  books: Bookkeeping,
  records: NewRecord[],
  ends: Ends,
): Promise<void> {
  const places = Map.groupBy(records, ({ topic, partition }) => `${topic}/${partition}`)
  const rows = ends.map(({ topicName, partition, baseOffset = '0' }) => {
    const own = places.get(`${topicName}/${partition}`) ?? []
    return {
      topicId: books.topicNamed(topicName).id,
      partition,
      next: BigInt(baseOffset) + BigInt(own.length),
      isSnapshot: own.some(({ position }) => isOfSnapshot(position)),
    }
  })
  await query(
    `update bus.partition p set next_offset = greatest(p.next_offset, e.next_offset),
       heartbeat_position = case when not e.is_snapshot then p.heartbeat_position end,
       heartbeat_at = case when not e.is_snapshot then p.heartbeat_at end
     from (select * from unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::boolean[]) as e (topic_id, partition, next_offset, is_snapshot)
           order by 1, 2) e
     where p.topic_id = e.topic_id and p.partition = e.partition`,
    [
      rows.map(row => row.topicId),
      rows.map(row => row.partition),
      rows.map(row => row.next),
      rows.map(row => row.isSnapshot),
    ],
  )
}

type Found = { partitions: number; cleanup: string; maxBytes: number }

/** What the cluster has of these topics. */
export async function describe(admin: Admin, wanted: WantedTopic[]): Promise<Map<string, Found>> {
  const existing = new Set(await admin.listTopics())
  const names = wanted.map(({ name }) => name).filter(name => existing.has(name))
  if (names.length === 0) return new Map()
  const { topics } = await admin.fetchTopicMetadata({ topics: names })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    // 2 stands for topics (ConfigResourceTypes).
    resources: names.map(name => ({ type: 2, name, configNames: ['cleanup.policy', 'max.message.bytes'] })),
  })
  const configs = new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  )
  return new Map(
    topics.map(({ name, partitions }: ITopicMetadata) => [
      name,
      {
        partitions: partitions.length,
        cleanup: configs.get(name)?.get('cleanup.policy') ?? '',
        maxBytes: Number(configs.get(name)?.get('max.message.bytes') ?? Infinity),
      },
    ]),
  )
}

export function refuseUnfit({ name, partitions }: WantedTopic, found: Found | undefined): void {
  if (!found) return
  if (found.partitions !== partitions)
    throw new ConfigError(
      `topic ${name} has ${found.partitions} partitions in Kafka and must have ${partitions}: ${partitions === 1 ? 'the order of its messages would be lost' : 'keys would move to other partitions'}`,
    )
  if (found.cleanup.includes('compact'))
    throw new ConfigError(
      `topic ${name} has cleanup.policy=${found.cleanup} in Kafka, which drops changes: set it to delete`,
    )
}

async function create(admin: Admin, topics: WantedTopic[], replication: number): Promise<void> {
  if (topics.length === 0) return
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map(({ name, partitions, retentionMs = RETENTION_MS }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: replication,
      configEntries: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
      ],
    })),
  })
}

/** @throws ConfigError where a log ends before what was read from it or written to it: it is not the same log */
async function refuseCutLogs(
  admin: Admin,
  store: Store,
  topics: WantedTopic[],
  books: Bookkeeping,
): Promise<void> {
  const read = await store.query<{ topic_id: number; partition: number; known: string }>(
    `select p.topic_id, p.partition, greatest(p.next_offset, max(c.next_offset)) as known
     from bus.partition p left join bus.cursor c using (topic_id, partition) group by p.topic_id, p.partition`,
  )
  for (const { name } of topics) {
    const { id } = books.topicNamed(name)
    for (const { partition, high } of await admin.fetchTopicOffsets(name)) {
      const { known = '0' } = read.find(row => row.topic_id === id && row.partition === partition) ?? {}
      if (BigInt(high) < BigInt(known))
        throw new ConfigError(
          `topic ${name}, partition ${partition}: its log in Kafka ends at ${high}, before ${known}, its last known end: it was truncated or recreated; delete the topic and read its tables again (npm run snapshot)`,
        )
    }
  }
}

/** What Kafka refuses for good is an error of the settings; everything else is an outage and is retried. */
export async function attempt<T>(url: SecretUrl, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = firstOf(error)
    const { name = '', type = '', message } = cause
    if (name === 'KafkaJSSASLAuthenticationError')
      throw new ConfigError(`BUS_URL: ${url} refuses the user or the password`, { cause })
    if (/AUTHORIZATION_FAILED/.test(type))
      throw new ConfigError(`BUS_URL: the user lacks a right on ${url}`, { cause })
    if (/certificate|wrong version number/.test(message))
      throw new ConfigError(
        `BUS_URL: no TLS with ${url}: its certificate is not trusted, or it does not use TLS`,
        { cause },
      )
    if (name.startsWith('KafkaJS')) throw new OutageError('kafka', `${url} does not answer`, { cause })
    throw error
  }
}

type KafkaError = Error & { type?: string }

/** Of several refused topics the first; of retries the last error. */
export function firstOf(error: unknown): KafkaError {
  const { errors, name, cause } = error as { errors?: unknown[]; name?: string; cause?: unknown }
  if (errors?.[0]) return firstOf(errors[0])
  if (name === 'KafkaJSNumberOfRetriesExceeded' && cause instanceof Error) return firstOf(cause)
  return error as KafkaError
}
