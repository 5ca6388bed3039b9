import { describeError } from '../../shared/errors/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller } from './caller.ts'
import { type ParkedEvent, readParked } from './parked.ts'
import { judge, reasonOf } from './reply.ts'
import { pause } from './wake.ts'

const POLL_MS = 1000
const MAX_EVENTS = 500

/**
 * Sends parked events again once replay-parked has asked for them. Harmless at any time: sinks keep the newer position,
 * and the lake, which is past these events' offsets, looks for each among its rows.
 */
export async function replayParked(options: {
  store: Store
  caller: Caller
  log: Logger
  signal: AbortSignal
}): Promise<void> {
  const { store, log, signal } = options
  while (!signal.aborted) {
    try {
      const rows = await readParked(store.query, 'replay_requested_at is not null', [], MAX_EVENTS)
      const groups = Map.groupBy(rows, row => `${row.function} ${row.record.topic}`)
      const settled = await Promise.all([...groups.values()].map(group => replay(options, group)))
      if (settled.some(count => count > 0)) continue
    } catch (error) {
      log.warn({ problem: describeError(error) }, 'cannot replay parked events')
    }
    await pause(POLL_MS, signal)
  }
}

type Replay = { store: Store; caller: Caller; log: Logger }

/** Sends events of one function and topic again. @returns how many are settled, for good or by being parked again */
async function replay(options: Replay, rows: ParkedEvent[]): Promise<number> {
  const { store, caller, log } = options
  const [{ function: name } = { function: '' }] = rows
  const reply = await caller.deliver(
    name,
    rows.map(({ record }) => ({ ...record, replayed: true })),
  )
  // Too busy to answer in time says nothing about the events either.
  if (judge(reply) === 'outage' || reply.status === 504) {
    log.warn(
      { function: name, events: rows.length, problem: `${reply.status}: ${reply.detail}` },
      'parked events wait for their function',
    )
    return 0
  }
  // One event that breaks the function must not keep the others from it.
  if (reply.status !== 200 && rows.length > 1) {
    let settled = 0
    for (const row of rows) settled += await replay(options, [row])
    return settled
  }
  const results = new Map(reply.results.map(result => [result.id, result]))
  const resultOf = ({ record }: ParkedEvent) =>
    results.get(record.id) ?? { status: 'parked', reason: reasonOf(reply.status) }
  const isThrough = (row: ParkedEvent) => ['done', 'skipped'].includes(resultOf(row).status)
  const through = rows.filter(isThrough)
  const again = rows.filter(row => !isThrough(row) && resultOf(row).reason !== 'outage')
  await store.query('delete from ops.parked where id = any($1)', [through.map(row => row.id)])
  if (again.length > 0) {
    const reason = again[0] && resultOf(again[0]).reason
    log.warn({ function: name, events: again.length, reason, detail: reply.detail }, 'parked again')
    await store.query(
      `update ops.parked p set replay_requested_at = null, reason = r.reason
       from unnest($1::bigint[], $2::text[]) as r (id, reason) where p.id = r.id`,
      [again.map(row => row.id), again.map(row => resultOf(row).reason ?? 'unknown_error')],
    )
  }
  return through.length + again.length
}
