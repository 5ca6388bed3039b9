import type { Query } from '../store/index.ts'

/** The schema of a sink that keeps rows of the sources' tables: it has tables `cleared` and `snapshot` of its own. */
type SinkSchema = 'search' | 'propositions'

/**
 * Remembers that everything of a topic before a position is gone. An older event that is replayed later finds no tombstone where
 * there was no row: this one stands for all.
 */
export async function rememberCleared(
  query: Query,
  schema: SinkSchema,
  topic: string,
  position: string,
): Promise<void> {
  await query(
    `insert into ${schema}.cleared as c (topic, position) values ($1, $2)
     on conflict (topic) do update set position = greatest(c.position, excluded.position)`,
    [topic, position],
  )
}

/** Notes a snapshot's end. @returns whether every partition of the topic has seen the end of this snapshot, or of a later one */
export async function isSnapshotComplete(
  query: Query,
  schema: SinkSchema,
  { topic, partition }: { topic: string; partition: number },
  { epoch, partitions }: { epoch: number; partitions: number },
): Promise<boolean> {
  await query(
    `insert into ${schema}.snapshot as s (topic, partition, epoch) values ($1, $2, $3)
     on conflict (topic, partition) do update set epoch = greatest(s.epoch, excluded.epoch)`,
    [topic, partition, epoch],
  )
  const [row] = await query<{ complete: boolean }>(
    `select count(*) = $3 as complete from ${schema}.snapshot where topic = $1 and epoch >= $2`,
    [topic, epoch, partitions],
  )
  return row?.complete ?? false
}
