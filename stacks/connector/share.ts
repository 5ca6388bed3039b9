import { describeError } from '../../shared/errors/index.ts'
import { LEASE_MS, LEASE_RETRY_MS, type Lease, type Leases, type Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import { pause } from './wake.ts'

/** Consecutive checks with more than our share before something is given back: a restart is no newcomer. */
const LOOKS_ABOVE_SHARE = 3
/** How long a lease that nobody takes is left to those who hold less. */
const LEFT_TO_OTHERS_MS = LEASE_MS
const MEMBER = 'member/'

/** One connector's part of the work that all connectors do together. */
export type Share = {
  /** Waits until a lease is this connector's to take. @returns undefined once the signal aborts */
  acquire(name: string): Promise<ShareOfWork | undefined>
  /** Must be called when the work under a lease has ended, and before it is released. */
  ended(name: string): void
  /** Ends when the signal aborts. */
  closed: Promise<void>
}

/**
 * `signal` aborts with the connector, with the lease, and when the lease is to go to another, which gets it once the work
 * has ended.
 */
export type ShareOfWork = { lease: Lease; signal: AbortSignal }

/**
 * Spreads leases evenly over the connectors that live. Each of them holds a lease that stands for itself; the number of
 * those says what a fair share is. Who holds less takes what is free, who holds more gives back what is too much. What is
 * left over for long is taken by anybody: a connector that lives need not do the same work.
 * @param names all leases that are shared
 */
export function shareLeases(options: {
  store: Store
  leases: Leases
  owner: string
  names: string[]
  log: Logger
  signal: AbortSignal
}): Share {
  const { store, leases, owner, names, log, signal } = options
  const waiting = new Map<string, (work: ShareOfWork | undefined) => void>()
  const working = new Map<string, AbortController>()
  const freeSince = new Map<string, number>()
  /** What others could have taken and did not: given back, it would only return. */
  let leftOver = new Set<string>()
  let member: Lease | undefined
  let members = 0
  let looksAbove = 0

  const look = async () => {
    if (!member || member.signal.aborted) member = await leases.tryAcquire(`${MEMBER}${owner}`)
    const rows = await store.query<{ name: string; is_ours: boolean }>(
      `select name, owner = $1 as is_ours from ops.lease
       where expires_at > now() and (name = any($2::text[]) or starts_with(name, $3))`,
      [owner, names, MEMBER],
    )
    const living = rows.filter(({ name }) => name.startsWith(MEMBER)).length
    if (living !== members) leftOver = new Set()
    members = living
    const taken = new Set(rows.filter(({ is_ours }) => !is_ours).map(({ name }) => name))
    const share = Math.ceil(names.length / Math.max(members, 1))
    const kept = [...working].filter(([, given]) => !given.signal.aborted)

    const excess = kept.slice(share).filter(([name]) => !leftOver.has(name))
    looksAbove = excess.length > 0 ? looksAbove + 1 : 0
    if (looksAbove >= LOOKS_ABOVE_SHARE) for (const [, given] of excess) given.abort()

    for (const name of waiting.keys())
      if (taken.has(name)) freeSince.delete(name)
      else if (!freeSince.has(name)) freeSince.set(name, Date.now())
    const isLeft = (name: string) => Date.now() - (freeSince.get(name) ?? Date.now()) > LEFT_TO_OTHERS_MS
    // In random order, so that connectors that check at the same moment do not all request the same ones.
    const free = shuffle([...waiting.keys()].filter(name => !taken.has(name)))
    const ours = free.filter((name, i) => i < share - kept.length || isLeft(name))
    for (const name of ours.slice(Math.max(share - kept.length, 0))) leftOver.add(name)
    await Promise.all(ours.map(take))
  }
  const take = async (name: string) => {
    const lease = await leases.tryAcquire(name)
    if (!lease) return
    freeSince.delete(name)
    const answer = waiting.get(name)
    waiting.delete(name)
    const given = new AbortController()
    working.set(name, given)
    answer?.({ lease, signal: AbortSignal.any([signal, lease.signal, given.signal]) })
  }
  const run = async () => {
    await store
      .query(`delete from ops.lease where starts_with(name, $1) and expires_at < now() - interval '1 hour'`, [
        MEMBER,
      ])
      .catch(() => {})
    while (!signal.aborted) {
      await look().catch(error => log.debug({ problem: describeError(error) }, 'cannot look at the leases'))
      await pause(LEASE_RETRY_MS, signal)
    }
    for (const resolve of waiting.values()) resolve(undefined)
    waiting.clear()
  }

  return {
    acquire: name =>
      new Promise(resolve => {
        if (signal.aborted) resolve(undefined)
        else waiting.set(name, resolve)
      }),
    ended: name => void working.delete(name),
    closed: run(),
  }
}

function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[items[i], items[j]] = [items[j] as T, items[i] as T]
  }
  return items
}
