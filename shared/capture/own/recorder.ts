import { setTimeout as sleep } from 'node:timers/promises'
import { describeError } from '../../errors/index.ts'
import type { Logger } from '../../telemetry/index.ts'

/** Rows of one statement. */
const MAX_AT_ONCE = 500
/** What waits while the store is slow; what is further is dropped. */
const MAX_WAITING = 10_000

/** Takes what was answered. `close` writes what waits, and ends. */
export type Recorder<T> = { record(one: T): void; close(): Promise<void> }

type RecorderOptions<T> = {
  /** The plural of what it records, in the log. */
  what: string
  /** How long some gather before they are written. */
  lingerMs: number
  /** Writes at most 500. */
  write(some: T[]): Promise<void>
  /** Counts what could not be recorded. */
  dropped: { inc(count?: number): void }
  log: Logger
}

/** Records answers after they were given, some at a time: no answer waits for it, and none fails because of it. */
export function makeRecorder<T>({ what, lingerMs, write, dropped, log }: RecorderOptions<T>): Recorder<T> {
  const waiting: T[] = []
  let writing: Promise<void> | undefined
  const closing = new AbortController()
  const writeAll = async () => {
    await sleep(lingerMs, undefined, { signal: closing.signal }).catch(() => {})
    while (waiting.length > 0) {
      const some = waiting.splice(0, MAX_AT_ONCE)
      await write(some).catch(error => {
        dropped.inc(some.length)
        log.warn({ [what]: some.length, problem: describeError(error) }, `${what} were not recorded`)
      })
    }
    writing = undefined
  }
  return {
    record(one) {
      if (waiting.length >= MAX_WAITING) return dropped.inc()
      waiting.push(one)
      writing ??= writeAll()
    },
    async close() {
      closing.abort()
      await writing
    },
  }
}
