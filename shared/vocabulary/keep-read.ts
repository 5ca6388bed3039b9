/** What is kept is read again after this long at the earliest, and takes at most a fiftieth of the time. */
const REFRESH_MS = 2000
const SHARE = 50

/** What was read last; it is read again in the background while somebody asks for it. */
export function keepRead<Value>(read: () => Promise<Value>, first: Value): () => Value {
  let current = first
  let dueAt = 0
  const refresh = async () => {
    const startedAt = Date.now()
    current = await read()
    dueAt = Date.now() + Math.max(REFRESH_MS, SHARE * (Date.now() - startedAt))
  }
  return () => {
    if (Date.now() >= dueAt) {
      dueAt = Number.POSITIVE_INFINITY
      // A failure leaves what was there.
      refresh().catch(() => {
        dueAt = Date.now() + REFRESH_MS
      })
    }
    return current
  }
}
