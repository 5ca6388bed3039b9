import { SqlError } from '../tds/errors.ts'

/** A table's locks are of two kinds: `intent` of those that change rows, `shared` of those that hold them off. */
export type LockMode = 'intent' | 'shared'

type Waiter = { owner: object; mode: LockMode; grant(): void }
type TableLocks = { holders: Map<object, LockMode>; waiters: Waiter[] }

const timedOut = () => new SqlError(1222, 'Lock request time out period exceeded.', { state: 45 })

/** Locks of tables, granted in the order in which they were asked for, and held until their owner lets all of its own go. */
export function makeLocks() {
  const byTable = new Map<number, TableLocks>()
  const locksOf = (tableId: number) => {
    const known = byTable.get(tableId)
    if (known) return known
    const locks: TableLocks = { holders: new Map(), waiters: [] }
    byTable.set(tableId, locks)
    return locks
  }
  const allows = ({ holders }: TableLocks, owner: object, mode: LockMode) =>
    [...holders].every(([holder, held]) => holder === owner || held === mode)

  /** @returns whether the lock is held now; who waits goes before who comes */
  const tryLock = (tableId: number, owner: object, mode: LockMode) => {
    const locks = locksOf(tableId)
    if (locks.holders.get(owner) === mode) return true
    const waits = locks.waiters.some(waiter => waiter.owner !== owner && waiter.mode !== mode)
    if ((waits && !locks.holders.has(owner)) || !allows(locks, owner, mode)) return false
    locks.holders.set(owner, mode)
    return true
  }

  const grantWaiters = (locks: TableLocks) => {
    while (locks.waiters[0] && allows(locks, locks.waiters[0].owner, locks.waiters[0].mode)) {
      const [waiter] = locks.waiters.splice(0, 1)
      if (!waiter) return
      locks.holders.set(waiter.owner, waiter.mode)
      waiter.grant()
    }
  }

  return {
    tryLock,
    /** @throws SqlError 1222 where another holds the table */
    lockNow(tableId: number, owner: object, mode: LockMode) {
      if (!tryLock(tableId, owner, mode)) throw timedOut()
    },
    /** Waits for the lock, for `timeoutMs` at most, or without end where that is negative. */
    lock(
      tableId: number,
      owner: object,
      mode: LockMode,
      timeoutMs = -1,
      signal?: AbortSignal,
    ): Promise<void> {
      if (tryLock(tableId, owner, mode)) return Promise.resolve()
      if (timeoutMs === 0) return Promise.reject(timedOut())
      const locks = locksOf(tableId)
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          finish()
        }
        const waiter: Waiter = { owner, mode, grant: () => settle(resolve) }
        const giveUp = (error: unknown) => {
          locks.waiters = locks.waiters.filter(other => other !== waiter)
          grantWaiters(locks)
          settle(() => reject(error))
        }
        const onAbort = () => giveUp(signal?.reason)
        const timer = timeoutMs < 0 ? undefined : setTimeout(() => giveUp(timedOut()), timeoutMs)
        signal?.addEventListener('abort', onAbort)
        locks.waiters.push(waiter)
      })
    },
    isHeldByOther: (tableId: number, owner?: object) =>
      [...locksOf(tableId).holders.keys()].some(holder => holder !== owner),
    release(owner: object) {
      for (const locks of byTable.values()) if (locks.holders.delete(owner)) grantWaiters(locks)
    },
  }
}

export type Locks = ReturnType<typeof makeLocks>
