import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FunctionReply } from './message.ts'
import { problemReply } from './reply.ts'

/** A body, decompressed if needed, or its refusal. The limit applies to the decompressed size. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | FunctionReply> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip')
    return problemReply(415, 'Unsupported media type', 'a body must be plain or gzip', {
      reason: 'unsupported_encoding',
      headers: { 'accept-encoding': 'gzip, identity' },
    })
  const tooLarge = problemReply(413, 'Too large', `a body has at most ${maxBytes} bytes here`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge
  if (encoding === 'identity') return (await collect(request, request, maxBytes)) ?? tooLarge
  const unpacked = createGunzip()
  request.pipe(unpacked)
  try {
    return (await collect(request, unpacked, maxBytes)) ?? tooLarge
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error
    return problemReply(400, 'Bad input', 'the body is not valid gzip', { reason: 'malformed_gzip' })
  } finally {
    request.unpipe(unpacked)
    unpacked.destroy()
  }
}

/** @returns undefined where there is more than the limit, the rest of which is left unread */
function collect(request: IncomingMessage, body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) resolve(undefined)
      else chunks.push(chunk)
    })
    body.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    body.on('error', reject)
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new Error('the caller disconnected'))
    })
  })
}
