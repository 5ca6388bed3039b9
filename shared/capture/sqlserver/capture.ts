import { setTimeout as sleep } from 'node:timers/promises'
import { SecretUrl } from '../../config/index.ts'
import { describeError } from '../../errors/index.ts'
import { type CaptureOptions, refuseProblems } from '../capture.ts'
import { saveProblem } from '../state.ts'
import { type Catalog, describeServer, readCatalog } from './catalog.ts'
import { type Clock, makeClock } from './clock.ts'
import { type Following, makeFollowing, type Round } from './following.ts'
import { inspectSource, uniqueIndex } from './inspect.ts'
import type { SqlServerSource } from './keys.ts'
import type { Lsn } from './lsn.ts'
import { LostChangesError, planCapture, saveLost } from './plan.ts'
import type { Progress } from './progress.ts'
import { makeTableReader, type Readable, type TableReader } from './reader.ts'
import { type Meter, openSession, type Session } from './session.ts'
import { capturedColumns } from './table-identity.ts'
import { makeWatch } from './watch.ts'
import { type Mark, makeWriter } from './writer.ts'

type Options = CaptureOptions<SqlServerSource>

/** A quiet source's topics get their heartbeat this often. */
const HEARTBEAT_MS = 1000

/**
 * Captures a SQL Server source until `signal` aborts: its changes as the capture job of its own change data capture writes
 * them, and its tables, where they were not read yet. Events and the place in the log up to which they are on the bus are
 * written in one transaction, so a restart anywhere neither loses nor doubles one.
 * @throws ConfigError where the source cannot be captured as it is; OutageError where the connection is lost
 */
export async function captureSqlServer(options: Options): Promise<void> {
  const { source, url, store, signal } = options
  try {
    const meter = { statements: 0, rows: 0, ms: 0 }
    const session = await openSession(url, { signal, meter })
    try {
      await capture(options, session, meter)
    } finally {
      await session.close()
    }
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof LostChangesError) throw await saveLost(store, source.system, error.message)
    // Shown in the status; the next progress removes it.
    await saveProblem(store, source.system, describeError(error), false).catch(() => {})
    throw error
  }
}

async function capture(options: Options, session: Session, meter: Meter): Promise<void> {
  const { source, store, bus, lease, log } = options
  const { system } = source
  const catalog = await readCatalog(session, source)
  refuseProblems(source, inspectSource(catalog, source).problems)
  const onReading = (table: string, because: string) =>
    log.info({ system, table, because }, 'reading a table')
  const progress = await planCapture(
    { source, store, lease, onReading, beginSnapshot: bus.beginSnapshot },
    catalog,
  )
  const clock = makeClock(source, catalog.server.utcOffsetMinutes)
  log.info({ system, zone: clock.zone }, "times of the server's log are read in this zone")
  const following = makeFollowing({ source, session, progress, catalog, clock })
  const reader = openReader(options, catalog, progress, following, meter)
  try {
    await follow(options, { session, catalog, progress, clock, following, reader, meter })
  } finally {
    await reader.close()
  }
}

type Running = {
  session: Session
  catalog: Catalog
  progress: Progress
  clock: Clock
  following: Following
  reader: TableReader
  meter: Meter
}

/** Looks at the change tables, and reads a piece of a table, until the end. */
async function follow(options: Options, running: Running): Promise<void> {
  const { source, signal } = options
  const { progress, following, reader } = running
  const writer = makeWriter({
    ...options,
    progress,
    server: describeServer(running.catalog),
    meter: running.meter,
  })
  const watch = makeWatch({ ...running, source })
  let told: Mark | undefined
  let toldMs = 0
  while (!signal.aborted) {
    const round = await following.round(reader.holdOf)
    const piece = await reader.next()
    writer.say(await watch.look(round.latest))
    if (signal.aborted) return
    const mark = findMark(running, round, source)
    const isNews = mark && (mark.lsn !== told?.lsn || performance.now() - toldMs >= HEARTBEAT_MS)
    if (round.changes.length > 0 || piece || isNews) {
      await writer.write({ changes: round.changes, followers: following.followers.values(), piece, mark })
      told = mark
      toldMs = performance.now()
    }
    if (!round.isBehind && !piece) await sleep(source.pollIntervalMs, undefined, { signal }).catch(() => {})
  }
}

/** Up to where the tables that are not being read are complete. */
function findMark(
  { progress, clock, following }: Running,
  { latest }: Round,
  { tables }: SqlServerSource,
): Mark | undefined {
  if (!latest) return undefined
  const complete = tables.filter(
    ({ name }) => !progress.reading[name] && following.followers.get(name)?.reached === latest.lsn,
  )
  if (complete.length === 0) return undefined
  return { lsn: latest.lsn, at: clock.toInstant(latest.localTime), tables: complete }
}

function openReader(
  options: Options,
  catalog: Catalog,
  progress: Progress,
  following: Following,
  meter: Meter,
): TableReader {
  const { source, url, log, signal } = options
  const isElsewhere = source.snapshot?.fromSecondary ?? false
  const from = isElsewhere ? withReadOnlyIntent(url) : url
  return makeTableReader({
    source,
    open: () => openSession(from, { signal, meter }),
    isSecondary: catalog.server.isReadOnly,
    isElsewhere,
    readables: findReadables(source, catalog, progress),
    readingOf: table => progress.reading[table],
    reachedOf: table => following.followers.get(table)?.reached,
    follow: ({ table }, from) => following.begin(table, from),
    latest: () => furthest(progress.log?.lsn ?? 0n, progress.epochs.at(-1)?.after ?? 0n),
    onReplay: table =>
      log.warn({ system: source.system, table }, 'a table is read without an exact place in the log'),
  })
}

/** A reading's epoch begins where others were read up to, which can be beyond the log's last entry. */
const furthest = (one: Lsn, other: Lsn) => (one > other ? one : other)

function findReadables(source: SqlServerSource, { tables }: Catalog, progress: Progress): Readable[] {
  return source.tables.flatMap(table => {
    const found = tables.get(table.name)
    const index = found && uniqueIndex(table, found)
    if (!found || !index || !progress.reading[table.name]) return []
    const along = index.columns.flatMap(name => found.columns.find(column => column.name === name) ?? [])
    return [{ table, found, columns: capturedColumns(table, found), along }]
  })
}

function withReadOnlyIntent(url: SecretUrl): SecretUrl {
  const changed = new URL(url.reveal())
  changed.searchParams.set('applicationIntent', 'ReadOnly')
  return new SecretUrl(changed.href)
}
