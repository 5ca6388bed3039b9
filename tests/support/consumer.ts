import { type BusRecord, makePosition, type Topic } from '../../shared/bus/index.ts'
import type { BatchResult } from '../../shared/contract/index.ts'
import type { BusEvent } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'

export const TOPIC: Topic = { id: 1, name: 'cdc.shop.Product', partitions: 1, busId: 'bus' }
/** What all of these consumers have. */
export const COMMON = {
  trigger: {
    pattern: undefined,
    entities: undefined,
    maxEvents: 100,
    maxBytes: 1e6,
    lingerMs: 0,
    busyLingerMs: undefined,
  },
  log: makeLogger({ level: 'silent' }),
}
export const done = (events: BusEvent[]): BatchResult[] => events.map(({ id }) => ({ id, status: 'done' }))

export const recordAt = (offset: bigint, partition = 0): BusRecord => ({
  id: `shop/Product/${partition}/${offset}`,
  topic: TOPIC.name,
  partition,
  offset,
  type: 'cordage.change.v1',
  key: `${partition}/${offset}`,
  position: makePosition(1, offset, partition),
  changedAt: new Date(0).toISOString(),
  busId: 'bus',
  value: '{}',
})

/** A store of which only the parking is asked: the events' ids go into `parked`. */
export function parkingStore(parked: string[]): Store {
  const query = async (_text: string, [, , ids]: [string, string[], string[]]) => {
    parked.push(...ids)
    return []
  }
  return { query } as unknown as Store
}
