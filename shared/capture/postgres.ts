import type pg from 'pg'
import { addOrdinals, type Bus, commitOf, makePosition, type Position } from '../bus/index.ts'
import type { SecretUrl, Source, SourceTable } from '../config/index.ts'
import { ConfigError, describeError, OutageError } from '../errors/index.ts'
import type { Vault } from '../privacy/index.ts'
import { connectPostgres, type Store } from '../store/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { admit, ORDINALS_PER_CHANGE, type RawChange } from './admission.ts'
import { parkRefusals } from './parking.ts'
import { makePgoutputDecoder, type PgMessage } from './pgoutput.ts'
import { prepareSource, readRelations, slotOf } from './prepare.ts'
import { openReplicationStream, parseLsn, type ReplicationStream } from './replication.ts'
import { takeSnapshot } from './snapshot.ts'
import {
  type CaptureLease,
  checkLease,
  forgetTables,
  loadState,
  type Relations,
  saveProblem,
  saveProgress,
} from './state.ts'
import { readPostgresValue } from './values.ts'

/** Changes appended in one transaction. */
const MAX_BATCH = 2000
/** Changes waiting in memory beyond which the source's socket is left unread. */
const MAX_WAITING = 20_000
const HEARTBEAT_MS = 1000

export type CaptureOptions = {
  source: Source
  url: SecretUrl
  store: Store
  bus: Bus
  vault: Vault
  lease: CaptureLease
  log: Logger
  signal: AbortSignal
}

/**
 * Captures a Postgres source until `signal` aborts: a snapshot first where there is none, then its changes as they are
 * committed. Events and the place in the log up to which they are on the bus are written in one transaction, so a
 * restart anywhere neither loses nor doubles one.
 * @throws ConfigError where the source cannot be captured as it is; OutageError where it went away
 */
export async function capturePostgres(options: CaptureOptions): Promise<void> {
  const { source, store, signal } = options
  try {
    await capture(options)
  } catch (error) {
    // For whoever asks why nothing comes; the next progress takes it away again.
    if (!signal.aborted) await saveProblem(store, source.system, describeError(error), false).catch(() => {})
    throw error
  }
}

async function capture(options: CaptureOptions): Promise<void> {
  const { source, url, store, lease, signal, log } = options
  const slot = slotOf(source)
  const published = await prepareSource(url, source)
  const state = await loadState(store, source.system)
  if (state?.state === 'lost') throw new ConfigError(lostSlotText(source.system))
  const isKnown = source.tables.every(
    ({ name }) => state?.relations[name] !== undefined && state.relations[name] === published[name],
  )
  if (state?.state === 'streaming' && isKnown && state.confirmedLsn !== undefined) {
    if (!(await slotIsUsable(url, slot, state.confirmedLsn))) {
      await saveProblem(store, source.system, lostSlotText(source.system), true)
      throw new ConfigError(lostSlotText(source.system))
    }
    await forgetTables(store, source)
    return stream(options, { ...state, slot, startLsn: state.confirmedLsn, last: state.position })
  }
  log.info({ system: source.system }, 'snapshot begins')
  const { epoch, startLsn, relations } = await takeSnapshot({
    source,
    url,
    slot,
    store,
    bus: options.bus,
    vault: options.vault,
    lease,
    signal,
    isFirst: state === undefined,
  })
  log.info({ system: source.system, epoch }, 'snapshot complete')
  return stream(options, { slot, epoch, startLsn, relations, last: undefined })
}

function lostSlotText(system: string): string {
  return `source ${system}: its replication slot is lost and changes with it; run "npm run snapshot -- ${system}" to read its tables again`
}

/**
 * A slot that is past what we have written is not the one that we left: made anew, or moved on by somebody else. It would
 * begin behind changes that nobody has.
 */
async function slotIsUsable(url: SecretUrl, slot: string, confirmedLsn: bigint): Promise<boolean> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ wal_status: string | null; confirmed: string | null }>(
      'select wal_status, confirmed_flush_lsn::text as confirmed from pg_replication_slots where slot_name = $1',
      [slot],
    )
    const [found] = rows
    if (!found?.confirmed || found.wal_status === 'lost') return false
    return parseLsn(found.confirmed) <= confirmedLsn
  } finally {
    await client.end()
  }
}

async function connect(url: SecretUrl): Promise<pg.Client> {
  return await connectPostgres(url, { application_name: 'cordage-heartbeat' }).catch(cause => {
    throw new OutageError('source', `cannot connect to ${url}`, { cause })
  })
}

/** A moment at the source: everything committed before `at` lies before `lsn` in its log. */
type Mark = { lsn: bigint; at: Date }

type StreamStart = {
  slot: string
  epoch: number
  startLsn: bigint
  /** The tables that were read: changes of others that have taken their places are not streamed. */
  relations: Relations
  /** The last change that is on the bus. */
  last: Position | undefined
}

async function stream(
  options: CaptureOptions,
  { slot, epoch, startLsn, relations, last }: StreamStart,
): Promise<void> {
  const { source, url, store, signal } = options
  const tables = new Map(source.tables.map(table => [`${source.namespace}.${table.name}`, table]))
  const collector = makeCollector(tables, epoch, startLsn, last)
  const writer = makeWriter(options, collector, epoch)
  const control = await connect(url)
  let replication: ReplicationStream | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    replication = await openReplicationStream({
      url,
      slot,
      publication: slot,
      startLsn,
      onMessage: message => {
        collector.take(message)
        if (collector.waiting() > MAX_WAITING) replication?.pause()
        writer.wake()
      },
      onKeepalive: walEnd => {
        collector.reached(walEnd)
        writer.wake()
      },
    })
    writer.onWritten(confirmedLsn => {
      replication?.confirm(confirmedLsn)
      if (collector.waiting() <= MAX_WAITING / 2) replication?.resume()
    })
    const beat = async () => {
      const { rows } = await control.query<{ lsn: string; at: Date }>(
        'select clock_timestamp() as at, pg_current_wal_flush_lsn()::text as lsn',
      )
      // Looked at after the log's place was: up to there all of them were streamed.
      requireSame(relations, await readRelations(control, source), source)
      if (rows[0]) writer.mark({ lsn: parseLsn(rows[0].lsn), at: rows[0].at })
      replication?.confirm(0n)
      await noteRetention(control, store, source.system, slot)
    }
    const failed = new Promise<never>((_, reject) => {
      timer = setInterval(() => void beat().catch(reject), HEARTBEAT_MS)
      beat().catch(reject)
    })
    // Stopped while it connected, nobody waits for it any more.
    failed.catch(() => {})
    replication.ended.catch(() => {})
    const aborted = new Promise<void>(resolve =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    if (!signal.aborted) await Promise.race([aborted, failed, replication.ended, writer.failed])
  } finally {
    clearInterval(timer)
    await writer.close()
    await Promise.allSettled([replication?.close(), control.end()])
  }
}

/** @throws Error where a table was made anew, swapped or taken out: only another snapshot can mend that */
function requireSame(read: Relations, published: Relations, source: Source): void {
  for (const { name } of source.tables)
    if (read[name] !== published[name])
      throw new Error(
        `table ${source.namespace}.${name} is no longer the one that is streamed: it was made anew, swapped for another or taken out of the publication`,
      )
}

async function noteRetention(control: pg.Client, store: Store, system: string, slot: string): Promise<void> {
  const { rows } = await control.query<{ retained: string | null; limit: string | null }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as retained,
       nullif(pg_size_bytes(current_setting('max_slot_wal_keep_size')), -1) as limit
     from pg_replication_slots where slot_name = $1`,
    [slot],
  )
  await store.query(
    'update ingest.capture set retained_bytes = $2, retained_limit_bytes = $3 where system = $1',
    [system, rows[0]?.retained ?? null, rows[0]?.limit ?? null],
  )
}

type Taken = { changes: RawChange[]; reachedLsn: bigint }

type Collector = ReturnType<typeof makeCollector>

/** Gathers the stream's messages into changes with positions, leaving out what was appended before a restart. */
function makeCollector(
  tables: Map<string, SourceTable>,
  epoch: number,
  startLsn: bigint,
  last: Position | undefined,
) {
  const decode = makePgoutputDecoder()
  let changes: RawChange[] = []
  let reachedLsn = startLsn
  let current: { commitLsn: bigint; committedAt: string; count: number } | undefined

  const add = (
    relation: { schema: string; table: string },
    change: Pick<RawChange, 'op' | 'before' | 'after'>,
  ) => {
    if (!current) throw new Error('a change outside a transaction')
    const position = makePosition(epoch, current.commitLsn, current.count * ORDINALS_PER_CHANGE)
    current.count += 1
    const table = tables.get(`${relation.schema}.${relation.table}`)
    if (!table || (last !== undefined && position <= last)) return
    changes.push({ ...change, table, position, changedAt: current.committedAt })
  }
  const apply = (message: PgMessage) => {
    switch (message.kind) {
      case 'begin':
        current = { commitLsn: message.commitLsn, committedAt: message.committedAt, count: 0 }
        break
      case 'commit':
        current = undefined
        reachedLsn = message.endLsn
        break
      case 'insert':
        return add(message.relation, { op: 'c', after: message.after })
      case 'update':
        return add(message.relation, { op: 'u', before: message.before, after: message.after })
      case 'delete':
        return add(message.relation, { op: 'd', before: message.before })
      case 'truncate':
        for (const relation of message.relations) add(relation, { op: 't' })
    }
  }
  return {
    take: (message: Buffer) => apply(decode(message)),
    reached(lsn: bigint) {
      if (!current && lsn > reachedLsn) reachedLsn = lsn
    },
    waiting: () => changes.length,
    /** The next changes, and the place in the log that is reached once they are written. */
    next(): Taken {
      const taken = changes.length <= MAX_BATCH ? changes : changes.slice(0, MAX_BATCH)
      changes = changes.length <= MAX_BATCH ? [] : changes.slice(MAX_BATCH)
      const complete = changes.length === 0 && !current
      const lastTaken = taken.at(-1)
      return { changes: taken, reachedLsn: complete ? reachedLsn : lastTaken ? commitBefore(lastTaken) : 0n }
    },
  }
}

/** While a transaction is still arriving, only what lies before its commit is safe to let go. */
function commitBefore({ position }: RawChange): bigint {
  return commitOf(position)
}

/** Writes what was collected, one transaction at a time; what arrives meanwhile goes into the next. */
function makeWriter(
  { source, store, bus, vault, lease }: CaptureOptions,
  collector: Collector,
  epoch: number,
) {
  const topics = source.tables.map(table => table.topic)
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  let written: (confirmedLsn: bigint) => void = () => {}
  let confirmedLsn = 0n
  let mark: Mark | undefined
  let busy: Promise<void> | undefined
  let closed = false

  const write = async ({ changes, reachedLsn }: Taken) => {
    const passed = mark && mark.lsn <= reachedLsn ? mark : undefined
    if (changes.length === 0 && !passed) return
    await store.transaction(async transaction => {
      const { query } = transaction
      await checkLease(query, lease)
      const { records, refusals } = await admit(query, source, vault, changes, readPostgresValue)
      await bus.append(transaction, records)
      await parkRefusals(query, refusals)
      if (passed) await bus.heartbeat(transaction, topics, makePosition(epoch, passed.lsn, 0), passed.at)
      const position = changes.at(-1)?.position
      // The second ordinal of a change belongs to it: a restart must not take it for a new one.
      const reached = position && addOrdinals(position, ORDINALS_PER_CHANGE - 1)
      await saveProgress(query, source.system, {
        state: 'streaming',
        position: reached,
        confirmedLsn: reachedLsn > 0n ? reachedLsn : undefined,
      })
    })
    if (passed && mark === passed) mark = undefined
    if (reachedLsn > confirmedLsn) confirmedLsn = reachedLsn
    written(confirmedLsn)
  }
  const drain = async () => {
    do await write(collector.next())
    while (collector.waiting() > 0 && !closed)
  }
  const wake = () => {
    if (busy || closed) return
    // In a task of its own, so that all messages of one read from the socket go together.
    busy = new Promise<void>(resolve => setImmediate(resolve))
      .then(drain)
      .catch(error => {
        closed = true
        reject(error)
      })
      .finally(() => {
        busy = undefined
        if (collector.waiting() > 0) wake()
      })
  }
  return {
    wake,
    failed,
    onWritten: (listener: typeof written) => {
      written = listener
    },
    mark: (next: Mark) => {
      mark ??= next
    },
    async close() {
      closed = true
      await busy
    },
  }
}
