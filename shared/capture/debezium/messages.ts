import { makePosition, type NewRecord, type Position, snapshotEnd } from '../../bus/index.ts'
import type { BusEvent } from '../../events/index.ts'
import { makeSnapshotEnds, ORDINALS_PER_CHANGE, type RawChange } from '../admission.ts'
import { type DebeziumValue, type Place, readDebezium } from './envelope.ts'
import type { RawEpoch, RawEpochs } from './epochs.ts'
import type { DebeziumSource } from './kind.ts'

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

/**
 * Reads messages of a system's raw topic, in the topic's order: each change with its position, and where a
 * snapshot begins and ends.
 */
export function readMessages(source: DebeziumSource, events: BusEvent[], epochs: RawEpochs): ReadMessages {
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
  for (const { id, data, offset: text } of events) {
    const offset = BigInt(text)
    const message = readDebezium(source, data)
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
    const position = makePosition(epoch.epoch, place.commit, place.ordinal * ORDINALS_PER_CHANGE, digits)
    read.last = { epoch: epoch.epoch, state: 'streaming', position }
    if (message.kind === 'mark') read.mark = { position, at: message.at }
    else {
      const { table, op, before, after, changedAt } = message
      run.changes.push({ table, op, before, after, changedAt, position })
    }
  }
  return read
}

const NARROW_DIGITS = 16

/** An older epoch ends where the source's log outgrows its digits; until then its positions are in order. */
function hasRoomFor({ isWide }: RawEpoch, { commit }: Place): boolean {
  return isWide || BigInt.asUintN(NARROW_DIGITS * 4, commit) === commit
}

function isWithin({ endOffset }: { endOffset: bigint | undefined }, offset: bigint): boolean {
  return endOffset === undefined || offset < endOffset
}
