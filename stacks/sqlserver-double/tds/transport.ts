import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { bodyOf, nextPacket, PACKET, type Sink } from './packets.ts'

export type Tls = { key: string; cert: string }

/** A client's connection: bare at first, and encrypted once its handshake, which travels in PRELOGIN packets, is over. */
export type Transport = Sink & {
  encrypt(tls: Tls): void
  end(): void
  destroy(): void
}

const MAX_HANDSHAKE_BODY = 4088

export function makeTransport(
  socket: Socket,
  on: { bytes(bytes: Buffer): void; closed(error?: Error): void },
): Transport {
  let stream: Duplex = socket
  let fault: Error | undefined
  const fail = (error: Error) => {
    fault ??= error
    socket.destroy()
  }
  socket.setNoDelay(true)
  socket.on('error', fail)
  socket.on('close', () => on.closed(fault))
  socket.on('data', on.bytes)
  return {
    write: bytes => stream.writable && stream.write(bytes),
    drained: () => waitUntilDrained(stream),
    encrypt(tls) {
      socket.off('data', on.bytes)
      const tunnel = makeTunnel(socket, fail)
      // Tickets of TLS 1.3 would follow the handshake in packets that are of no known kind; TDS 7.4 ends at 1.2.
      const secure = new TLSSocket(tunnel, { isServer: true, ...tls, maxVersion: 'TLSv1.2' })
      secure.on('error', fail)
      secure.on('data', on.bytes)
      socket.on('close', () => secure.destroy())
      stream = secure
    },
    end: () => stream.end(),
    destroy: () => socket.destroy(),
  }
}

/** Ends when the stream takes more, or when it is over. */
function waitUntilDrained(stream: Duplex): Promise<void> {
  if (!stream.writable || !stream.writableNeedDrain) return Promise.resolve()
  return new Promise(resolve => {
    const settle = () => {
      for (const event of ['drain', 'close', 'error'] as const) stream.off(event, settle)
      resolve()
    }
    for (const event of ['drain', 'close', 'error'] as const) stream.on(event, settle)
  })
}

/**
 * What lies under TLS. During the handshake its records are wrapped in PRELOGIN packets; the first byte from the client
 * that begins no such packet tells that the handshake is over on both sides.
 */
function makeTunnel(socket: Socket, fail: (error: Error) => void): Duplex {
  let isHandshake = true
  let pending: Buffer = Buffer.alloc(0)
  const tunnel = new Duplex({
    read() {
      socket.resume()
    },
    write(bytes: Buffer, _encoding, next) {
      if (socket.destroyed) return next()
      socket.write(isHandshake ? wrap(bytes) : bytes, () => next())
    },
    final(next) {
      socket.end()
      next()
    },
  })
  const unwrap = (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes])
    while (isHandshake && pending.length > 0) {
      if (pending[0] !== PACKET.prelogin) {
        isHandshake = false
        tunnel.push(pending)
        return
      }
      const packet = nextPacket(pending)
      if (packet === undefined) return
      pending = pending.subarray(packet.length)
      tunnel.push(bodyOf(packet))
    }
  }
  socket.on('data', bytes => {
    try {
      if (isHandshake) unwrap(bytes)
      else if (!tunnel.push(bytes)) socket.pause()
    } catch (error) {
      fail(error as Error)
    }
  })
  socket.on('close', () => tunnel.destroy())
  return tunnel
}

function wrap(bytes: Buffer): Buffer {
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length; at += MAX_HANDSHAKE_BODY) {
    const body = bytes.subarray(at, at + MAX_HANDSHAKE_BODY)
    const isLast = at + MAX_HANDSHAKE_BODY >= bytes.length
    const head = Buffer.from([PACKET.prelogin, isLast ? 1 : 0, 0, 0, 0, 0, 0, 0])
    head.writeUInt16BE(body.length + head.length, 2)
    packets.push(head, body)
  }
  return Buffer.concat(packets)
}
