import { describeError } from '../../shared/errors/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import { type Caller, OUTAGE_STATUS } from './caller.ts'
import { pause, type Waker } from './wake.ts'

const POLL_MS = 1000
/** Where the storage tells of new objects a listing only makes up for a notice that was lost. */
const NOTICED_POLL_MS = 60_000
/** Notices come in bursts, which one listing serves. */
const GATHER_MS = 100

type WatchOptions = {
  name: string
  prefixes: string[]
  objects: ObjectStore
  store: Store
  caller: Caller
  log: Logger
  signal: AbortSignal
  /** Is woken by the storage's notices, where it gives any. */
  waker?: Waker | undefined
}

type Listed = { key: string; size: number; modifiedAt: Date }

/**
 * Hands each new object under the prefixes to a function, once. The listing is the truth; what was handed over is
 * remembered in the store. An object that is written again is new.
 */
export async function watchObjects(options: WatchOptions): Promise<void> {
  const { name, log, signal, waker } = options
  let passed = new Map<string, number>()
  while (!signal.aborted) {
    let isComplete = false
    try {
      const found = await look(options, passed)
      passed = found.passed
      isComplete = found.isComplete
    } catch (error) {
      log.warn({ function: name, problem: describeError(error) }, 'cannot watch the objects')
    }
    if (waker && isComplete) {
      await waker.wait(NOTICED_POLL_MS, signal)
      await pause(GATHER_MS, signal)
    } else await pause(POLL_MS, signal)
  }
}

/**
 * Lists the prefixes once. `passed` are the objects, by key and time, that were handed over when last looked at: of them
 * the store need not be asked.
 */
async function look(
  options: WatchOptions,
  before: Map<string, number>,
): Promise<{ passed: Map<string, number>; isComplete: boolean }> {
  const passed = new Map<string, number>()
  let isComplete = true
  for (const prefix of options.prefixes)
    for await (const object of options.objects.list(prefix)) {
      if (options.signal.aborted) return { passed, isComplete: false }
      const at = object.modifiedAt.getTime()
      if (before.get(object.key) === at || (await handOver(options, object))) passed.set(object.key, at)
      else isComplete = false
    }
  return { passed, isComplete }
}

/** @returns whether that is done, now or before; false where the function has to be waited for */
async function handOver({ name, store, caller, log }: WatchOptions, object: Listed): Promise<boolean> {
  const { key, size, modifiedAt } = object
  const seen = await store.query(
    'select 1 from ops.seen_object where function = $1 and key = $2 and modified_at >= $3',
    [name, key, modifiedAt],
  )
  if (seen.length > 0) return true
  const id = `${key}@${modifiedAt.toISOString()}`
  const reply = await caller.call(name, {
    id,
    type: 'cordage.object.v1',
    source: '/objects',
    data: { key, size, modifiedAt: modifiedAt.toISOString() },
  })
  if (OUTAGE_STATUS.has(reply.status)) return false
  if (reply.status >= 300)
    log.error({ function: name, key, status: reply.status, reply: reply.body }, 'an object was refused')
  await store.query(
    `insert into ops.seen_object (function, key, modified_at) values ($1, $2, $3)
     on conflict (function, key) do update set modified_at = excluded.modified_at, seen_at = now()`,
    [name, key, modifiedAt],
  )
  return true
}
