import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Source } from '../../config/index.ts'
import { ConfigError, describeError } from '../../errors/index.ts'
import type { CaptureOptions } from '../capture.ts'
import { checkLease, forgetTables, saveProblem } from '../state.ts'
import type { Catalog } from './catalog.ts'
import { type Collector, makeCollector, OtherLogError, ReadAgainError, type Streamed } from './collector.ts'
import { slotOf, uniqueIndex } from './inspect.ts'
import type { PostgresSource } from './keys.ts'
import { type Plan, planCapture } from './plan.ts'
import { connectSource, prepareSource } from './prepare.ts'
import { forgetTable, saveServer } from './progress.ts'
import { type Readable, type ReaderOptions, readOwed, readTables } from './reader.ts'
import { openReplicationStream, type ReplicationStream } from './replication.ts'
import { findOtherLog, lostSlotText } from './slot.ts'
import { makeWatch } from './watch.ts'
import { makeWriter, type Writer } from './writer.ts'

/** Changes waiting in memory beyond which the source's socket is left unread. */
const MAX_WAITING = 20_000
const HEARTBEAT_MS = 1000

/**
 * Captures a Postgres source until `signal` aborts: its changes as they are committed, and meanwhile its tables, where
 * they were not read yet. Events and the place in the log up to which they are on the bus are written in one transaction,
 * so a restart anywhere neither loses nor doubles one.
 * @throws ConfigError where the source cannot be captured as it is; OutageError where the connection is lost
 */
export async function capturePostgres(options: CaptureOptions<PostgresSource>): Promise<void> {
  const { source, store, lease, signal } = options
  try {
    await capture(options)
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof ReadAgainError) await forgetTable(store, source.system, lease, error.table)
    if (lacksPublication(error)) {
      await store.transaction(async ({ query }) => {
        await checkLease(query, lease)
        await forgetTables(query, source.system)
      })
      throw new Error(
        `source ${source.system}: its publication was missing for a while, and this version of Postgres cannot tell what was written meanwhile: every table is read again`,
        { cause: error },
      )
    }
    const isLost = error instanceof OtherLogError
    const problem = isLost ? lostSlotText(source.system, error.message) : describeError(error)
    // Shown in the status; the next progress removes it.
    await saveProblem(store, source.system, problem, isLost).catch(() => {})
    throw isLost ? new ConfigError(problem) : error
  }
}

const UNDEFINED_OBJECT = '42704'

/**
 * Before Postgres 18 the log cannot be decoded where our publication was missing, even once it is back. It is back:
 * the start has checked or created it.
 */
function lacksPublication(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return code === UNDEFINED_OBJECT && /publication/.test(message ?? '')
}

async function capture(options: CaptureOptions<PostgresSource>): Promise<void> {
  const { source, url, store, bus, lease, log, signal } = options
  const { system } = source
  const control = await connectSource(url, signal)
  try {
    const catalog = await prepareSource(control, source)
    const onReading = (table: string, because: string) =>
      log.info({ system, table, because }, 'reading a table')
    const plan = await planCapture(
      { source, store, lease, onReading, beginSnapshot: bus.beginSnapshot },
      control,
      catalog,
    )
    await stream(options, control, catalog, plan)
  } finally {
    await control.end()
  }
}

/** What a running capture is made of. */
type Running = { replication: ReplicationStream; collector: Collector; writer: Writer }

async function stream(
  options: CaptureOptions<PostgresSource>,
  control: pg.Client,
  catalog: Catalog,
  plan: Plan,
): Promise<void> {
  const { source, url, signal } = options
  const collector = makeCollector({
    tables: streamedTables(source, catalog, plan),
    epochs: plan.epochs,
    startLsn: plan.slotLsn,
    last: plan.position,
    lastCommit: plan.lastCommit,
    owed: plan.owed,
  })
  let replication: ReplicationStream | undefined
  const writer = makeWriter({
    ...options,
    collector,
    progress: plan,
    onWritten(confirmedLsn) {
      replication?.confirm(confirmedLsn)
      if (collector.waiting() <= MAX_WAITING / 2) replication?.resume()
    },
  })
  const stop = new AbortController()
  try {
    replication = await openReplicationStream({
      url,
      slot: slotOf(source),
      publication: slotOf(source),
      startLsn: plan.confirmedLsn,
      signal,
      async require(server, historyOf) {
        const other = await findOtherLog(plan, server, historyOf)
        if (other) throw new OtherLogError(other)
        await saveServer(options.store, source.system, { system: server.system, timeline: server.timeline })
      },
      onMessage(message) {
        collector.take(message)
        if (collector.waiting() > MAX_WAITING) replication?.pause()
        writer.wake()
      },
      onKeepalive(walEnd) {
        collector.reached(walEnd)
        writer.wake()
      },
    })
    const running = { replication, collector, writer }
    const ends = AbortSignal.any([signal, stop.signal])
    const aborted = new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([
      aborted,
      replication.ended,
      writer.failed,
      keepWatch(options, control, catalog, plan, running, ends),
      keepReading(options, catalog, plan, running, ends),
    ])
  } finally {
    stop.abort()
    await writer.close()
    await replication?.close()
  }
}

/** The tables by the number under which their changes come. */
function streamedTables(source: Source, catalog: Catalog, plan: Plan): Map<string, Streamed> {
  return new Map(
    source.tables.flatMap((table): [string, Streamed][] => {
      const found = catalog.tables.get(table.name)
      if (!found) return []
      const readEpoch = plan.reading[table.name]?.epoch ?? plan.tables[table.name]?.epoch
      const readFrom = plan.epochs.find(({ epoch }) => epoch === readEpoch)?.from ?? 0n
      const isDeferrable = uniqueIndex(table, found)?.isDeferrable ?? false
      return [[found.oid, { table, isDeferrable, isPartitioned: found.kind === 'partitioned', readFrom }]]
    }),
  )
}

/** Each second: how far the source's log is, and whether anything there has changed that must not. */
async function keepWatch(
  { source, store, log }: CaptureOptions<PostgresSource>,
  control: pg.Client,
  catalog: Catalog,
  plan: Plan,
  { replication, collector, writer }: Running,
  signal: AbortSignal,
): Promise<void> {
  const watch = makeWatch({ source, store, client: control, catalog, plan, log })
  for (;;) {
    const { mark, visibility, problem } = await watch.look()
    if (signal.aborted) return
    collector.seen(visibility)
    writer.say(problem)
    writer.mark(mark)
    replication.confirm(0n)
    await watch.noteRetention()
    await sleep(HEARTBEAT_MS, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
  }
}

const LOOK_FOR_OWED_MS = 200

/** Reads what is still to be read, and then the rows that the log sends only in part, while the stream runs. */
async function keepReading(
  { source, url, log }: CaptureOptions<PostgresSource>,
  catalog: Catalog,
  plan: Plan,
  { replication, collector, writer }: Running,
  signal: AbortSignal,
): Promise<void> {
  const options: ReaderOptions = {
    source,
    url,
    collector,
    typeSchemas: schemasOfKeys(source, catalog),
    beginOf: epoch => plan.epochs.find(each => each.epoch === epoch)?.from ?? 0n,
    ask() {
      replication.confirm(0n)
      writer.wake()
    },
    signal,
  }
  try {
    const readables = findReadables(source, catalog, plan)
    await readTables(options, readables)
    if (readables.length > 0)
      log.info({ system: source.system, tables: readables.length }, 'all tables have been read')
    while (!signal.aborted) {
      await readOwed(options)
      await sleep(LOOK_FOR_OWED_MS, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function findReadables(source: Source, catalog: Catalog, plan: Plan): Readable[] {
  return source.tables.flatMap(table => {
    const reading = plan.reading[table.name]
    const found = catalog.tables.get(table.name)
    const along = found && uniqueIndex(table, found)?.columns
    if (!reading || !found || !along) return []
    const partNames = new Map(found.leaves.map(({ oid, schema, name }) => [oid, { schema, name }]))
    return [{ table, along, reading: { ...reading, parts: [...reading.parts] }, partNames }]
  })
}

function schemasOfKeys(source: Source, { tables }: Catalog): string[] {
  const types = source.tables.flatMap(({ name, key }) =>
    (tables.get(name)?.columns ?? []).filter(column => key.includes(column.name)).map(({ type }) => type),
  )
  return [...new Set(types.filter(({ isBuiltIn }) => !isBuiltIn).map(({ schema }) => schema))]
}
