import { makePosition, type NewRecord, type Position, snapshotEnd } from '../../bus/index.ts'
import type { BusEvent } from '../../events/index.ts'
import { makeSnapshotEnds, ORDINALS_PER_CHANGE, type RawChange } from '../admission.ts'
import { type DebeziumMessage, type Place, readDebezium } from './envelope.ts'
import type { RawEpoch, RawEpochs } from './epochs.ts'
import type { DebeziumSource } from './kind.ts'
import type { Places } from './places.ts'
import type { DebeziumValue } from './read-value.ts'
import type { SqlServerPlace } from './sql-server.ts'

/** Changes up to the end of a snapshot, and the events that mark its end. */
type Run = { changes: RawChange<DebeziumValue>[]; ends: NewRecord[] }

export type ReadMessages = {
  /** What becomes of each message, by its event's id. */
  results: { id: string; status: 'done' | 'skipped' | 'parked'; reason?: string }[]
  runs: Run[]
  /** The last message with a complete position: everything before it has been sent. */
  mark: { position: Position; at: Date } | undefined
  last: { epoch: number; state: 'snapshot' | 'streaming'; position: Position } | undefined
}

/** A message of the raw topic, and where in it. */
export type RawMessage = { id: string; offset: bigint; message: DebeziumMessage }

export function parseMessages(source: DebeziumSource, events: BusEvent[]): RawMessage[] {
  return events.map(({ id, offset, data }) => ({
    id,
    offset: BigInt(offset),
    message: readDebezium(source, data),
  }))
}

/** Changes of a SQL Server, by the epoch that is known of them. */
export function findPlaces(messages: RawMessage[], epochs: RawEpochs): Map<number, SqlServerPlace[]> {
  const found = new Map<number, SqlServerPlace[]>()
  for (const { offset, message } of messages) {
    const place = message.kind === 'change' && !message.snapshot ? message.place : undefined
    const epoch = epochs.at(offset)?.epoch
    if (!place?.change || epoch === undefined) continue
    const places = found.get(epoch) ?? []
    places.push(place)
    found.set(epoch, places)
  }
  return found
}

/**
 * Gives messages of a system's raw topic, in the topic's order, what they stand for: each change its position, and where a
 * snapshot begins and ends.
 */
export function readMessages(
  source: DebeziumSource,
  messages: RawMessage[],
  epochs: RawEpochs,
  places: Places,
): ReadMessages {
  let run: Run = { changes: [], ends: [] }
  const read: ReadMessages = { results: [], runs: [run], mark: undefined, last: undefined }
  const endSnapshot = (epoch: RawEpoch, offset: bigint, at: string) => {
    if (epoch.endOffset !== undefined) return
    epochs.end(epoch, offset)
    run.ends = source.tables.flatMap(table =>
      makeSnapshotEnds(table, epoch.epoch, snapshotEnd(epoch.epoch), at),
    )
    run = { changes: [], ends: [] }
    read.runs.push(run)
  }
  for (const { id, offset, message } of messages) {
    if (message.kind === 'foreign') {
      read.results.push({ id, status: 'parked', reason: message.reason })
      continue
    }
    read.results.push({ id, status: message.kind === 'change' ? 'done' : 'skipped' })
    if (message.kind === 'nothing') continue
    const known = epochs.at(offset)
    if (message.kind === 'change' && message.snapshot) {
      const { table, op, before, after, changedAt, snapshot } = message
      const begins = snapshot === 'first' && known?.firstOffset !== offset
      const epoch = known && !begins && isWithin(known, offset) ? known : epochs.begin(offset)
      const position = makePosition(epoch.epoch, 0n, Number(offset - epoch.firstOffset))
      run.changes.push({ table, op, before, after, changedAt, position })
      read.last = { epoch: epoch.epoch, state: 'snapshot', position }
      if (snapshot === 'last') endSnapshot(epoch, offset + 1n, changedAt)
      continue
    }
    const { place } = message
    if (!place) continue
    if (known)
      endSnapshot(known, offset, message.kind === 'change' ? message.changedAt : message.at.toISOString())
    const epoch = known && hasRoomFor(known, place) ? known : epochs.beginWithoutSnapshot(offset)
    const digits = epoch.isWide ? place.commitDigits : NARROW_DIGITS
    const ordinal = message.kind === 'mark' ? markOf(places, epoch, place) : ordinalOf(places, epoch, place)
    const position = makePosition(epoch.epoch, place.commit, ordinal * ORDINALS_PER_CHANGE, digits)
    read.last = { epoch: epoch.epoch, state: 'streaming', position }
    if (message.kind === 'mark') read.mark = { position, at: message.at }
    else {
      const { table, op, before, after, changedAt } = message
      run.changes.push({ table, op, before, after, changedAt, position })
    }
  }
  return read
}

function ordinalOf(places: Places, { epoch }: RawEpoch, place: Place): number {
  return place.change ? places.ordinalOf(epoch, place) : place.ordinal
}

/** A mark is no change, and is remembered by nobody: it stands at the last change before it. */
function markOf(places: Places, { epoch }: RawEpoch, place: Place): number {
  return place.change ? places.highestOf(epoch, place) : place.ordinal
}

const NARROW_DIGITS = 16

/** An older epoch ends where the source's log outgrows its digits; until then its positions are in order. */
function hasRoomFor({ isWide }: RawEpoch, { commit }: Place): boolean {
  return isWide || BigInt.asUintN(NARROW_DIGITS * 4, commit) === commit
}

function isWithin({ endOffset }: { endOffset: bigint | undefined }, offset: bigint): boolean {
  return endOffset === undefined || offset < endOffset
}
