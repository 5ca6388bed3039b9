import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError } from '../errors/index.ts'
import type { Query, Store } from './types.ts'

/** Time after which a silent holder counts as dead. */
export const LEASE_MS = 6000
const RENEW_MS = 1500
/** Interval between attempts to get a held lease. */
export const LEASE_RETRY_MS = 1000
/** A holder stops this long before others may take its lease: its timer may be late, and its last call needs a moment. */
const MARGIN_MS = 500
/** Interval between attempts to seize a lease whose holder is writing. */
const SEIZE_RETRY_MS = 100

export type Lease = {
  name: string
  /** Grows with each holder: what is written under an older number is refused. */
  fencing: number
  /** Aborts when the lease is lost or given back. */
  signal: AbortSignal
}

/** The leases of one process, renewed together. */
export type Leases = {
  /** The holder's name. */
  owner: string
  /**
   * Takes a free lease or, with `seize`, a held one, whose holder notices within LEASE_MS. Never in the
   * middle of a transaction that has checked the lease.
   * @returns undefined where another holds it
   */
  tryAcquire(name: string, options?: { seize?: boolean }): Promise<Lease | undefined>
  release(lease: Lease): Promise<void>
  /** Gives all back and stops renewing. */
  close(): Promise<void>
}

type Held = { lease: Lease; abort: AbortController; deadline: NodeJS.Timeout }

/**
 * @param owner a holder's own name: a process that restarts under the name of its dead predecessor does not wait for
 *   that one's leases to run out
 */
export function makeLeases(store: Pick<Store, 'query' | 'urgent'>, owner: string): Leases {
  const held = new Map<string, Held>()
  // The store lets an owner take its own lease again: of two who ask in this process only one may get that far.
  const asking = new Set<string>()

  /** A lease of the same name under another number belongs to another holder. */
  const lose = ({ name, fencing }: Pick<Lease, 'name' | 'fencing'>) => {
    const own = held.get(name)
    if (own?.lease.fencing !== fencing) return
    clearTimeout(own.deadline)
    own.abort.abort()
    held.delete(name)
  }
  /** A holder that could not renew in time stops by its own clock, even while its query waits. */
  const loseLater = (lease: Lease, askedAt: number) =>
    setTimeout(() => lose(lease), Math.max(0, askedAt + LEASE_MS - MARGIN_MS - performance.now())).unref()

  let isRenewing = false
  const renew = async () => {
    if (held.size === 0 || isRenewing) return
    isRenewing = true
    const entries = [...held.values()].map(({ lease }) => lease)
    const askedAt = performance.now()
    try {
      for (const { name, fencing, is_kept, is_ours } of await renewAll(store.urgent, entries)) {
        const own = held.get(name)
        if (own?.lease.fencing !== Number(fencing)) continue
        if (!is_ours) lose(own.lease)
        else if (is_kept) {
          clearTimeout(own.deadline)
          own.deadline = loseLater(own.lease, askedAt)
        }
      }
    } catch {
      // The store is away: the deadlines tell when to stop.
    } finally {
      isRenewing = false
    }
  }
  const timer = setInterval(() => void renew(), RENEW_MS)
  timer.unref()

  const ask = async (name: string, seize: boolean): Promise<Lease | undefined> => {
    const askedAt = performance.now()
    const fencing = await take(store.query, name, owner, seize)
    if (fencing === undefined) return undefined
    const abort = new AbortController()
    const lease = { name, fencing, signal: abort.signal }
    held.set(name, { lease, abort, deadline: loseLater(lease, askedAt) })
    return lease
  }

  return {
    owner,
    async tryAcquire(name, { seize = false } = {}) {
      if (held.has(name) || asking.has(name)) return undefined
      asking.add(name)
      try {
        for (let waitedMs = 0; ; waitedMs += SEIZE_RETRY_MS) {
          const lease = await ask(name, seize)
          if (lease || !seize || waitedMs > LEASE_MS) return lease
          await sleep(SEIZE_RETRY_MS)
        }
      } finally {
        asking.delete(name)
      }
    },
    async release(lease) {
      lose(lease)
      await giveBack(store.urgent, [lease])
    },
    async close() {
      clearInterval(timer)
      const leases = [...held.values()].map(({ lease }) => lease)
      for (const lease of leases) lose(lease)
      await giveBack(store.urgent, leases).catch(() => {})
    },
  }
}

/**
 * Takes the lease's row, unless somebody has it locked: a transaction that has checked the lease ends before another
 * holder starts. The clock is read once the row is ours, because a statement may have waited.
 */
async function take(query: Query, name: string, owner: string, seize: boolean): Promise<number | undefined> {
  const [row] = await query<{ fencing: string }>(
    `with known as (select from ops.lease where name = $1),
     free as (
       select from ops.lease where name = $1 and (expires_at < clock_timestamp() or owner = $2 or $4)
       for update skip locked
     )
     insert into ops.lease as l (name, owner, fencing, expires_at)
     select $1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond'
     where exists (select from free) or not exists (select from known)
     on conflict (name) do update set owner = excluded.owner, fencing = l.fencing + 1,
       expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     where l.expires_at < clock_timestamp() or l.owner = excluded.owner or $4
     returning fencing`,
    [name, owner, LEASE_MS, seize],
  )
  return row && Number(row.fencing)
}

/** Each by itself: a lease whose row is locked is skipped and does not hold up others. */
function renewAll(query: Query, leases: Lease[]) {
  return query<{ name: string; fencing: string; is_ours: boolean; is_kept: boolean }>(
    `with mine as (select * from unnest($1::text[], $2::bigint[]) as m (name, fencing)),
     free as (select name from ops.lease l join mine using (name, fencing) for no key update of l skip locked),
     kept as (
       update ops.lease l set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       from free where l.name = free.name returning l.name
     )
     select mine.name, mine.fencing, l.name is not null as is_ours, kept.name is not null as is_kept
     from mine left join ops.lease l using (name, fencing) left join kept on kept.name = mine.name`,
    [leases.map(lease => lease.name), leases.map(lease => lease.fencing), LEASE_MS],
  )
}

/** A lease whose row is locked expires by itself: release does not wait for it. */
async function giveBack(query: Query, leases: Lease[]): Promise<void> {
  await query(
    `with free as (
       select name from ops.lease l join unnest($1::text[], $2::bigint[]) as m (name, fencing) using (name, fencing)
       for no key update of l skip locked
     )
     update ops.lease l set expires_at = clock_timestamp() - interval '1 millisecond' from free where l.name = free.name`,
    [leases.map(lease => lease.name), leases.map(lease => lease.fencing)],
  )
}

/**
 * Locks the lease's number until the transaction ends: taking the lease waits for that, renewing it does not.
 * @throws FencedError where another process holds the lease by now
 */
export async function checkLease(query: Query, lease: { name: string; fencing: number }): Promise<void> {
  const held = await query('select from ops.lease where name = $1 and fencing = $2 for key share', [
    lease.name,
    lease.fencing,
  ])
  if (held.length === 0) throw new FencedError(`the lease ${lease.name} was taken by another process`)
}

/**
 * Does `work` while holding a lease; waits for its present holder first.
 * @throws the signal's reason where it aborts before the lease is free
 */
export async function underLease<T>(
  leases: Leases,
  name: string,
  signal: AbortSignal,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const lease = await leases.tryAcquire(name)
    if (lease)
      try {
        return await work(lease)
      } finally {
        await leases.release(lease).catch(() => {})
      }
    await sleep(LEASE_RETRY_MS, undefined, { signal }).catch(() => {})
  }
}
