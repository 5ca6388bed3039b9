import { RAW, type Topic } from './bus.ts'
import { dataOf, makeEncoder } from './encoded.ts'
import type { RawMessage } from './kafkajs-fixes.ts'
import { isPosition, makePosition, type Position } from './position.ts'
import { type BusRecord, type Encoded, makeId, ownJson, placeOf, topicJson } from './record.ts'

/** A message as a record, its value left encoded in place: a batch is held outside the heap. */
export class KafkaRecord implements BusRecord {
  readonly id: string
  readonly topic: string
  readonly busId: string
  readonly partition: number
  readonly offset: bigint
  readonly type: string
  readonly key: string
  readonly position: Position
  readonly changedAt: string
  /** Its value's size. */
  readonly bytes: number
  readonly encoded: Encoded

  constructor(attributes: Omit<BusRecord, 'value' | 'encoded'>, bytes: number, encoded: Encoded) {
    this.id = attributes.id
    this.topic = attributes.topic
    this.busId = attributes.busId
    this.partition = attributes.partition
    this.offset = attributes.offset
    this.type = attributes.type
    this.key = attributes.key
    this.position = attributes.position
    this.changedAt = attributes.changedAt
    this.bytes = bytes
    this.encoded = encoded
  }

  get value(): string {
    return dataOf(this.encoded)
  }
}

/** Makes records of a topic's messages. Encodes them at once, while the function works on the previous batch. */
export function makeToRecord(
  topic: Topic,
): (partition: number, offset: bigint, message: RawMessage) => KafkaRecord {
  const place = placeOf(topic.name)
  const encode = makeEncoder()
  let lastType: string | undefined
  let start = ''
  return (partition, offset, message) => {
    const ours = ownAttributes(message)
    // A message without a source position has its place in its own log.
    const { type, position, changedAt } = ours ?? {
      type: RAW,
      position: makePosition(0, offset, 0),
      changedAt: new Date(message.timestamp).toISOString(),
    }
    const key = message.key ?? ''
    const id = makeId(place, { key, position, partition })
    const attributes = {
      id,
      topic: topic.name,
      busId: topic.busId,
      partition,
      offset,
      type,
      key,
      position,
      changedAt,
    }
    if (type !== lastType) {
      lastType = type
      start = topicJson(attributes)
    }
    const value = ours ? (message.value ?? NULL) : toText(message.value)
    return new KafkaRecord(attributes, value.length, encode(`${start}${ownJson(attributes)}`, value))
  }
}

const NULL = Buffer.from('null')

/** A message from outside may not be JSON, or have numbers that a double cannot hold: as text. */
function toText(value: Buffer | null): Buffer {
  return value ? Buffer.from(JSON.stringify(value.toString())) : NULL
}

/** The attributes of a message that is a Cordage event; undefined for any other. */
function ownAttributes({ type, position, time }: RawMessage) {
  // Nothing but a position moves a cursor.
  if (!type || !position || !isPosition(position)) return undefined
  if (!time || Number.isNaN(Date.parse(time))) return undefined
  return { type, position, changedAt: time }
}
