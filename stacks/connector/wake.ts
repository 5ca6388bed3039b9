/** Sleeps unless aborted; an abort, or `ring`, only ends it early. */
export function pause(ms: number, signal: AbortSignal, onRing?: (ring: () => void) => void): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    onRing?.(done)
  })
}

/** Lets one loop sleep until it is woken. A call while it is awake is not lost. */
export type Waker = { wake(): void; wait(timeoutMs: number, signal: AbortSignal): Promise<void> }

export function makeWaker(): Waker {
  let hasNews = false
  let ring: (() => void) | undefined
  return {
    wake() {
      hasNews = true
      ring?.()
    },
    async wait(timeoutMs, signal) {
      if (!hasNews) await pause(timeoutMs, signal, given => (ring = given))
      hasNews = false
      ring = undefined
    },
  }
}

/** Delays that double from 0.2 s to 5 s. */
export function backoffMs(attempt: number): number {
  return Math.min(200 * 2 ** attempt, 5000)
}

/** Delays for work that costs more than a look: they double from 1 s to 5 minutes, and are no shorter than `leastMs`. */
export function retryMs(attempt: number, leastMs = 0): number {
  return Math.max(Math.min(1000 * 2 ** (attempt - 1), 300_000), leastMs)
}
