import { setTimeout as sleep } from 'node:timers/promises'
import { topicsOf } from '../../shared/bus/index.ts'
import { openStoreBus } from '../../shared/bus/store-bus.ts'
import type { Capture } from '../../shared/capture/index.ts'
import type { SecretUrl, Source } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import type { Change, Row } from '../../shared/events/index.ts'
import { openVault } from '../../shared/privacy/index.ts'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'

const RETRY_MS = 100

export type FollowedSource = {
  /** Begins, or goes on, with the capture; whatever ends it, it begins again, as under a connector. */
  start(): void
  stop(): Promise<void>
  /** What ended the capture so far. */
  failures: string[]
  /** The rows of a table as the bus tells them, by key: what every sink arrives at. */
  rows(table: string): Promise<Record<string, Row>>
  /** What the capture says of itself. */
  state(): Promise<{ state: string; problem: string | null; epoch: number; isReading: boolean } | undefined>
  close(): Promise<void>
}

/** Follows a source onto the bus of a store. @param urlOf where it is now */
export async function followSource(options: {
  capture: Capture
  source: Source
  urlOf(): SecretUrl
  store: Store
}): Promise<FollowedSource> {
  const { capture, source, urlOf, store } = options
  const { system } = source
  const bus = openStoreBus(store)
  await bus.ensureTopics(topicsOf([source]))
  const failures: string[] = []
  let running: { abort: AbortController; ended: Promise<void> } | undefined

  const run = async (signal: AbortSignal) => {
    const leases = makeLeases(store, system)
    while (!signal.aborted) {
      const lease = await leases.tryAcquire(`capture/${system}`)
      if (lease)
        await capture
          .run({
            source,
            url: urlOf(),
            store,
            bus,
            vault: openVault(system, Buffer.alloc(32, 7)),
            lease,
            log: makeLogger({ level: 'silent' }),
            signal: AbortSignal.any([signal, lease.signal]),
          })
          .catch(error => {
            if (!signal.aborted) failures.push(describeError(error))
          })
      if (lease) await leases.release(lease)
      await sleep(RETRY_MS)
    }
    await leases.close()
  }

  const stop = async () => {
    running?.abort.abort()
    await running?.ended
    running = undefined
  }

  return {
    failures,
    start() {
      const abort = new AbortController()
      running = { abort, ended: run(abort.signal) }
    },
    stop,
    async rows(name) {
      const events = await store.query<{ key: string; type: string; position: string; value: string }>(
        `select key, type, position, value from bus.event e join bus.topic t on t.id = e.topic_id
         where t.name = $1 order by position collate "C"`,
        [`cdc.${system}.${name}`],
      )
      const latest = new Map<string, { row: Row; position: string }>()
      let epoch = ''
      for (const { key, type, position, value } of events) {
        if (type !== 'cordage.change.v1') {
          epoch = (JSON.parse(value) as { epoch: number }).epoch.toString(16).padStart(4, '0')
          continue
        }
        const { op, after } = JSON.parse(value) as Change
        if (op === 't') latest.clear()
        else if (op === 'd') latest.delete(key)
        else if (after) latest.set(key, { row: after, position })
      }
      return Object.fromEntries(
        [...latest].filter(([, { position }]) => position >= epoch).map(([key, { row }]) => [key, row]),
      )
    },
    async state() {
      const [row] = await store.query<{
        state: string
        problem: string | null
        epoch: number
        isReading: boolean
      }>(
        `select state, problem, epoch, reading <> '{}' as "isReading" from ingest.capture where system = $1`,
        [system],
      )
      return row
    },
    async close() {
      await stop()
      await bus.close()
    },
  }
}
