import { ByteWriter } from './bytes.ts'
import { ProtocolError } from './errors.ts'

const HEADER_BYTES = 8
const END_OF_MESSAGE = 0x01
const IGNORE = 0x02
const RESET = 0x08
const RESET_KEEPING_TRANSACTION = 0x10

/** Packets of a client that has not said its size, and of the answer to its login. */
export const FIRST_PACKET_BYTES = 4096
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  bulkLoad: 0x07,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const
const KNOWN = new Set<number>(Object.values(PACKET))

/** What a client sent as one, put together of its packets. */
export type Message = {
  type: number
  body: Buffer
  /** The client gave it up half-way. */
  ignored: boolean
  /** The session is to be as after its login first. */
  reset: 'no' | 'all' | 'keeping transaction'
}

/** @returns what takes bytes as they come, cut anywhere, and gives the messages that are complete */
export function makeMessageReader(): (bytes: Buffer) => Message[] {
  let pending: Buffer = Buffer.alloc(0)
  let bodies: Buffer[] = []
  let size = 0
  let firstStatus = 0
  return bytes => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
    const messages: Message[] = []
    for (;;) {
      const packet = nextPacket(pending)
      if (packet === undefined) return messages
      pending = pending.subarray(packet.length)
      const type = packet[0] as number
      const status = packet[1] as number
      if (bodies.length === 0) firstStatus = status
      bodies.push(packet.subarray(HEADER_BYTES))
      size += packet.length
      if (size > MAX_MESSAGE_BYTES)
        throw new ProtocolError(`a message of more than ${MAX_MESSAGE_BYTES} bytes`)
      if ((status & END_OF_MESSAGE) === 0) continue
      messages.push({
        type,
        body: Buffer.concat(bodies),
        ignored: (status & IGNORE) !== 0,
        reset: resetOf(firstStatus),
      })
      bodies = []
      size = 0
    }
  }
}

/** @returns the first packet, if it is there to its end */
export function nextPacket(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 0) return undefined
  if (!KNOWN.has(bytes[0] as number)) throw new ProtocolError(`a packet of type ${bytes[0]}`)
  if (bytes.length < HEADER_BYTES) return undefined
  const length = bytes.readUInt16BE(2)
  if (length < HEADER_BYTES) throw new ProtocolError(`a packet of ${length} bytes`)
  return bytes.length < length ? undefined : bytes.subarray(0, length)
}

export const bodyOf = (packet: Buffer) => packet.subarray(HEADER_BYTES)

function resetOf(status: number): Message['reset'] {
  if ((status & RESET) !== 0) return 'all'
  return (status & RESET_KEEPING_TRANSACTION) === 0 ? 'no' : 'keeping transaction'
}

/** Where bytes go. `write` tells whether more are wanted now; `drained` ends when they are, or when nobody reads any more. */
export type Sink = { write(bytes: Buffer): boolean; drained(): Promise<void> }

/** Tokens that are collected before packets are cut of them. */
const FLUSH_BYTES = 64 * 1024

/** The answer to one message: tokens are written into `out` and leave in packets. */
export type Outgoing = {
  out: ByteWriter
  /** Sends what fills packets; ends when the client can take more. */
  flush(): Promise<void>
  isFull(): boolean
  end(): Promise<void>
}

export function beginMessage(sink: Sink, packetBytes: number, type: number = PACKET.response): Outgoing {
  const out = new ByteWriter(FLUSH_BYTES + 8192)
  const room = packetBytes - HEADER_BYTES
  let id = 0
  const send = async (count: number, isLast: boolean) => {
    const packets = cut(out.written(), { count, room, type, firstId: id, isLast })
    id += count
    const rest = out.written().subarray(Math.min(out.length, count * room))
    out.bytes.copyWithin(0, rest.byteOffset - out.bytes.byteOffset, out.length)
    out.length = rest.length
    if (packets.length > 0 && !sink.write(packets)) await sink.drained()
  }
  return {
    out,
    isFull: () => out.length >= FLUSH_BYTES,
    // One byte at least is kept for the packet that ends the message.
    flush: () => send(Math.floor(Math.max(out.length - 1, 0) / room), false),
    end: () => send(Math.max(1, Math.ceil(out.length / room)), true),
  }
}

type Cut = { count: number; room: number; type: number; firstId: number; isLast: boolean }

function cut(tokens: Buffer, { count, room, type, firstId, isLast }: Cut): Buffer {
  const used = Math.min(tokens.length, count * room)
  const packets = Buffer.allocUnsafe(used + count * HEADER_BYTES)
  for (let index = 0, at = 0; index < count; index++) {
    const body = tokens.subarray(index * room, Math.min(used, (index + 1) * room))
    packets[at] = type
    packets[at + 1] = isLast && index === count - 1 ? END_OF_MESSAGE : 0
    packets.writeUInt16BE(body.length + HEADER_BYTES, at + 2)
    // The process id of the session, which clients show only.
    packets.writeUInt16BE(52, at + 4)
    packets[at + 6] = (firstId + index + 1) & 255
    packets[at + 7] = 0
    packets.set(body, at + HEADER_BYTES)
    at += body.length + HEADER_BYTES
  }
  return packets
}
