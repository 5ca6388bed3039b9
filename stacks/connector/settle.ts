import type { BusRecord, CursorMove, PartitionBatch } from '../../shared/bus/index.ts'
import type { BatchResult } from '../../shared/contract/index.ts'

export type Settlement = {
  moves: CursorMove[]
  /** Events to set aside; they count as passed. */
  parked: Settled[]
  /** The first event of each partition that is not settled, and why. */
  blocked: Settled[]
}

/** `detail` is what else is known of it; never a value of the event. */
export type Settled = { record: BusRecord; reason: string; detail?: string | undefined }

/**
 * What a function's answers mean for the cursors. Offsets are cumulative: a partition moves up to its first event that
 * is to be redelivered; settled ones after it are redelivered too, which every sink tolerates. An event without an answer is
 * redelivered.
 */
export function settle(batches: PartitionBatch[], results: BatchResult[]): Settlement {
  const answerTo = makeAnswerTo(results)
  const settlement: Settlement = { moves: [], parked: [], blocked: [] }
  for (const { cursor, records } of batches) {
    let passed = 0
    for (const record of records) {
      const { status, reason = 'no_answer' } = answerTo(record.id) ?? { status: 'retry' }
      if (status === 'retry' || status === 'held') {
        settlement.blocked.push({ record, reason })
        break
      }
      if (status === 'parked') settlement.parked.push({ record, reason })
      passed += 1
    }
    const last = records[passed - 1]
    if (last)
      settlement.moves.push({
        from: cursor,
        nextOffset: last.offset + 1n,
        position: last.position,
        changedAt: new Date(last.changedAt),
      })
  }
  return settlement
}

/** Finds answers by their events' ids. Most come in the order in which they were asked: those need no looking for. */
function makeAnswerTo(results: BatchResult[]): (id: string) => BatchResult | undefined {
  let next = 0
  let byId: Map<string, BatchResult> | undefined
  return id => {
    if (results[next]?.id === id) return results[next++]
    byId ??= new Map(results.map(result => [result.id, result]))
    return byId.get(id)
  }
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
