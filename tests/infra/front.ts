import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What becomes of a request: handed on, or else. */
export type Fate =
  | 'pass'
  /** Done by the storage, but the connection breaks before its answer comes. */
  | 'cut'
  /** Done by the storage, but its answer never comes. */
  | 'hang'
  /** Done by the storage, and half of the answer's body comes. */
  | 'halve'
  /** Not handed on: this is the answer. */
  | { status: number; code: string }
  /** Handed on, and this is the answer. */
  | { status: number }

/**
 * A double that stands in front of a storage and plays a bad network, or a storage that is worse than the one behind it.
 * Signatures hold, since each request is handed on as it came.
 */
export async function startFront(
  endpoint: string,
  decide: (request: IncomingMessage) => Fate,
  tls?: { key: string; cert: string },
) {
  const { hostname, port } = new URL(endpoint)
  const handOn: RequestListener = (incoming, outgoing) => {
    void (async () => {
      const fate = decide(incoming)
      const body = await buffer(incoming)
      if (typeof fate === 'object' && 'code' in fate) {
        outgoing.writeHead(fate.status, { 'content-type': 'application/xml' })
        outgoing.end(
          `<?xml version="1.0"?><Error><Code>${fate.code}</Code><Message>by the double</Message></Error>`,
        )
        return
      }
      const { method, url: path, headers } = incoming
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ hostname, port, method, path, headers }, resolve).once('error', reject).end(body)
      })
      const answered = await buffer(answer)
      if (fate === 'hang') return
      if (fate === 'cut') return incoming.socket.destroy()
      if (fate === 'halve') {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
        outgoing.write(answered.subarray(0, answered.length / 2), () => incoming.socket.destroy())
        return
      }
      if (fate !== 'pass') return void outgoing.writeHead(fate.status, {}).end()
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers).end(answered)
    })().catch(() => incoming.socket.destroy())
  }
  const front = tls ? createTlsServer(tls, handOn) : createServer(handOn)
  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${(front.address() as AddressInfo).port}`,
    close() {
      front.closeAllConnections()
      return new Promise<void>(resolve => front.close(() => resolve()))
    },
  }
}
