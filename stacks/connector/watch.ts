import { describeError } from '../../shared/errors/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import { type Caller, OUTAGE_STATUS } from './caller.ts'
import { pause } from './wake.ts'

const POLL_MS = 1000

type WatchOptions = {
  name: string
  prefixes: string[]
  objects: ObjectStore
  store: Store
  caller: Caller
  log: Logger
  signal: AbortSignal
}

/**
 * Hands each new object under the prefixes to a function, once. The listing is the truth; what was handed over is
 * remembered in the store. An object that is written again is new.
 */
export async function watchObjects(options: WatchOptions): Promise<void> {
  const { name, prefixes, objects, log, signal } = options
  while (!signal.aborted) {
    try {
      for (const prefix of prefixes)
        for await (const object of objects.list(prefix)) if (!signal.aborted) await handOver(options, object)
    } catch (error) {
      log.warn({ function: name, problem: describeError(error) }, 'cannot watch the objects')
    }
    await pause(POLL_MS, signal)
  }
}

async function handOver(
  { name, store, caller, log }: WatchOptions,
  object: { key: string; size: number; modifiedAt: Date },
): Promise<void> {
  const { key, size, modifiedAt } = object
  const seen = await store.query(
    'select 1 from ops.seen_object where function = $1 and key = $2 and modified_at >= $3',
    [name, key, modifiedAt],
  )
  if (seen.length > 0) return
  const id = `${key}@${modifiedAt.toISOString()}`
  const reply = await caller.call(name, {
    id,
    type: 'cordage.object.v1',
    source: '/objects',
    data: { key, size, modifiedAt: modifiedAt.toISOString() },
  })
  if (OUTAGE_STATUS.has(reply.status)) return
  if (reply.status >= 300)
    log.error({ function: name, key, status: reply.status, reply: reply.body }, 'an object was refused')
  await store.query(
    `insert into ops.seen_object (function, key, modified_at) values ($1, $2, $3)
     on conflict (function, key) do update set modified_at = excluded.modified_at, seen_at = now()`,
    [name, key, modifiedAt],
  )
}
