import type { CursorMove, PartitionBatch } from '../../shared/bus/index.ts'
import type { BatchResult } from '../../shared/contract/index.ts'
import type { BusEvent } from '../../shared/events/index.ts'

/** A batch on its way: each partition's events in order, with the cursor that they begin at. */
export type Outgoing = { batch: PartitionBatch; events: BusEvent[] }[]

export type Settlement = {
  moves: CursorMove[]
  /** Events to set aside; they count as passed. */
  parked: { event: BusEvent; reason: string }[]
  /** The first event of each partition that is not settled, and why. */
  blocked: { event: BusEvent; reason: string }[]
}

/**
 * What a function's answers mean for the cursors. Offsets are cumulative: a partition moves up to its first event that
 * is to come again; what was settled behind it comes again too, which every sink survives. An event without an answer is
 * one to come again.
 */
export function settle(outgoing: Outgoing, results: BatchResult[]): Settlement {
  const byId = new Map(results.map(result => [result.id, result]))
  const settlement: Settlement = { moves: [], parked: [], blocked: [] }
  for (const { batch, events } of outgoing) {
    let passed = 0
    for (const event of events) {
      const { status, reason = 'no_answer' } = byId.get(event.id) ?? { status: 'retry' }
      if (status === 'retry' || status === 'held') {
        settlement.blocked.push({ event, reason })
        break
      }
      if (status === 'parked') settlement.parked.push({ event, reason })
      passed += 1
    }
    const last = batch.records[passed - 1]
    if (last) settlement.moves.push({ from: batch.cursor, nextOffset: last.offset + 1n })
  }
  return settlement
}

/** The first `limit` events of what was read, whole prefixes of each partition. */
export function takeFirst(batches: PartitionBatch[], limit: number): PartitionBatch[] {
  let left = limit
  return batches.map(({ cursor, records }) => {
    const taken = records.slice(0, left)
    left -= taken.length
    return { cursor, records: taken }
  })
}
