import { crc32 } from 'node:zlib'
import type { Transaction } from '../store/index.ts'
import type { Position } from './position.ts'
import type { BusRecord, NewRecord } from './record.ts'

export type Topic = { id: number; name: string; partitions: number; busId: string }

/** A topic as requested. `retentionMs` is for a log with a retention per topic. */
export type WantedTopic = { name: string; partitions: number; retentionMs?: number }

/** A group's cursor in a partition. */
export type Cursor = { partition: number; nextOffset: bigint }

/** A partition's records from its cursor on, in order. */
export type PartitionBatch = {
  cursor: Cursor
  records: BusRecord[]
  /** Whether the log has more after them: a backlog, which is read without waiting. */
  hasMore?: boolean
}

export type ReadLimits = { maxEvents: number; maxBytes: number }

export type Bus = {
  /**
   * Creates the topics that are missing.
   * @param allowRecreate whether one on another bus, or whose log is gone, may be recreated on this one, once all of
   *   it was read. Only the connector may: a function with another BUS_URL than the rest must not move them.
   * @throws ConfigError where one exists with another partition count, or would have to be recreated and may not be
   */
  ensureTopics(topics: WantedTopic[], options?: { allowRecreate?: boolean }): Promise<Map<string, Topic>>
  /** Appends in the caller's transaction, so that its own state moves with the events. */
  append(transaction: Transaction, records: NewRecord[]): Promise<void>
  /** Marks the start of a snapshot of these topics' tables: until `endSnapshot` nothing read from them is complete. */
  beginSnapshot(transaction: Transaction, topics: string[]): Promise<void>
  /** Marks its end: a group that has read everything appended so far is complete again. */
  endSnapshot(transaction: Transaction, topics: string[]): Promise<void>
  /** Marks every partition of these topics as complete up to `position`, the source's position at `at`. */
  heartbeat(transaction: Transaction, topics: string[], position: Position, at: Date): Promise<void>
  /** Opens a topic for a group; the caller holds the lease to read it. @param wake called when there may be something new */
  openReader(group: string, topic: Topic, wake: () => void): Promise<BusReader>
  /** Moves cursors forward. @throws FencedError where another holder has moved one meanwhile; that one stays */
  moveCursors(group: string, topic: Topic, moves: CursorMove[], fencing: number): Promise<void>
  /** Sets cursors back, so that what follows is read again. @throws FencedError where another has taken the lease */
  rewindCursors(group: string, topic: Topic, to: Rewind[], fencing: number): Promise<void>
  /** The first offset that each partition's log still has. */
  earliestOffsets(topic: Topic): Promise<bigint[]>
  /** Records what a group waits for, or that it no longer waits. */
  reportProblem(group: string, topic: Topic, problem: string | null): Promise<void>
  /** Drops days of the log that are past retention and that every group has read. @returns days dropped */
  dropOldEvents(retentionDays: number): Promise<number>
  close(): Promise<void>
}

export type BusReader = {
  /** The next events of every partition, from the group's cursors on. @throws ConfigError where they were dropped unread */
  read(limits: ReadLimits): Promise<PartitionBatch[]>
  /** How many there are, where that is known without reading them. */
  countUnread?(): Promise<number>
  close(): Promise<void>
}

/** Moves a cursor past some events, after which the group is complete up to `position`. */
export type CursorMove = { from: Cursor; nextOffset: bigint; position: Position; changedAt: Date }

/** Moves a cursor back; the group is then complete up to `position`, null where that is unknown. */
export type Rewind = { partition: number; nextOffset: bigint; position: Position | null }

/** The type of a message that has none of its own: a change from Debezium, or a message from outside. */
export const RAW = 'cordage.raw.v1'

/** The partition of a key: CRC-32 of its text, modulo the count. */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : crc32(key) % partitions
}
