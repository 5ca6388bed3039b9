import type { Position } from './position.ts'

/** An event as JSON in UTF-8, among others in one piece of memory: from `from` to `to`, its data from `data` on. */
export type Encoded = { slab: Buffer; from: number; data: number; to: number }

/** An event on its way to the bus: what it is, whose key it has, where in the source it happened. */
export type NewRecord = {
  topic: string
  partition: number
  type: string
  key: string
  position: Position
  /** Commit time at the source, ISO 8601. */
  changedAt: string
  /** The event's data, as JSON text. */
  value: string
}

/** An event as it is on the bus. `replayed`: it was parked and is redelivered. */
export type BusRecord = NewRecord & {
  /** `<system>/<table>/<position>` */
  id: string
  offset: bigint
  busId: string
  replayed?: boolean
  /** Its CloudEvent as JSON, where that was written while there was time. */
  encoded?: Encoded
}

/** `<system>/<table>`, by a topic's name. */
export function placeOf(topic: string): string {
  const [, system, ...table] = topic.split('.')
  return `${system}/${table.join('.')}`
}

/** What tells an event from all others, however often it is sent. */
export function makeId(
  place: string,
  { key, position, partition }: Pick<NewRecord, 'key' | 'position' | 'partition'>,
): string {
  // What concerns a whole partition (truncate, end of snapshot) has one position in all of them.
  return key === '' ? `${place}/${position}/${partition}` : `${place}/${position}`
}

type Attributes = Omit<BusRecord, 'value' | 'encoded'>

/** A record's attributes as a CloudEvent has them. */
export function attributesOf(record: Attributes) {
  return {
    specversion: '1.0' as const,
    id: record.id,
    source: `/sources/${placeOf(record.topic)}`,
    type: record.type,
    time: record.changedAt,
    position: record.position,
    partitionkey: record.key,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset.toString(),
    busid: record.busId,
    ...(record.replayed && { replayed: true }),
  }
}

/** A record as the JSON text of its CloudEvent; its value is copied unchanged. */
export function toJson(record: BusRecord): string {
  return `${topicJson(record)}${ownJson(record)}${record.value}}`
}

// Written by hand: this was a tenth of an event's delivery time.
const text = JSON.stringify

/** The prefix of a CloudEvent: what all of one type in a topic have in common. */
export function topicJson({ topic, busId, type }: Pick<BusRecord, 'topic' | 'busId' | 'type'>): string {
  return `{"specversion":"1.0","source":${text(`/sources/${placeOf(topic)}`)},"type":${text(type)},"topic":${text(topic)},"busid":${text(busId)}`
}

/** What follows it, up to an event's data. */
export function ownJson({ id, changedAt, position, key, partition, offset, replayed }: Attributes): string {
  return `,"id":${text(id)},"time":${text(changedAt)},"position":${text(position)},"partitionkey":${text(key)},"partition":${partition},"offset":"${offset}"${replayed ? ',"replayed":true' : ''},"data":`
}
