import { ConfigError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { type Bookkeeping, makeBookkeeping } from './bookkeeping.ts'
import type { Bus, PartitionBatch, ReadLimits, Topic } from './bus.ts'
import { makeId, placeOf } from './record.ts'

/** The channel on which the log in the store tells that a topic has new events. */
const BUS_CHANNEL = 'cordage_bus'

/** The bus on the store: an append-only table, offsets from row-locked counters, retention by dropping days. */
export function openStoreBus(store: Store): Bus {
  const books = makeBookkeeping(store, '')
  const wakers = new Map<string, Set<() => void>>()
  let notices: ReturnType<Store['listen']> | undefined
  let readers = 0
  let preparedFor = ''
  const stopListening = async () => {
    const listening = notices
    notices = undefined
    await (await listening)?.close()
  }

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

  return {
    moveCursors: books.moveCursors,
    rewindCursors: books.rewindCursors,
    heartbeat: books.heartbeat,
    reportProblem: books.reportProblem,

    async ensureTopics(wanted, { mayBeginAnew = false } = {}) {
      await store.transaction(async ({ query }) => {
        await books.register(query, wanted, () => false, mayBeginAnew)
        await prepareDays()
      })
      return books.topics()
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
      const topicIds = records.map(record => books.topicNamed(record.topic).id)
      await query(
        `with record as (
           select * from unnest($1::smallint[], $2::smallint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
             as r (topic_id, partition, nth, type, key, position, changed_at, value)
         ),
         total as (select topic_id, partition, count(*) as n, bool_or(bus.is_snapshot(position)) as is_snapshot from record group by topic_id, partition order by topic_id, partition),
         moved as (
           update bus.partition p set next_offset = p.next_offset + total.n,
             heartbeat_position = case when not total.is_snapshot then p.heartbeat_position end,
             heartbeat_at = case when not total.is_snapshot then p.heartbeat_at end
           from total
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
          records.map(record => storableKey(record.key)),
          records.map(record => record.position),
          records.map(record => record.changedAt),
          records.map(record => record.value),
        ],
      )
      for (const topic of new Set(records.map(record => record.topic)))
        await query('select pg_notify($1, $2)', [BUS_CHANNEL, topic])
    },

    async openReader(group, topic, wake) {
      // Registered at once: of two who open readers at the same moment one must not listen twice.
      readers += 1
      notices ??= store.listen([BUS_CHANNEL], (_, name) => {
        for (const waker of wakers.get(name) ?? []) waker()
      })
      try {
        await notices
      } catch (error) {
        readers -= 1
        notices = undefined
        throw error
      }
      wakers.set(topic.name, (wakers.get(topic.name) ?? new Set()).add(wake))
      return {
        read: limits => readStore(store, books, group, topic, limits),
        async close() {
          wakers.get(topic.name)?.delete(wake)
          readers -= 1
          if (readers === 0) await stopListening()
        },
      }
    },

    async findBegins(topic) {
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

/** How long a change of the log's tables may make others wait. */
const DDL_LOCK_MS = 500

/** The events behind a group's cursors, as many as the limits allow and one at least. */
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
        `topic ${topic.name}, partition ${cursor.partition}: ${group} has read up to ${cursor.nextOffset}, the log begins at ${records[0].offset}`,
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
