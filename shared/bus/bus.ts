import { crc32 } from 'node:zlib'
import type { Transaction } from '../store/index.ts'
import type { Position } from './position.ts'
import type { BusRecord, NewRecord } from './record.ts'

export type Topic = { id: number; name: string; partitions: number; busId: string }

/** A topic as it is asked for. `retentionMs` is for a log that keeps each topic for a time of its own. */
export type WantedTopic = { name: string; partitions: number; retentionMs?: number }

/** Where a group's reading of a partition has come to. */
export type Cursor = { partition: number; nextOffset: bigint }

/** A partition's records from its cursor on, in order. */
export type PartitionBatch = {
  cursor: Cursor
  records: BusRecord[]
  /** Whether the log goes on behind them: a backlog, which waits for nobody. */
  hasMore?: boolean
}

export type ReadLimits = { maxEvents: number; maxBytes: number }

export type Bus = {
  /**
   * Makes the topics that are not there.
   * @param allowRecreate whether one that lies on another bus, or whose log is gone, may be recreated on this one, once all of
   *   it was read. That is for the connector to say: a function with another BUS_URL than the rest must not move them.
   * @throws ConfigError where one is there with another partition count, or would have to be recreated and may not be
   */
  ensureTopics(topics: WantedTopic[], options?: { allowRecreate?: boolean }): Promise<Map<string, Topic>>
  /** Appends in the caller's transaction, so that its own state moves with the events. */
  append(transaction: Transaction, records: NewRecord[]): Promise<void>
  /** Says that a snapshot of these topics' tables begins: until `endSnapshot` nothing that is read of them is complete. */
  beginSnapshot(transaction: Transaction, topics: string[]): Promise<void>
  /** Says that it has ended: whoever has read what was appended so far is complete again. */
  endSnapshot(transaction: Transaction, topics: string[]): Promise<void>
  /** Marks every partition of these topics as complete up to `position`, which was the source's place at `at`. */
  heartbeat(transaction: Transaction, topics: string[], position: Position, at: Date): Promise<void>
  /** Opens a topic for a group, for whoever holds the lease to read it. @param wake called when there may be something new */
  openReader(group: string, topic: Topic, wake: () => void): Promise<BusReader>
  /** Moves cursors forward. @throws FencedError where another holder moved one meanwhile, which stays as it is */
  moveCursors(group: string, topic: Topic, moves: CursorMove[], fencing: number): Promise<void>
  /** Sets cursors back, so that what lies behind them is read again. @throws FencedError where another holds the lease by now */
  rewindCursors(group: string, topic: Topic, to: Rewind[], fencing: number): Promise<void>
  /** The first offset that each partition's log still has. */
  earliestOffsets(topic: Topic): Promise<bigint[]>
  /** Says what a group waits for, or that it waits no more. */
  reportProblem(group: string, topic: Topic, problem: string | null): Promise<void>
  /** Drops days of the log that lie past the retention and that every group has read. @returns days dropped */
  dropOldEvents(retentionDays: number): Promise<number>
  close(): Promise<void>
}

export type BusReader = {
  /** The next events of every partition, from the group's cursors on. @throws ConfigError where they were dropped unread */
  read(limits: ReadLimits): Promise<PartitionBatch[]>
  /** How many there are, where that can be said without reading them. */
  countUnread?(): Promise<number>
  close(): Promise<void>
}

/** A cursor's way past some events, the last of which is complete up to `position`. */
export type CursorMove = { from: Cursor; nextOffset: bigint; position: Position; changedAt: Date }

/** A cursor's way back: the group is then complete up to `position`, null where that cannot be said. */
export type Rewind = { partition: number; nextOffset: bigint; position: Position | null }

/** The type of a message that has none of its own: a source's change as Debezium tells it, or something foreign. */
export const RAW = 'cordage.raw.v1'

/** The partition of a key: CRC-32 of its text, modulo the count. */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : crc32(key) % partitions
}
