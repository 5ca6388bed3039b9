import type { Alerts } from '../../shared/alerts/index.ts'
import { type Bus, type Topic, topicsOf } from '../../shared/bus/index.ts'
import {
  type CaptureKinds,
  dropOldOwnRows,
  isFollowed,
  KINDS,
  openCapture,
} from '../../shared/capture/index.ts'
import type { SecretUrl, Source, TopicTrigger, Trigger } from '../../shared/config/index.ts'
import { describeError, FencedError } from '../../shared/errors/index.ts'
import { dropOldJobs } from '../../shared/jobs/index.ts'
import type { Lineage } from '../../shared/lineage/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import { openVault } from '../../shared/privacy/index.ts'
import { LEASE_RETRY_MS, type Lease, makeLeases, type Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller } from './caller.ts'
import { keepSchedule } from './clock.ts'
import { consume } from './consume.ts'
import { watchBuilds } from './late-builds.ts'
import { withLineage } from './lineage.ts'
import { type LoopState, makeLoopBook } from './loops.ts'
import { listenForNotifications } from './notifications.ts'
import { replayParked } from './replay.ts'
import { shareLeases } from './share.ts'
import { backoffMs, makeWaker, pause, type Waker } from './wake.ts'
import { watchObjects } from './watch.ts'

/** The connector's four duties; a process may take on some of them. */
export const DUTIES = ['capture', 'consume', 'clock', 'watch'] as const
export type Duty = (typeof DUTIES)[number]

export type ConnectorOptions = {
  /** A holder's name for its leases: a restarted process with the same name takes its own back at once. */
  owner: string
  duties: readonly Duty[]
  sources: Source[]
  connectionOf(source: Source): SecretUrl
  /** By default all that there are. */
  kinds?: CaptureKinds
  triggers: Trigger[]
  store: Store
  bus: Bus
  objects: ObjectStore
  alerts: Alerts
  caller: Caller
  masterKey: Buffer
  /** Is told what capture puts on the bus. */
  lineage?: Lineage
  /** Where the object storage sends notifications of new objects, if it does. */
  notifications?: { host: string; port: number } | undefined
  log: Logger
}

const RETENTION_DAYS = 7
const RETENTION_CHECK_MS = 3_600_000

export type Connector = {
  /** The state of each loop. */
  loops(): LoopState[]
  close(): Promise<void>
}

/** Starts the loops that move everything: they read, call functions, and alone move offsets. */
export async function startConnector(options: ConnectorOptions): Promise<Connector> {
  const { sources, triggers, store, bus, log, duties, kinds = KINDS } = options
  const abort = new AbortController()
  const { signal } = abort
  const topics = await bus.ensureTopics(topicsOf(sources), { allowRecreate: true })
  const loops: Promise<void>[] = []
  const watchers: Waker[] = []
  const wake = () => {
    for (const waker of watchers) waker.wake()
  }
  const notifications =
    options.notifications && duties.includes('watch')
      ? await listenForNotifications({ ...options.notifications, wake })
      : undefined
  const leases = makeLeases(store, options.owner)
  const book = makeLoopBook()

  type Work = { lease: Lease; signal: AbortSignal }
  type Turn = { acquire(): Promise<Work | undefined>; ended(): void }

  /** Runs a loop under its lease for as long as the connector lives; whatever ends it, it restarts. */
  const keepUnderLease = async (name: string, turn: Turn, work: (work: Work) => Promise<void>) => {
    book.note(name, 'waiting')
    for (let attempt = 0; !signal.aborted; ) {
      const given = await turn.acquire()
      if (!given) {
        book.note(name, 'waiting')
        await pause(LEASE_RETRY_MS, signal)
        continue
      }
      const startedAt = Date.now()
      book.note(name, 'running')
      try {
        await work(given)
        book.note(name, 'waiting')
      } catch (error) {
        if (!(error instanceof FencedError) && !signal.aborted) {
          const problem = describeError(error)
          book.note(name, 'failing', problem)
          log.error({ loop: name, error: problem }, 'a loop failed and restarts')
        }
      }
      turn.ended()
      await leases.release(given.lease).catch(() => {})
      attempt = Date.now() - startedAt > 60_000 ? 0 : attempt + 1
      await pause(backoffMs(attempt), signal)
    }
  }

  if (duties.includes('capture'))
    for (const source of sources) {
      if (!isFollowed(source, kinds)) continue
      const vault = openVault(source.system, options.masterKey)
      const url = options.connectionOf(source)
      const name = `capture/${source.system}`
      const acquire = async () => {
        const lease = await leases.tryAcquire(name).catch(error => {
          log.debug({ loop: name, problem: describeError(error) }, 'cannot request the lease')
          return undefined
        })
        return lease && { lease, signal: lease.signal }
      }
      loops.push(
        keepUnderLease(name, { acquire, ended() {} }, async ({ lease }) => {
          const capture = await openCapture(source, kinds)
          await capture?.run({
            source,
            url,
            store,
            bus: options.lineage ? withLineage(bus, source, options.lineage) : bus,
            vault,
            lease,
            log,
            signal: AbortSignal.any([signal, lease.signal]),
          })
        }),
      )
    }
  if (duties.includes('consume')) {
    const wanted = triggers.flatMap(trigger =>
      topicsFor(trigger.topics, [...topics.values()], sources).map(topic => ({
        lease: `consume/${trigger.function}/${topic.name}`,
        topic,
        name: trigger.function,
        trigger: trigger.topics as TopicTrigger,
      })),
    )
    const names = wanted.map(({ lease }) => lease)
    const share = shareLeases({ store, leases, owner: options.owner, names, log, signal })
    for (const { lease: name, ...what } of wanted) {
      const turn = { acquire: () => share.acquire(name), ended: () => share.ended(name) }
      loops.push(
        keepUnderLease(name, turn, ({ lease, signal }) =>
          consume({ ...options, ...what, waker: makeWaker(), lease, signal }),
        ),
      )
    }
    loops.push(share.closed, replayParked({ ...options, signal }))
  }
  if (duties.includes('clock')) {
    for (const { function: name, schedules = [] } of triggers)
      for (const [index, schedule] of schedules.entries())
        loops.push(keepSchedule({ ...options, name, index, schedule, leases, signal }))
    loops.push(keepRetention(bus, store, log, signal), watchBuilds({ ...options, signal }))
  }
  if (duties.includes('watch'))
    for (const { function: name, prefixes } of triggers)
      if (prefixes) {
        const waker = notifications && makeWaker()
        if (waker) watchers.push(waker)
        loops.push(watchObjects({ ...options, name, prefixes, waker, signal }))
      }

  return {
    loops: book.list,
    async close() {
      notifications?.close()
      abort.abort()
      await Promise.allSettled(loops)
      await bus.close()
      await leases.close()
    },
  }
}

/** The topics that a trigger names, by pattern or by what their tables hold. */
function topicsFor(trigger: TopicTrigger | undefined, topics: Topic[], sources: Source[]): Topic[] {
  if (!trigger) return []
  const pattern =
    trigger.pattern === undefined
      ? undefined
      : new RegExp(`^${trigger.pattern.split('*').map(RegExp.escape).join('.*')}$`)
  const wanted = new Set(
    sources.flatMap(source =>
      source.tables.filter(table => trigger.entities?.includes(table.entity)).map(table => table.topic),
    ),
  )
  return topics.filter(topic => wanted.has(topic.name) || pattern?.test(topic.name))
}

async function keepRetention(bus: Bus, store: Store, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await bus
      .dropOldEvents(RETENTION_DAYS)
      .catch(error => log.warn({ problem: describeError(error) }, 'cannot drop old events'))
    await dropOldJobs(store.query, RETENTION_DAYS).catch(error =>
      log.warn({ problem: describeError(error) }, 'cannot drop old jobs'),
    )
    await dropOldOwnRows(store.query).catch(error =>
      log.warn({ problem: describeError(error) }, 'cannot drop old texts of searches'),
    )
    await pause(RETENTION_CHECK_MS, signal)
  }
}
