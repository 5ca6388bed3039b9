import { z } from 'zod'
import { attributesOf, type BusRecord } from '../bus/index.ts'
import type { Row } from '../config/index.ts'

export type { Row }

/**
 * What happened to a row. Debezium's codes: create, update, delete, read (snapshot), truncate.
 */
export type Operation = 'c' | 'u' | 'd' | 'r' | 't'

/** The data of a change event: Debezium's envelope. */
export const changeSchema = z.object({
  op: z.enum(['c', 'u', 'd', 'r', 't']),
  before: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  after: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  source: z.object({
    name: z.string(),
    schema: z.string(),
    table: z.string(),
    snapshot: z.boolean().optional(),
  }),
})
export type Change = z.output<typeof changeSchema>

/** A snapshot of a table is complete: keys not seen since its epoch began are gone from the source. */
export const snapshotEndSchema = z.object({ epoch: z.number().int(), partitions: z.number().int() })
export type SnapshotEnd = z.output<typeof snapshotEndSchema>

/** The input of a function that a new object triggers. */
export const objectSchema = z.strictObject({
  key: z.string(),
  size: z.number().int(),
  modifiedAt: z.string(),
})

export const CHANGE = 'cordage.change.v1'
export const SNAPSHOT_END = 'cordage.snapshot-end.v1'

const OFFSET = /^\d+$/

/**
 * A CloudEvent 1.0 as functions receive it from the bus. `id` is `<system>/<table>/<position>`; the extensions
 * `topic`, `partition`, `offset` and `busid` say where on the bus it is.
 */
export const busEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  time: z.string(),
  position: z.string(),
  partitionkey: z.string(),
  topic: z.string(),
  partition: z.coerce.number().int().min(0),
  /** Decimal text: offsets are 64-bit. */
  offset: z.coerce.string().regex(OFFSET),
  busid: z.string(),
  /** It was parked and is redelivered: later events of its partition have been handled before it. */
  replayed: z.boolean().optional(),
  data: z.unknown(),
})
export type BusEvent = z.output<typeof busEventSchema>

/** @returns undefined for what is no event of the bus */
export function readBusEvent(event: object): BusEvent | undefined {
  return isBusEvent(event) ? event : busEventSchema.safeParse(event).data
}

/** The schema's checks by hand: nearly every event passes, and running the schema takes a tenth of its landing. */
function isBusEvent(event: Partial<Record<keyof BusEvent, unknown>>): event is BusEvent {
  const { specversion, id, source, type, time, position, partitionkey, topic, partition, offset } = event
  return (
    specversion === '1.0' &&
    isText(id) &&
    isText(source) &&
    isText(type) &&
    typeof time === 'string' &&
    typeof position === 'string' &&
    typeof partitionkey === 'string' &&
    typeof topic === 'string' &&
    Number.isSafeInteger(partition) &&
    (partition as number) >= 0 &&
    typeof offset === 'string' &&
    OFFSET.test(offset) &&
    typeof event.busid === 'string' &&
    (event.replayed === undefined || typeof event.replayed === 'boolean')
  )
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''

/** A record of the bus as the CloudEvent that functions receive. */
export function toBusEvent(record: BusRecord): BusEvent {
  return { ...attributesOf(record), data: readData(record.value) }
}

/** Data that is not JSON, which only others can have sent, is a text: no function accepts it as a change. */
function readData(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** An event that was set aside, as the record that it was. */
export function toRecord(event: BusEvent): BusRecord {
  const { id, topic, partition, type, position, offset, time, data } = event
  return {
    id,
    topic,
    partition,
    type,
    position,
    key: event.partitionkey,
    busId: event.busid,
    offset: BigInt(offset),
    changedAt: time,
    value: JSON.stringify(data),
  }
}
