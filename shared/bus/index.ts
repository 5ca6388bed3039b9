import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ConfigError, FencedError } from '../errors/index.ts'
import type { Store, Transaction } from '../store/index.ts'
import type { Position } from './position.ts'

export * from './coverage.ts'
export * from './position.ts'

/** An event on its way to the bus: what it is, whose key it has, where in the source it happened. */
export type NewRecord = {
  topic: string
  partition: number
  type: string
  key: string
  position: Position
  /** Commit time at the source, ISO 8601. */
  changedAt: string
  /** The event's data, as JSON text. */
  value: string
}

/** An event as it lies on the bus. `offset` is decimal text (64-bit). */
export type BusRecord = Omit<NewRecord, 'changedAt'> & { offset: bigint; changedAt: Date; busId: string }

export type Topic = { id: number; name: string; partitions: number; busId: string }

/** Where a group's reading of a partition has come to. */
export type Cursor = { partition: number; nextOffset: bigint }

/** A partition's records from its cursor on, in order. */
export type PartitionBatch = { cursor: Cursor; records: BusRecord[] }

export type ReadLimits = { maxEvents: number; maxBytes: number }

export type Bus = {
  /** Makes the topics that are not there. @throws ConfigError where one is there with another partition count */
  ensureTopics(topics: { name: string; partitions: number }[]): Promise<Map<string, Topic>>
  topics(): Promise<Topic[]>
  /** Appends in the caller's transaction, so that its own state moves with the events. */
  append(transaction: Transaction, records: NewRecord[]): Promise<void>
  /** Marks every partition of these topics as complete up to `position`, which was the source's place at `at`. */
  heartbeat(transaction: Transaction, topics: string[], position: Position, at: Date): Promise<void>
  /** The next events of every partition of a topic for a group. @throws ConfigError where they were dropped unread */
  read(group: string, topic: Topic, limits: ReadLimits): Promise<PartitionBatch[]>
  /** Moves cursors forward. @throws FencedError where another holder moved one meanwhile, which stays as it is */
  moveCursors(group: string, topic: Topic, moves: CursorMove[], fencing: number): Promise<void>
  /** Says what a group waits for, or that it waits no more. */
  reportProblem(group: string, topic: Topic, problem: string | null): Promise<void>
  /** Drops days of the log that lie past the retention and that every group has read. @returns days dropped */
  dropOldEvents(retentionDays: number): Promise<number>
}

export type CursorMove = { from: Cursor; nextOffset: bigint }

/** The channel on which the bus tells that a topic has new events. */
export const BUS_CHANNEL = 'cordage_bus'

/** The partition of a key: CRC-32 of its text, modulo the count. */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : crc32(key) % partitions
}

/** The bus on the store: an append-only table, offsets from row-locked counters, retention by dropping days. */
export function openStoreBus(store: Store): Bus {
  const known = new Map<string, Topic>()
  let preparedFor = ''

  /**
   * Days must have their table before their first event; a week ahead covers a machine that sleeps. Making one waits for
   * whoever reads the bus, and everybody else waits behind it: so we ask for a moment only, and another time where
   * somebody reads for long.
   */
  const prepareDays = async () => {
    const today = new Date().toISOString().slice(0, 10)
    if (today === preparedFor) return
    const nameOf = (day: string) => `event_${day.replaceAll('-', '')}`
    try {
      await store.transaction(async ({ query }) => {
        await query(`set local lock_timeout = '${DDL_LOCK_MS}ms'`)
        for (let ahead = -1; ahead < 7; ahead++) {
          const [day, next] = [ahead, ahead + 1].map(days =>
            new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
          )
          if (day && next)
            await query(
              `create table if not exists bus.${nameOf(day)} partition of bus.event for values from ('${day}') to ('${next}')`,
            )
        }
      })
      preparedFor = today
    } catch (error) {
      const isThere = await store.query(
        'select 1 from pg_class where relnamespace = $1::regnamespace and relname = $2',
        ['bus', nameOf(today)],
      )
      if (isThere.length === 0) throw error
    }
  }

  const loadTopics = async () => {
    const rows = await store.query<{ id: number; name: string; partitions: number; bus_id: string }>(
      'select id, name, partitions, bus_id from bus.topic order by name',
    )
    for (const { id, name, partitions, bus_id } of rows)
      known.set(name, { id, name, partitions, busId: bus_id })
    return [...known.values()]
  }

  const topicNamed = (name: string): Topic => {
    const topic = known.get(name)
    if (!topic) throw new ConfigError(`the bus has no topic ${name}`)
    return topic
  }

  return {
    topics: loadTopics,

    async ensureTopics(wanted) {
      await store.transaction(async ({ query }) => {
        await query("select pg_advisory_xact_lock(hashtext('bus.topic'))")
        await prepareDays()
        for (const { name, partitions } of wanted) {
          const made = await query<{ id: number }>(
            'insert into bus.topic (name, partitions, bus_id) values ($1, $2, $3) on conflict (name) do nothing returning id',
            [name, partitions, randomBytes(6).toString('hex')],
          )
          if (made[0])
            await query(
              'insert into bus.partition (topic_id, partition) select $1, generate_series(0, $2 - 1)',
              [made[0].id, partitions],
            )
        }
      })
      await loadTopics()
      for (const { name, partitions } of wanted)
        if (topicNamed(name).partitions !== partitions)
          throw new ConfigError(
            `topic ${name} has ${topicNamed(name).partitions} partitions, its source file says ${partitions}: keys would change places`,
          )
      return known
    },

    async append({ query }, records) {
      if (records.length === 0) return
      await prepareDays()
      const seen = new Map<string, number>()
      const nth = records.map(({ topic, partition }) => {
        const place = `${topic}/${partition}`
        const n = seen.get(place) ?? 0
        seen.set(place, n + 1)
        return n
      })
      const topicIds = records.map(record => topicNamed(record.topic).id)
      await query(
        `with record as (
           select * from unnest($1::smallint[], $2::smallint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
             as r (topic_id, partition, nth, type, key, position, changed_at, value)
         ),
         total as (select topic_id, partition, count(*) as n from record group by topic_id, partition order by topic_id, partition),
         moved as (
           update bus.partition p set next_offset = p.next_offset + total.n from total
           where p.topic_id = total.topic_id and p.partition = total.partition
           returning p.topic_id, p.partition, p.next_offset - total.n as base
         )
         insert into bus.event (topic_id, partition, "offset", type, key, position, changed_at, value, appended_on)
         select r.topic_id, r.partition, moved.base + r.nth, r.type, r.key, r.position, r.changed_at, r.value, (now() at time zone 'UTC')::date
         from record r join moved using (topic_id, partition)`,
        [
          topicIds,
          records.map(record => record.partition),
          nth,
          records.map(record => record.type),
          records.map(record => record.key),
          records.map(record => record.position),
          records.map(record => record.changedAt),
          records.map(record => record.value),
        ],
      )
      for (const topic of new Set(records.map(record => record.topic)))
        await query('select pg_notify($1, $2)', [BUS_CHANNEL, topic])
    },

    async heartbeat({ query }, topics, position, at) {
      await query(
        `update bus.partition set heartbeat_position = $2, heartbeat_at = $3
         where topic_id = any($1::smallint[])`,
        [topics.map(topic => topicNamed(topic).id), position, at],
      )
    },

    async read(group, topic, { maxEvents, maxBytes }) {
      const cursors = await loadCursors(store, group, topic)
      const rows = await store.query<{
        partition: number
        offset: string
        type: string
        key: string
        position: string
        changed_at: Date
        value: string
      }>(
        `select event.partition, event."offset", event.type, event.key, event.position, event.changed_at, event.value
         from unnest($2::smallint[], $3::bigint[]) as c (partition, next_offset)
         cross join lateral (
           select * from (
             select e.partition, e."offset", e.type, e.key, e.position, e.changed_at, e.value,
               row_number() over w as nth, sum(octet_length(e.value)) over w as bytes
             from (
               select * from bus.event
               where topic_id = $1 and partition = c.partition and "offset" >= c.next_offset
               order by "offset" limit $4
             ) e window w as (order by e."offset")
           ) counted where nth = 1 or bytes <= $5
           order by "offset"
         ) event`,
        [
          topic.id,
          cursors.map(c => c.partition),
          cursors.map(c => c.nextOffset),
          Math.ceil(maxEvents / cursors.length),
          Math.ceil(maxBytes / cursors.length),
        ],
      )
      const batches = new Map<number, PartitionBatch>(
        cursors.map(cursor => [cursor.partition, { cursor, records: [] }]),
      )
      for (const { changed_at, offset, ...row } of rows)
        batches.get(row.partition)?.records.push({
          ...row,
          topic: topic.name,
          offset: BigInt(offset),
          changedAt: changed_at,
          busId: topic.busId,
        })
      for (const { cursor, records } of batches.values())
        if (records[0] && records[0].offset !== cursor.nextOffset)
          throw new ConfigError(
            `topic ${topic.name}, partition ${cursor.partition}: ${group} has read up to ${cursor.nextOffset}, the log begins at ${records[0].offset}`,
          )
      return [...batches.values()]
    },

    async moveCursors(group, topic, moves, fencing) {
      const moved = await store.query(
        `update bus.cursor c set next_offset = m.to_offset, fencing = $3, problem = null, problem_since = null
         from unnest($4::smallint[], $5::bigint[], $6::bigint[]) as m (partition, from_offset, to_offset)
         where c."group" = $1 and c.topic_id = $2 and c.partition = m.partition and c.next_offset = m.from_offset and c.fencing <= $3
         returning c.partition`,
        [
          group,
          topic.id,
          fencing,
          moves.map(move => move.from.partition),
          moves.map(move => move.from.nextOffset),
          moves.map(move => move.nextOffset),
        ],
      )
      if (moved.length !== moves.length)
        throw new FencedError(`${group} on ${topic.name}: another holder moved the cursor`)
    },

    async reportProblem(group, topic, problem) {
      await store.query(
        `update bus.cursor set problem = $3, problem_since = case when $3::text is null then null else coalesce(problem_since, now()) end
         where "group" = $1 and topic_id = $2 and problem is distinct from $3`,
        [group, topic.id, problem],
      )
    },

    async dropOldEvents(retentionDays) {
      const before = new Date(Date.now() - retentionDays * 86_400_000).toISOString().slice(0, 10)
      const days = await store.query<{ name: string }>(
        `select relname as name from pg_class where relnamespace = 'bus'::regnamespace and relkind = 'r'
         and relname ~ '^event_[0-9]{8}$' and relname < $1 order by relname`,
        [`event_${before.replaceAll('-', '')}`],
      )
      let dropped = 0
      for (const { name } of days) if (await dropDay(store, name)) dropped += 1
      return dropped
    },
  }
}

/** How long a change of the log's tables may make others wait. */
const DDL_LOCK_MS = 500

async function loadCursors(store: Store, group: string, topic: Topic): Promise<Cursor[]> {
  const select = () =>
    store.query<{ partition: number; next_offset: string }>(
      'select partition, next_offset from bus.cursor where "group" = $1 and topic_id = $2 order by partition',
      [group, topic.id],
    )
  let rows = await select()
  if (rows.length < topic.partitions) {
    await store.query(
      `insert into bus.cursor ("group", topic_id, partition, next_offset)
       select $1, topic_id, partition, first_offset from bus.partition where topic_id = $2 on conflict do nothing`,
      [group, topic.id],
    )
    rows = await select()
  }
  return rows.map(row => ({ partition: row.partition, nextOffset: BigInt(row.next_offset) }))
}

/** Drops one day's table, unless a group has events of it before it. */
async function dropDay(store: Store, name: string): Promise<boolean> {
  return store.transaction(async ({ query }) => {
    await query(`set local lock_timeout = '${DDL_LOCK_MS}ms'`)
    const unread = await query(
      `select 1 from (select topic_id, partition, max("offset") as last from bus.${name} group by topic_id, partition) e
       join bus.cursor c using (topic_id, partition) where c.next_offset <= e.last limit 1`,
    )
    if (unread.length > 0) return false
    await query(
      `update bus.partition p set first_offset = e.last + 1
       from (select topic_id, partition, max("offset") as last from bus.${name} group by topic_id, partition) e
       where p.topic_id = e.topic_id and p.partition = e.partition`,
    )
    await query(`drop table bus.${name}`)
    return true
  })
}
