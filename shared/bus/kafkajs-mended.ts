import { createRequire } from 'node:module'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

/** What kafkajs 2.2.4 is mended by. */

const queue = RequestQueue.prototype
const { scheduleCheckPendingRequests } = queue
// It sets a timer after each request, also where nothing waits: for a time in 1970, of which Node warns.
queue.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this)
}

/** A message as a reader gets it: all of it as text. */
export type TextMessage = {
  /** Milliseconds since 1970. */
  timestamp: string
  offset: string
  key: string | null
  value: string | null
  headers: Record<string, string | null>
}

type BatchContext = {
  firstOffset: string
  firstTimestamp: string
  maxTimestamp: string
  timestampType: number
  isControlBatch: boolean
}
type DecodedRecord = TextMessage & { isControlRecord: boolean; batchContext: BatchContext }
type Decode = (decoder: { buffer: Buffer }, context: BatchContext) => object

/**
 * Reads one record of a batch (format 2): attributes, time delta, offset delta, key, value, headers, each number a zigzag
 * varint. All of it as text, which is what everything on these topics is: kafkajs makes a buffer of each and copies a
 * record's headers anew for each of them, which was a third of a connector's work (docs/decisions/0013).
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
  const sentAt = (BigInt(context.firstTimestamp) + BigInt(number())).toString()
  const offset = (BigInt(context.firstOffset) + BigInt(number())).toString()
  const key = text()
  const value = text()
  const headers: TextMessage['headers'] = Object.create(null)
  for (let left = number(); left > 0; left--) headers[text() ?? ''] = text()
  const timestamp = context.timestampType === LOG_APPEND_TIME ? context.maxTimestamp : sentAt
  return { timestamp, offset, key, value, headers, isControlRecord: false, batchContext: context }
}
const LOG_APPEND_TIME = 1

/**
 * Puts that decoder in the place of kafkajs' own, for all clients of this process: to be called before one of them fetches.
 * Not on being loaded: a function's bundle, which only sends, has no such module.
 */
export function readRecordsAsTexts(): void {
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
