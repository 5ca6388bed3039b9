import { commitOf, makePosition } from '../../bus/index.ts'
import type { Query } from '../../store/index.ts'
import { admit, type RawChange } from '../admission.ts'
import { type Capture, type CaptureOptions, emptyReport } from '../capture.ts'
import { parkRefusals } from '../parking.ts'
import { checkLease, saveAdmitted } from '../state.ts'
import { readPostgresValue } from '../values.ts'
import { OWN_CHANNEL, PROMPT_TABLES } from './tables.ts'

/** A quiet log is looked at, and its topics get their heartbeat, this often. */
const POLL_MS = 1000
/** Rows that are taken at once. */
const MAX_ROWS = 2000
/** Fewer gather for this long, unless one of them is awaited (PROMPT_TABLES): each taking becomes a commit of the lake, and in one process searches wait for that. */
const LINGER_MS = 5000

/** Follows the log in the store (recordRows). A change's commit is its number there, so that one which is taken again has its old position. */
export const ownCapture: Capture = {
  check: async () => emptyReport(),

  async run(options) {
    const pause = makePause(options.signal)
    const listening = await options.store.listen([OWN_CHANNEL], pause.end)
    try {
      while (!options.signal.aborted) if (!(await takeRows(options))) await pause.wait()
    } finally {
      await listening.close()
    }
  },

  forget: async () => [],
}

/** Waits until the log is looked at again: until it is announced that there is something, if that was not before. */
function makePause(signal: AbortSignal) {
  let isAnnounced = false
  let resolve = () => {}
  signal.addEventListener('abort', () => resolve(), { once: true })
  return {
    end() {
      isAnnounced = true
      resolve()
    },
    async wait(): Promise<void> {
      if (!isAnnounced && !signal.aborted) {
        const { promise, resolve: end } = Promise.withResolvers<void>()
        resolve = end
        const timer = setTimeout(end, POLL_MS)
        await promise
        clearTimeout(timer)
      }
      isAnnounced = false
    },
  }
}

type Recorded = { number: string; table_name: string; row: Record<string, string | null>; recorded_at: Date }

/** @returns whether there may be more */
async function takeRows({ source, store, bus, vault, lease }: CaptureOptions): Promise<boolean> {
  return await store.transaction(async transaction => {
    const { query } = transaction
    await checkLease(query, lease)
    const { epoch, taken } = await readProgress(query, source.system)
    // Read before the rows: every row up to it is visible by then.
    const [log] = await query<{ number: string; at: Date }>(
      'select number, clock_timestamp() as at from ingest.own_counter',
    )
    const rows = await query<Recorded>(
      `select number, table_name, row, recorded_at from ingest.own_change
       where number > $1 and row is not null order by number limit ${MAX_ROWS}`,
      [taken],
    )
    const hasMore = rows.length === MAX_ROWS
    const waitedMs = rows[0] && log ? log.at.getTime() - rows[0].recorded_at.getTime() : 0
    const isPrompt = rows.some(({ table_name }) => PROMPT_TABLES.includes(table_name))
    if (rows.length > 0 && !hasMore && !isPrompt && waitedMs < LINGER_MS) return false
    const changes = rows.flatMap(({ number, table_name, row, recorded_at }): RawChange[] => {
      const table = source.tables.find(({ name }) => name === table_name)
      const position = makePosition(epoch, BigInt(number), 0)
      const after = new Map(table && Object.keys(table.columns).map(name => [name, row[name] ?? null]))
      return table ? [{ table, op: 'c', after, position, changedAt: recorded_at.toISOString() }] : []
    })
    const { records, refusals } = await admit(query, source, vault, changes, readPostgresValue)
    await bus.append(transaction, records)
    await parkRefusals(query, refusals)
    const lastRow = BigInt(rows.at(-1)?.number ?? 0)
    const logged = BigInt(log?.number ?? 0)
    const last = hasMore || lastRow > logged ? lastRow : logged
    const position = makePosition(epoch, last, 0)
    if (rows.length > 0) {
      await query('delete from ingest.own_change where number <= $1 and key is null', [last])
      await query('update ingest.own_change set row = null where number <= $1 and row is not null', [last])
    }
    await saveAdmitted(query, source.system, { state: 'streaming', epoch, position })
    if (log && !hasMore)
      await bus.heartbeat(
        transaction,
        source.tables.map(({ topic }) => topic),
        position,
        log.at,
      )
    return hasMore
  })
}

/**
 * Up to which number the log was taken, and the epoch of what comes next. A store that was restored counts again from before:
 * the playbook, and `npm run snapshot`, ask for a later epoch.
 */
async function readProgress(query: Query, system: string): Promise<{ epoch: number; taken: string }> {
  const [known] = await query<{
    state: string
    epoch: number
    later: number | null
    position: string | null
  }>(
    `select state, epoch, (progress -> 'epochs' -> -1 ->> 'epoch')::int as later, position from ingest.capture where system = $1`,
    [system],
  )
  if (!known) return { epoch: 1, taken: '0' }
  const epoch = known.state === 'snapshot' ? Math.max(known.epoch + 1, known.later ?? 0) : known.epoch
  return { epoch, taken: known.position === null ? '0' : commitOf(known.position).toString() }
}
