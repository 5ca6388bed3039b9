import type { BusRecord, NewRecord } from './bus.ts'

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

/** A record's attributes as a CloudEvent has them. */
export function attributesOf(record: Omit<BusRecord, 'value' | 'json'>) {
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

/** A record as the JSON text of its CloudEvent; its value goes through as it is. */
export function toJson(record: BusRecord): string {
  if (record.json) return record.json
  // Written by hand: of the way of an event to its function this was a tenth.
  const { id, source, type, time, position, partitionkey, topic, partition, offset, busid, replayed } =
    attributesOf(record)
  const text = JSON.stringify
  return `{"specversion":"1.0","id":${text(id)},"source":${text(source)},"type":${text(type)},"time":"${time}","position":${text(position)},"partitionkey":${text(partitionkey)},"topic":${text(topic)},"partition":${partition},"offset":"${offset}","busid":${text(busid)}${replayed ? ',"replayed":true' : ''},"data":${record.value}}`
}
