import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { ConfigError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { type Bookkeeping, makeBookkeeping } from './bookkeeping.ts'
import type { Bus, PartitionBatch, ReadLimits, Topic } from './bus.ts'
import { isOfSnapshot } from './position.ts'
import { makeId, type NewRecord, placeOf } from './record.ts'

/** The channel on which the store's log announces new events of a topic. */
const BUS_CHANNEL = 'cordage_bus'

/** The bus on the store: an append-only table, offsets from row-locked counters, retention by dropping days. */
export function openStoreBus(store: Store): Bus {
  const books = makeBookkeeping(store, '')
  const wakers = new Map<string, Set<() => void>>()
  let subscription: ReturnType<Store['listen']> | undefined
  let readers = 0
  let preparedFor = ''
  const stopListening = async () => {
    const listening = subscription
    subscription = undefined
    await (await listening)?.close()
  }

  /**
   * Days must have their table before their first event; a week ahead covers a machine that sleeps. Creating one waits for
   * the bus's readers, and all others wait behind it: so the lock timeout is short, and it is retried later where
   * a reader takes long.
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

  return {
    moveCursors: books.moveCursors,
    rewindCursors: books.rewindCursors,
    beginSnapshot: books.beginSnapshot,
    endSnapshot: books.endSnapshot,
    heartbeat: books.heartbeat,
    reportProblem: books.reportProblem,

    async ensureTopics(wanted, { allowRecreate = false } = {}) {
      await store.transaction(async ({ query }) => {
        await books.register(query, wanted, () => false, allowRecreate)
        await prepareDays()
      })
      return books.topics()
    },

    async append({ query, client }, records) {
      if (records.length === 0) return
      await prepareDays()
      const places = Map.groupBy(
        records,
        ({ topic, partition }) => `${books.topicNamed(topic).id}/${partition}`,
      )
      const [ids, partitions] = [0, 1].map(i => [...places.keys()].map(place => place.split('/')[i]))
      const bases = await query<{ topic_id: number; partition: number; base: string; today: string }>(
        `with total as (
           select * from unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::boolean[]) as t (topic_id, partition, n, is_snapshot)
           order by topic_id, partition
         )
         update bus.partition p set next_offset = p.next_offset + total.n,
           heartbeat_position = case when not total.is_snapshot then p.heartbeat_position end,
           heartbeat_at = case when not total.is_snapshot then p.heartbeat_at end
         from total
         where p.topic_id = total.topic_id and p.partition = total.partition
         returning p.topic_id, p.partition, p.next_offset - total.n as base, (now() at time zone 'UTC')::date::text as today`,
        [
          ids,
          partitions,
          [...places.values()].map(own => own.length),
          [...places.values()].map(own => own.some(({ position }) => isOfSnapshot(position))),
        ],
      )
      await copyEvents(client, toCopyText(places, bases))
      for (const topic of new Set(records.map(record => record.topic)))
        await query('select pg_notify($1, $2)', [BUS_CHANNEL, topic])
    },

    async openReader(group, topic, wake) {
      // Registered at once: of two who open readers at the same moment one must not listen twice.
      readers += 1
      subscription ??= store.listen([BUS_CHANNEL], (_, name) => {
        for (const waker of wakers.get(name) ?? []) waker()
      })
      try {
        await subscription
      } catch (error) {
        readers -= 1
        subscription = undefined
        throw error
      }
      wakers.set(topic.name, (wakers.get(topic.name) ?? new Set()).add(wake))
      return {
        read: limits => readStore(store, books, group, topic, limits),
        countUnread: () => countUnread(store, group, topic),
        async close() {
          wakers.get(topic.name)?.delete(wake)
          readers -= 1
          if (readers === 0) await stopListening()
        },
      }
    },

    async earliestOffsets(topic) {
      const rows = await store.query<{ first_offset: string }>(
        'select first_offset from bus.partition where topic_id = $1 order by partition',
        [topic.id],
      )
      return rows.map(row => BigInt(row.first_offset))
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

    close: stopListening,
  }
}

async function countUnread(store: Store, group: string, topic: Topic): Promise<number> {
  const [row] = await store.query<{ unread: string }>(
    `select coalesce(sum(p.next_offset - coalesce(c.next_offset, p.first_offset)), 0) as unread
     from bus.partition p left join bus.cursor c on c."group" = $1 and c.topic_id = p.topic_id and c.partition = p.partition
     where p.topic_id = $2`,
    [group, topic.id],
  )
  return Number(row?.unread)
}

type Base = { topic_id: number; partition: number; base: string; today: string }

/** Events as COPY takes them, a line each, with the offsets that their partitions have for them. */
function toCopyText(places: Map<string, NewRecord[]>, bases: Base[]): string {
  const lines: string[] = []
  for (const { topic_id, partition, base, today } of bases) {
    let offset = BigInt(base)
    for (const { type, key, position, changedAt, value } of places.get(`${topic_id}/${partition}`) ?? [])
      lines.push(
        `${topic_id}\t${partition}\t${offset++}\t${type}\t${escapeText(storableKey(key))}\t${position}\t${changedAt}\t${escapeText(value)}\t${today}\n`,
      )
  }
  return lines.join('')
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const escapeText = (text: string) =>
  SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r]/g, char => ESCAPES[char] ?? char) : text

async function copyEvents(client: pg.PoolClient, text: string): Promise<void> {
  const copy = client.query(
    copyFrom(
      'copy bus.event (topic_id, partition, "offset", type, key, position, changed_at, value, appended_on) from stdin',
    ),
  )
  copy.end(Buffer.from(text))
  await finished(copy)
}

/** How long a change of the log's tables may block others. */
const DDL_LOCK_MS = 500

/** The events after a group's cursors, as many as the limits allow and at least one. */
async function readStore(
  store: Store,
  books: Bookkeeping,
  group: string,
  topic: Topic,
  { maxEvents, maxBytes }: ReadLimits,
): Promise<PartitionBatch[]> {
  const cursors = await books.loadCursors(group, topic)
  const rows = await store.query<{
    partition: number
    offset: string
    type: string
    key: string
    position: string
    changed_at: string
    value: string
  }>(
    `select event.partition, event."offset", event.type, event.key, event.position,
       (event.changed_at at time zone 'UTC')::text as changed_at, event.value
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
  const place = placeOf(topic.name)
  const batches = new Map<number, PartitionBatch>(
    cursors.map(cursor => [cursor.partition, { cursor, records: [] }]),
  )
  for (const { changed_at, offset, ...row } of rows)
    batches.get(row.partition)?.records.push({
      ...row,
      id: makeId(place, row),
      topic: topic.name,
      offset: BigInt(offset),
      changedAt: toInstant(changed_at),
      busId: topic.busId,
    })
  for (const { cursor, records } of batches.values())
    if (records[0] && records[0].offset !== cursor.nextOffset)
      throw new ConfigError(
        `topic ${topic.name}, partition ${cursor.partition}: ${group} has read up to ${cursor.nextOffset}, but the log begins at ${records[0].offset}`,
      )
  return [...batches.values()]
}

/** Postgres keeps no NUL in a text; what stands for it in a key is the same each time. */
function storableKey(key: string): string {
  return key.includes('\0') ? key.replaceAll('\0', '\\u0000') : key
}

/** `2017-06-30 10:00:00.123456` as ISO 8601, with three digits of a second or six: as Kafka keeps it, to the microsecond. */
function toInstant(text: string): string {
  const [, date, time, fraction = ''] = /^(\S+) ([^.]+)(?:\.(\d+))?$/.exec(text) ?? []
  return `${date}T${time}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, '0')}Z`
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
