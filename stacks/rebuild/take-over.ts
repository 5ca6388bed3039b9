import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Leases } from '../../shared/store/index.ts'

/** A holder that lost its lease has noticed by then, and what it had handed over is answered. */
const QUIET_MS = 8000

/**
 * Does `work` while holding the lease that feeds a topic to a function: its consumer stops, and resumes where the cursors are
 * when the work is done.
 */
export async function takeOver<T>(
  leases: Leases,
  consumer: { group: string; topic: string },
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const name = `consume/${consumer.group}/${consumer.topic}`
  let lease = await leases.tryAcquire(name)
  if (!lease) {
    lease = await leases.tryAcquire(name, { seize: true })
    await sleep(QUIET_MS)
  }
  if (!lease) throw new Error(`${name} is being rebuilt already`)
  try {
    lease.signal.throwIfAborted()
    return await work(lease)
  } finally {
    await leases.release(lease)
  }
}
