import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from './index.ts'

/** Time after which a holder that says nothing is taken for dead. */
export const LEASE_MS = 6000
const RENEW_MS = 1500
/** Between two tries to get a lease that somebody holds. */
export const LEASE_RETRY_MS = 1000

export type Lease = {
  name: string
  /** Grows with each holder: what is written under an older number is refused. */
  fencing: number
  /** Aborts when the lease is lost or given back. */
  signal: AbortSignal
}

/** The leases of one process, renewed together. */
export type Leases = {
  /**
   * Takes a lease that nobody holds, or, to `seize` it, whoever does: that one notices within LEASE_MS.
   * @returns undefined where another holds it
   */
  tryAcquire(name: string, options?: { seize?: boolean }): Promise<Lease | undefined>
  release(lease: Lease): Promise<void>
  /** Gives all back and stops renewing. */
  close(): Promise<void>
}

/**
 * @param owner a holder's own name: a process that comes back under the name of its dead predecessor need not wait for
 *   that one's leases to run out
 */
export function makeLeases(store: Store, owner: string): Leases {
  const held = new Map<string, { lease: Lease; abort: AbortController; renewedAt: number }>()
  // The store lets an owner take its own lease again: of two who ask in this process only one may get that far.
  const asking = new Set<string>()

  const lose = (name: string) => {
    held.get(name)?.abort.abort()
    held.delete(name)
  }
  const renew = async () => {
    if (held.size === 0) return
    const entries = [...held.values()].map(({ lease }) => lease)
    const askedAt = Date.now()
    try {
      const kept = await store.query<{ name: string }>(
        `update ops.lease l set expires_at = now() + $3 * interval '1 millisecond'
         from unnest($1::text[], $2::bigint[]) as m (name, fencing)
         where l.name = m.name and l.fencing = m.fencing returning l.name`,
        [entries.map(lease => lease.name), entries.map(lease => lease.fencing), LEASE_MS],
      )
      const names = new Set(kept.map(row => row.name))
      for (const { name, fencing } of entries) {
        const own = held.get(name)
        if (own?.lease.fencing !== fencing) continue
        if (names.has(name)) own.renewedAt = askedAt
        else lose(name)
      }
    } catch {
      // The store is away: whoever could not renew in time must stop, for another may hold the lease by then.
      for (const [name, { renewedAt }] of held) if (Date.now() - renewedAt > LEASE_MS) lose(name)
    }
  }
  const timer = setInterval(() => void renew(), RENEW_MS)
  timer.unref()

  return {
    async tryAcquire(name, { seize = false } = {}) {
      if (held.has(name) || asking.has(name)) return undefined
      asking.add(name)
      const [row] = await store
        .query<{ fencing: string }>(
          `insert into ops.lease as l (name, owner, fencing, expires_at) values ($1, $2, 1, now() + $3 * interval '1 millisecond')
         on conflict (name) do update set owner = excluded.owner, fencing = l.fencing + 1, expires_at = excluded.expires_at
         where l.expires_at < now() or l.owner = excluded.owner or $4
         returning fencing`,
          [name, owner, LEASE_MS, seize],
        )
        .finally(() => asking.delete(name))
      if (!row) return undefined
      const abort = new AbortController()
      const lease = { name, fencing: Number(row.fencing), signal: abort.signal }
      held.set(name, { lease, abort, renewedAt: Date.now() })
      return lease
    },
    async release({ name, fencing }) {
      lose(name)
      await store.query('update ops.lease set expires_at = now() where name = $1 and fencing = $2', [
        name,
        fencing,
      ])
    },
    async close() {
      clearInterval(timer)
      const leases = [...held.values()].map(({ lease }) => lease)
      for (const { name } of leases) lose(name)
      await store
        .query(
          'update ops.lease l set expires_at = now() from unnest($1::text[], $2::bigint[]) as m (name, fencing) where l.name = m.name and l.fencing = m.fencing',
          [leases.map(lease => lease.name), leases.map(lease => lease.fencing)],
        )
        .catch(() => {})
    },
  }
}

/**
 * Does `work` while holding a lease, after whoever holds it now.
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
