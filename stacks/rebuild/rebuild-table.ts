import { type Bus, epochOf, isOfSnapshot, type Rewind, type Topic } from '../../shared/bus/index.ts'
import type { Source, SourceTable } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import {
  findFirstAfter,
  landedMark,
  landMarks,
  openTable,
  RestoreError,
  restoreTable,
  rewindTable,
  type Snapshot,
  type Table,
  tablePath,
} from '../../shared/lake/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Lease, Leases } from '../../shared/store/index.ts'
import { takeOver } from './take-over.ts'

/** Whose cursors stand for what is in the lake. */
const GROUP = 'land-changes'

/** Where a table is to be taken back to. */
export type Goal = { version: number } | { position: string }

export type TableRebuild = {
  bus: Bus
  leases: Leases
  objects: ObjectStore
  source: Source
  table: SourceTable
  goal: Goal
}

export type Rebuilt = { version: number; rewound: Rewind[] }

/**
 * Takes a table back, and the cursors of land-changes with it, so that the bus lands again what came after. The cursors
 * go first: if killed in between, redelivered events are skipped by the marks that the table still has. They are set once more
 * after the table, should the lease have been lost and somebody have read on meanwhile.
 * @throws RestoreError, ConfigError or VersionNotFoundError, before anything has changed, where the table or the bus does
 *   not reach back so far
 */
export async function rebuildTable({
  bus,
  leases,
  objects,
  source,
  table,
  goal,
}: TableRebuild): Promise<Rebuilt> {
  const opened = await openTable(objects, tablePath(source.system, table.name))
  if (!opened.snapshot.exists) throw new RestoreError(`${opened.path}: nothing has landed`)
  const topics = await bus.ensureTopics([{ name: table.topic, partitions: table.partitions }])
  const topic = topics.get(table.topic)
  if (!topic) throw new ConfigError(`the bus has no topic ${table.topic}`)
  return takeOver(leases, { group: GROUP, topic: topic.name }, async lease => {
    await opened.refresh()
    return 'version' in goal
      ? toVersion(bus, topic, opened, goal.version, lease)
      : toPosition(bus, topic, opened, goal.position, lease)
  })
}

async function toVersion(
  bus: Bus,
  topic: Topic,
  table: Table,
  version: number,
  lease: Lease,
): Promise<Rebuilt> {
  const { snapshot: then } = await openTable(table.objects, table.path, { version })
  const lost = landMarks(table.snapshot).filter(
    mark => mark.busId !== topic.busId && mark.offset !== (landedMark(then, mark).offset ?? -1n),
  )
  if (lost.length > 0) throw new RestoreError(otherBus(table, `version ${version}`))
  const rewound = partitionsOf(topic).flatMap((partition): Rewind[] => {
    const now = markOf(table.snapshot, topic, partition).offset
    const { offset = -1n, position } = markOf(then, topic, partition)
    if (now === undefined || now === offset) return []
    return [{ partition, nextOffset: offset + 1n, position: completeUpTo(position) }]
  })
  await requireOnBus(bus, topic, rewound, `version ${version}`)
  await bus.rewindCursors(GROUP, topic, rewound, lease.fencing)
  lease.signal.throwIfAborted()
  await restoreTable(table, version)
  await bus.rewindCursors(GROUP, topic, rewound, lease.fencing)
  return { version: table.snapshot.version, rewound }
}

async function toPosition(
  bus: Bus,
  topic: Topic,
  table: Table,
  position: string,
  lease: Lease,
): Promise<Rebuilt> {
  const first = [...(await findFirstAfter(table, position)).values()]
  // Of rows that two logs brought the offsets do not say which one.
  if (
    first.length > 0 &&
    landMarks(table.snapshot).some(mark => mark.busId !== topic.busId && mark.offset >= 0n)
  )
    throw new RestoreError(otherBus(table, position))
  const rewound = first.map(
    ({ partition, offset }): Rewind => ({ partition, nextOffset: offset, position: completeUpTo(position) }),
  )
  await requireOnBus(bus, topic, rewound, position)
  if (first.length === 0) return { version: table.snapshot.version, rewound }
  await bus.rewindCursors(GROUP, topic, rewound, lease.fencing)
  lease.signal.throwIfAborted()
  const { busId, name } = topic
  await rewindTable(
    table,
    position,
    first.map(change => ({
      ...change,
      busId,
      topic: name,
      // The end of a snapshot comes after its rows and before the changes that follow.
      epoch: epochOf(change.position) - (isOfSnapshot(change.position) ? 1 : 0),
    })),
  )
  await bus.rewindCursors(GROUP, topic, rewound, lease.fencing)
  return { version: table.snapshot.version, rewound }
}

const partitionsOf = ({ partitions }: Topic) =>
  Array.from({ length: partitions }, (_, partition) => partition)
const markOf = (snapshot: Snapshot, { busId, name: topic }: Topic, partition: number) =>
  landedMark(snapshot, { busId, topic, partition })
/** Within a snapshot nothing is complete. */
const completeUpTo = (position: string | undefined) =>
  position === undefined || isOfSnapshot(position) ? null : position

const otherBus = (table: Table, goal: string) =>
  `${table.path}: what came after ${goal} may have come from a bus that is gone, and could not land again: read the tables again (npm run snapshot)`

async function requireOnBus(bus: Bus, topic: Topic, rewound: Rewind[], goal: string): Promise<void> {
  const begins = await bus.earliestOffsets(topic)
  const missing = rewound.filter(({ partition, nextOffset }) => nextOffset < (begins[partition] ?? 0n))
  if (missing.length > 0)
    throw new RestoreError(
      `topic ${topic.name}: what came after ${goal} is no longer on the bus: ${missing
        .map(
          ({ partition, nextOffset }) =>
            `partition ${partition} begins at ${begins[partition]}, wanted is ${nextOffset}`,
        )
        .join('; ')}; choose a later one, or read the tables again (npm run snapshot)`,
    )
}
