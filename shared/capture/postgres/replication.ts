import type { Socket } from 'node:net'
import pg from 'pg'
import type { SecretUrl } from '../../config/index.ts'
import { OutageError } from '../../errors/index.ts'
import { connectPostgres } from '../../store/index.ts'
import { SESSION_OPTIONS } from './types.ts'

/** What node-postgres does not declare of the connection below a client: its COPY side and its socket. */
type CopyConnection = {
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void
  once(event: 'replicationStart', listener: () => void): void
  sendCopyFromChunk(chunk: Buffer): void
  stream: Socket
}

export type ReplicationStream = {
  /** Tells the server that it may drop everything before `lsn`, and asks it how far it is. */
  confirm(lsn: bigint): void
  /** Stops reading from the socket, so that the server waits instead of our memory filling. */
  pause(): void
  resume(): void
  close(): Promise<void>
  /** Settles when the stream ends; rejects where it broke. */
  ended: Promise<void>
}

export function parseLsn(text: string): bigint {
  const [high = '', low = ''] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
}

const WAL_PAGE = 8192n
/** Of a page and of a segment's first page (XLogPageHeaderData). */
const PAGE_HEADERS = [24n, 40n]

/** The last record ends where the next begins, except at a page boundary, where a header lies between. */
export function behindPageHeader(lsn: bigint): bigint {
  const offset = lsn % WAL_PAGE
  return PAGE_HEADERS.includes(offset) ? lsn - offset : lsn
}

/** A connection for replication commands. */
async function connectReplication(url: SecretUrl, signal?: AbortSignal): Promise<pg.Client> {
  const config = {
    application_name: 'cordage-capture',
    keepAlive: true,
    options: SESSION_OPTIONS,
    replication: 'database',
  }
  return await connectPostgres(url, config, signal).catch(cause => {
    throw new OutageError('source', `cannot connect for replication to ${url}`, { cause })
  })
}

/** Which cluster it is, which of its timelines, and where its log ends. */
export type ServerIdentity = { system: string; timeline: number; end: bigint }

/**
 * Streams a slot's changes from its confirmed LSN on. Messages come in the order of the log; `onKeepalive` says
 * that everything before `walEnd` has been sent. If it fails to open, no connection is left.
 * @param options.require is called with what the server is before anything is read of it
 */
export async function openReplicationStream(options: {
  url: SecretUrl
  slot: string
  publication: string
  startLsn: bigint
  require(server: ServerIdentity, historyOf: (timeline: number) => Promise<string>): Promise<void>
  onMessage(message: Buffer): void
  onKeepalive(walEnd: bigint): void
  signal: AbortSignal
}): Promise<ReplicationStream> {
  const client = await connectReplication(options.url, options.signal)
  try {
    await options.require(await identify(client), timeline => readHistory(client, timeline))
    return await startStream(client, options)
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

async function identify(client: pg.Client): Promise<ServerIdentity> {
  const { rows } = await client.query<{ systemid: string; timeline: number; xlogpos: string }>(
    'IDENTIFY_SYSTEM',
  )
  const [found] = rows
  if (!found) throw new OutageError('source', 'it did not identify itself')
  return { system: found.systemid, timeline: Number(found.timeline), end: parseLsn(found.xlogpos) }
}

/** The LSNs at which a timeline branched off its ancestors. */
async function readHistory(client: pg.Client, timeline: number): Promise<string> {
  const { rows } = await client.query<{ content: Buffer | string }>(`TIMELINE_HISTORY ${timeline}`)
  return String(rows[0]?.content ?? '')
}

async function startStream(
  client: pg.Client,
  options: Pick<
    Parameters<typeof openReplicationStream>[0],
    'slot' | 'publication' | 'startLsn' | 'onMessage' | 'onKeepalive'
  >,
): Promise<ReplicationStream> {
  const { connection } = client as unknown as { connection: CopyConnection }
  let confirmed = options.startLsn
  const started = new Promise<void>(resolve => connection.once('replicationStart', resolve))
  const { promise: broken, reject: fail } = Promise.withResolvers<never>()
  broken.catch(() => {})

  const sendStatus = (askForReply: boolean) => {
    if (!connection.stream.writable) return
    const status = Buffer.alloc(34)
    status.write('r', 0)
    // Received, flushed and applied are one here: what is on the bus is safe, what is not was not received.
    for (const at of [1, 9, 17]) status.writeBigUInt64BE(confirmed, at)
    status.writeBigInt64BE(BigInt(Date.now() - 946_684_800_000) * 1000n, 25)
    status.writeUInt8(askForReply ? 1 : 0, 33)
    connection.sendCopyFromChunk(status)
  }
  connection.on('copyData', ({ chunk }) => {
    try {
      if (chunk[0] === 0x77) options.onMessage(chunk.subarray(25))
      else if (chunk[0] === 0x6b) {
        options.onKeepalive(chunk.readBigUInt64BE(1))
        if (chunk[17] === 1) sendStatus(false)
      }
    } catch (error) {
      // What cannot be understood ends the stream, not the process.
      fail(error)
      connection.stream.destroy()
    }
  })
  let closing = false
  const streaming = client
    .query(
      `START_REPLICATION SLOT ${pg.escapeIdentifier(options.slot)} LOGICAL 0/0 (proto_version '1', publication_names ${pg.escapeLiteral(pg.escapeIdentifier(options.publication))})`,
    )
    .then(
      () => {
        if (!closing) throw new OutageError('source', 'the replication stream ended')
      },
      error => {
        if (!closing) throw error
      },
    )
  const ended = Promise.race([broken, streaming])
  ended.catch(() => {})
  await Promise.race([started, ended])
  return {
    confirm(lsn) {
      if (lsn > confirmed) confirmed = lsn
      sendStatus(true)
    },
    pause: () => void connection.stream.pause(),
    resume: () => void connection.stream.resume(),
    ended,
    async close() {
      closing = true
      connection.stream.destroy()
      await streaming.catch(() => {})
    },
  }
}
