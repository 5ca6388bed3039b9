import { randomBytes } from 'node:crypto'
import { ConfigError, FencedError } from '../errors/index.ts'
import type { Query, Store } from '../store/index.ts'
import type { Bus, Cursor, Topic, WantedTopic } from './bus.ts'

/** A topic's row: its settings at creation, and the log that holds it. */
type KnownTopic = Topic & { cluster: string }

/** What both buses keep in the store: topics with their bus ids, the log's end, and each group's cursors. */
export type Bookkeeping = ReturnType<typeof makeBookkeeping>

/** @param cluster the log that this bus writes: '' for the one in the store, else a Kafka cluster's id */
export function makeBookkeeping(store: Store, cluster: string) {
  const known = new Map<string, KnownTopic>()

  const loadTopics = async (query: Query = store.query): Promise<KnownTopic[]> => {
    const rows = await query<{
      id: number
      name: string
      partitions: number
      bus_id: string
      cluster: string
    }>('select id, name, partitions, bus_id, cluster from bus.topic order by name')
    known.clear()
    for (const { bus_id, ...topic } of rows) known.set(topic.name, { ...topic, busId: bus_id })
    return [...known.values()]
  }

  const topicNamed = (name: string): Topic => {
    const topic = known.get(name)
    if (!topic) throw new ConfigError(`the bus has no topic ${name}`)
    return topic
  }

  const describe = (log: string) => (log === '' ? 'the log in the store' : `the Kafka cluster ${log}`)
  const whereItIs = (topic: KnownTopic) =>
    topic.cluster === cluster
      ? `is no longer on ${describe(cluster)}: the connector recreates it at its start`
      : `is on ${describe(topic.cluster)}, but BUS_URL names ${describe(cluster)}: give every process the same BUS_URL`

  /** Recreates a topic's log, under another bus id. @throws ConfigError while a group has not read all of the old one */
  const recreateLog = async (query: Query, { id, name }: KnownTopic, partitions: number) => {
    const unread = await query<{ group: string; events: string }>(
      `select c."group", sum(p.next_offset - c.next_offset) as events from bus.cursor c join bus.partition p using (topic_id, partition)
       where topic_id = $1 and c.next_offset < p.next_offset group by 1 order by 1`,
      [id],
    )
    if (unread[0])
      throw new ConfigError(
        `topic ${name}: ${unread[0].group} has ${unread[0].events} unread events in its previous log, which is gone or not the one that BUS_URL names: run with the previous BUS_URL until they are read or, if they are lost, read the tables again (npm run snapshot)`,
      )
    for (const table of ['cursor', 'event', 'partition'])
      await query(`delete from bus.${table} where topic_id = $1`, [id])
    await query('update bus.topic set cluster = $2, partitions = $3, bus_id = $4 where id = $1', [
      id,
      cluster,
      partitions,
      makeBusId(),
    ])
    await addPartitions(query, id, partitions)
  }

  return {
    loadTopics,
    topicNamed,

    /**
     * Records the topics that are wanted. Must be called in a transaction.
     * @param isGone whether a topic's recorded log no longer exists
     * @param allowRecreate as of `ensureTopics`
     * @throws ConfigError where one exists with another partition count, or would have to be recreated and may not be
     */
    async register(
      query: Query,
      wanted: WantedTopic[],
      isGone: (name: string) => boolean,
      allowRecreate: boolean,
    ): Promise<void> {
      await query("select pg_advisory_xact_lock(hashtext('bus.topic'))")
      await loadTopics(query)
      for (const { name, partitions } of wanted) {
        const topic = known.get(name)
        if (!topic) {
          const [made] = await query<{ id: number }>(
            'insert into bus.topic (name, partitions, bus_id, cluster) values ($1, $2, $3, $4) returning id',
            [name, partitions, makeBusId(), cluster],
          )
          if (made) await addPartitions(query, made.id, partitions)
        } else if (topic.cluster !== cluster || isGone(name)) {
          if (!allowRecreate) throw new ConfigError(`topic ${name} ${whereItIs(topic)}`)
          await recreateLog(query, topic, partitions)
        } else if (topic.partitions !== partitions)
          throw new ConfigError(
            `topic ${name} has ${topic.partitions} partitions, but its source file says ${partitions}: keys would move to other partitions`,
          )
      }
      await loadTopics(query)
    },

    topics: (): Map<string, Topic> => known,

    /** A group's cursors in a topic. @param begins where each partition's log begins, for a new group */
    async loadCursors(group: string, topic: Topic, begins?: bigint[]): Promise<Cursor[]> {
      const select = () =>
        store.query<{ partition: number; next_offset: string }>(
          'select partition, next_offset from bus.cursor where "group" = $1 and topic_id = $2 order by partition',
          [group, topic.id],
        )
      let rows = await select()
      if (rows.length < topic.partitions) {
        await store.query(
          `insert into bus.cursor ("group", topic_id, partition, next_offset)
           select $1, topic_id, partition, coalesce(($3::bigint[])[partition + 1], first_offset)
           from bus.partition where topic_id = $2 on conflict do nothing`,
          [group, topic.id, begins?.map(String) ?? null],
        )
        rows = await select()
      }
      return rows.map(row => ({ partition: row.partition, nextOffset: BigInt(row.next_offset) }))
    },

    /** Records where the log ends: if somebody else writes the topic, only its reader knows. */
    async recordHighWatermarks(topic: Topic, ends: Map<number, bigint>): Promise<void> {
      await store.query(
        `update bus.partition p set next_offset = greatest(p.next_offset, e.next_offset)
         from unnest($2::smallint[], $3::bigint[]) as e (partition, next_offset)
         where p.topic_id = $1 and p.partition = e.partition`,
        [topic.id, [...ends.keys()], [...ends.values()]],
      )
    },

    moveCursors: (async (group, topic, moves, fencing) => {
      const moved = await store.query(
        `update bus.cursor c set next_offset = m.to_offset, fencing = $3, problem = null, problem_since = null,
           position = case when not bus.is_snapshot(m.position)
             then greatest(c.position, m.position, case when c.next_offset >= p.heartbeat_offset then p.heartbeat_position end) end,
           changed_at = case when not bus.is_snapshot(m.position)
             then greatest(c.changed_at, m.changed_at - interval '1 millisecond', case when c.next_offset >= p.heartbeat_offset then p.heartbeat_at end) end
         from unnest($4::smallint[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[])
           as m (partition, from_offset, to_offset, position, changed_at)
         join bus.partition p on p.topic_id = $2 and p.partition = m.partition
         where c."group" = $1 and c.topic_id = $2 and c.partition = m.partition and c.next_offset = m.from_offset and c.fencing <= $3
         returning c.partition`,
        [
          group,
          topic.id,
          fencing,
          moves.map(move => move.from.partition),
          moves.map(move => move.from.nextOffset),
          moves.map(move => move.nextOffset),
          moves.map(move => move.position),
          moves.map(move => move.changedAt),
        ],
      )
      if (moved.length !== moves.length)
        throw new FencedError(`${group} on ${topic.name}: another holder moved the cursor`)
    }) satisfies Bus['moveCursors'],

    rewindCursors: (async (group, topic, to, fencing) => {
      const moved = await store.query(
        `update bus.cursor c set next_offset = least(c.next_offset, m.next_offset), fencing = $3,
           position = case when m.next_offset < c.next_offset then m.position else c.position end,
           changed_at = case when m.next_offset < c.next_offset then null else c.changed_at end
         from unnest($4::smallint[], $5::bigint[], $6::text[]) as m (partition, next_offset, position)
         where c."group" = $1 and c.topic_id = $2 and c.partition = m.partition and c.fencing <= $3
         returning c.partition`,
        [
          group,
          topic.id,
          fencing,
          to.map(({ partition }) => partition),
          to.map(({ nextOffset }) => nextOffset),
          to.map(({ position }) => position),
        ],
      )
      if (moved.length !== to.length)
        throw new FencedError(`${group} on ${topic.name}: another holder moved the cursor`)
    }) satisfies Bus['rewindCursors'],

    beginSnapshot: (async ({ query }, topics) => {
      await query(
        'update bus.partition set complete_offset = 9223372036854775807 where topic_id = any($1::smallint[])',
        [topics.map(topic => topicNamed(topic).id)],
      )
    }) satisfies Bus['beginSnapshot'],

    endSnapshot: (async ({ query }, topics) => {
      await query(
        'update bus.partition set complete_offset = next_offset where topic_id = any($1::smallint[])',
        [topics.map(topic => topicNamed(topic).id)],
      )
    }) satisfies Bus['endSnapshot'],

    heartbeat: (async ({ query }, topics, position, at) => {
      const ids = topics.map(topic => topicNamed(topic).id)
      // A group that has read up to the last heartbeat, but not yet to this one, keeps the last one's position.
      await query(
        `update bus.cursor c set position = greatest(c.position, p.heartbeat_position), changed_at = greatest(c.changed_at, p.heartbeat_at)
         from bus.partition p
         where p.topic_id = any($1::smallint[]) and c.topic_id = p.topic_id and c.partition = p.partition
           and p.heartbeat_position is not null and c.next_offset >= p.heartbeat_offset and c.next_offset < p.next_offset`,
        [ids],
      )
      await query(
        `update bus.partition set heartbeat_position = $2, heartbeat_at = $3, heartbeat_offset = next_offset
         where topic_id = any($1::smallint[])`,
        [ids, position, at],
      )
    }) satisfies Bus['heartbeat'],

    reportProblem: (async (group, topic, problem) => {
      await store.query(
        `update bus.cursor set problem = $3, problem_since = case when $3::text is null then null else coalesce(problem_since, now()) end
         where "group" = $1 and topic_id = $2 and problem is distinct from $3`,
        [group, topic.id, problem],
      )
    }) satisfies Bus['reportProblem'],
  }
}

function makeBusId(): string {
  return randomBytes(6).toString('hex')
}

async function addPartitions(query: Query, topicId: number, partitions: number): Promise<void> {
  await query('insert into bus.partition (topic_id, partition) select $1, generate_series(0, $2::int - 1)', [
    topicId,
    partitions,
  ])
}
