import { describeError } from '../../shared/errors/index.ts'
import type { ObjectInfo, ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller, Reply } from './caller.ts'
import { describeReply, judge } from './reply.ts'
import { backoffMs, pause, retryMs, type Waker } from './wake.ts'

const POLL_MS = 1000
/** With notifications from the storage, a listing only covers a lost one. */
const NOTICED_POLL_MS = 60_000
/** Notifications come in bursts, which one listing serves. */
const GATHER_MS = 100

type WatchOptions = {
  name: string
  prefixes: string[]
  objects: ObjectStore
  store: Store
  caller: Caller
  log: Logger
  signal: AbortSignal
  /** Is woken by the storage's notifications, if it sends any. */
  waker?: Waker | undefined
}

/** Objects, by key and version, that are settled: the store need not be asked. */
type Passed = Map<string, string>

/**
 * Hands each new object under the prefixes to a function until it has taken it. Only the listing counts; the outcome of
 * each object is kept in the store. An object that is written again is new. What the function refuses is recorded
 * as refused; after any other failure it is delivered again, with growing delay.
 */
export async function watchObjects(options: WatchOptions): Promise<void> {
  const { name, log, signal, waker } = options
  let passed: Passed = new Map()
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

/** Lists the prefixes once. @param before what was passed when last looked at */
async function look(options: WatchOptions, before: Passed): Promise<{ passed: Passed; isComplete: boolean }> {
  const passed: Passed = new Map()
  const waiting: string[] = []
  for (const prefix of options.prefixes)
    for await (const object of options.objects.list(prefix)) {
      if (options.signal.aborted) return { passed, isComplete: false }
      const version = versionOf(object)
      if (before.get(object.key) === version || (await handOver(options, object, version)))
        passed.set(object.key, version)
      else waiting.push(object.key)
    }
  // Objects that were deleted meanwhile are no longer awaited.
  await options.store.query(
    `delete from ops.seen_object where function = $1 and status = 'waiting' and not key = any($2::text[])`,
    [options.name, waiting],
  )
  return { passed, isComplete: waiting.length === 0 }
}

/** Tells an object from an earlier one under its key, even if that one has a later time. */
function versionOf({ modifiedAt, size, etag }: ObjectInfo): string {
  return [modifiedAt.toISOString(), size, etag].filter(part => part !== undefined).join('/')
}

type Seen = { status: 'done' | 'waiting' | 'refused'; attempts: number; wait_ms: number | null }

/** @returns whether the object is settled; false where the function has to be waited for */
async function handOver(options: WatchOptions, object: ObjectInfo, version: string): Promise<boolean> {
  const { name, store, caller, signal } = options
  const { key, size, modifiedAt } = object
  const [seen] = await store.query<Seen>(
    `select status, attempts, (extract(epoch from next_try_at - clock_timestamp()) * 1000)::float8 as wait_ms
     from ops.seen_object where function = $1 and key = $2 and (version = $3 or version is null and modified_at >= $4)`,
    [name, key, version, modifiedAt],
  )
  if (seen && seen.status !== 'waiting') return true
  if ((seen?.wait_ms ?? 0) > 0) return false
  const reply = await caller.call(name, {
    id: `${key}@${modifiedAt.toISOString()}`,
    type: 'cordage.object.v1',
    source: '/objects',
    data: { key, size, modifiedAt: modifiedAt.toISOString() },
  })
  // Interrupted because we stop: not a failure of the function.
  if (signal.aborted && judge(reply) !== 'done') return false
  const status = await remember(options, object, version, reply, (seen?.attempts ?? 0) + 1)
  return status !== 'waiting'
}

/** Records an object's outcome. An outage is retried soon; an unknown failure is given more time. */
async function remember(
  { name, store, log }: WatchOptions,
  { key, modifiedAt }: ObjectInfo,
  version: string,
  reply: Reply,
  attempts: number,
): Promise<Seen['status']> {
  const verdict = judge(reply)
  const isRefused = verdict === 'refused' || reply.status === 413
  const status = verdict === 'done' ? 'done' : isRefused ? 'refused' : 'waiting'
  const detail = verdict === 'done' ? null : `${reply.status}: ${describeReply(reply)}`
  const waitMs =
    verdict === 'outage'
      ? Math.max(backoffMs(attempts), reply.retryAfterMs ?? 0)
      : retryMs(attempts, reply.retryAfterMs)
  const fields = { function: name, key, status: reply.status, reply: reply.body }
  if (status === 'refused') log.error(fields, 'an object was refused')
  else if (status === 'waiting') log.warn({ ...fields, attempts, waitMs }, 'an object waits for its function')
  await store.query(
    `insert into ops.seen_object (function, key, modified_at, version, status, attempts, detail, next_try_at)
     values ($1, $2, $3, $4, $5, $6, $7, case when $5 = 'waiting' then now() + $8 * interval '1 millisecond' end)
     on conflict (function, key) do update set modified_at = excluded.modified_at, version = excluded.version, seen_at = now(),
       status = excluded.status, attempts = excluded.attempts, detail = excluded.detail, next_try_at = excluded.next_try_at`,
    [name, key, modifiedAt, version, status, attempts, detail, waitMs],
  )
  return status
}
