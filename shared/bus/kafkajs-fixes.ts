import { createRequire } from 'node:module'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

/** Fixes for kafkajs 2.2.4. */

const queue = RequestQueue.prototype
const { scheduleCheckPendingRequests } = queue
// It sets a timer after each request, also where nothing waits: for a time in 1970, of which Node warns.
queue.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this)
}

/** A message as a reader gets it: what it needs of it as text, its value as the bytes that came. */
export type RawMessage = {
  offset: string
  /** Milliseconds since 1970. */
  timestamp: number
  key: string | null
  value: Buffer | null
  /** Attributes of a CloudEvent in binary mode. */
  type: string | undefined
  position: string | undefined
  time: string | undefined
}

type BatchContext = {
  firstOffset: string
  firstTimestamp: string
  maxTimestamp: string
  timestampType: number
  isControlBatch: boolean
}
type DecodedRecord = RawMessage & { isControlRecord: boolean; batchContext: BatchContext }
type Decode = (decoder: { buffer: Buffer }, context: BatchContext) => object

const LOG_APPEND_TIME = 1
const [TYPE, POSITION, TIME] = ['ce_type', 'ce_position', 'ce_time'].map(name => Buffer.from(name)) as [
  Buffer,
  Buffer,
  Buffer,
]

/**
 * Reads one record of a batch (format 2): attributes, time delta, offset delta, key, value, headers, each number a zigzag
 * varint. kafkajs makes a buffer of each and copies a record's headers for each of them, which was a third of a
 * connector's work (docs/decisions/0013).
 */
function decodeRecord({ buffer }: { buffer: Buffer }, context: BatchContext): DecodedRecord {
  let at = 1
  const number = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = buffer[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
  }
  const text = () => {
    const length = number()
    if (length < 0) return null
    at += length
    return buffer.toString('utf8', at - length, at)
  }
  const sentAt = Number(context.firstTimestamp) + number()
  const record: DecodedRecord = {
    offset: (BigInt(context.firstOffset) + BigInt(number())).toString(),
    timestamp: context.timestampType === LOG_APPEND_TIME ? Number(context.maxTimestamp) : sentAt,
    key: text(),
    value: null,
    type: undefined,
    position: undefined,
    time: undefined,
    isControlRecord: false,
    batchContext: context,
  }
  const length = number()
  if (length >= 0) {
    at += length
    record.value = buffer.subarray(at - length, at)
  }
  for (let left = number(); left > 0; left--) {
    const nameLength = number()
    const name = at
    at += nameLength
    if (isThere(buffer, name, at, TYPE)) record.type = text() ?? undefined
    else if (isThere(buffer, name, at, POSITION)) record.position = text() ?? undefined
    else if (isThere(buffer, name, at, TIME)) record.time = text() ?? undefined
    else {
      const skipped = number()
      at += Math.max(0, skipped)
    }
  }
  return record
}

/** Whether the bytes from `from` to `to` are these. */
function isThere(buffer: Buffer, from: number, to: number, bytes: Buffer): boolean {
  if (to - from !== bytes.length) return false
  for (let i = 0; i < bytes.length; i++) if (buffer[from + i] !== bytes[i]) return false
  return true
}

/**
 * Replaces kafkajs' own decoder for all clients of this process. Must be called before one of them fetches.
 * Not on being loaded: a function's bundle, which only sends, has no such module.
 */
export function readRecordsRaw(): void {
  if (isInPlace) return
  const require = createRequire(import.meta.url)
  const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/decoder.js')
  const decodeOtherwise: Decode = require(path)
  const loaded = require.cache[path]
  if (!loaded) return
  loaded.exports = ((record, context) =>
    (context.isControlBatch ? decodeOtherwise : decodeRecord)(record, context)) satisfies Decode
  isInPlace = true
}
let isInPlace = false
