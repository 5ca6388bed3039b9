import type { Position } from '../bus/index.ts'
import type { Query, Store } from '../store/index.ts'

export { checkLease } from '../store/index.ts'

/** The progress of a system's capture. */
type CaptureState = 'snapshot' | 'streaming' | 'lost'

/** The lease under which one process captures; every write checks it. */
export type CaptureLease = { name: string; fencing: number }

export async function saveProblem(
  store: Store,
  system: string,
  problem: string,
  lost: boolean,
): Promise<void> {
  await store.query(
    `update ingest.capture set problem = $2, state = case when $3 then 'lost' else state end, updated_at = now() where system = $1`,
    [system, problem, lost],
  )
}

/** What was admitted of a system whose changes somebody else captures. */
export async function saveAdmitted(
  query: Query,
  system: string,
  { state, epoch, position }: { state: CaptureState; epoch: number; position: Position },
): Promise<void> {
  await query(
    `insert into ingest.capture (system, state, epoch, slot, position) values ($1, $2, $3, '', $4)
     on conflict (system) do update set state = excluded.state, epoch = greatest(ingest.capture.epoch, excluded.epoch), slot = '',
       position = greatest(ingest.capture.position, excluded.position), problem = null, updated_at = now()`,
    [system, state, epoch, position],
  )
}

/** A record that has nothing but its own names: a table may be called "constructor". */
export function byName<Value>(entries: [string, Value][] = []): Record<string, Value> {
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}

/** Has every table read again, by the capture that begins next. */
export async function forgetTables(query: Query, system: string): Promise<void> {
  await query(
    `update ingest.capture set state = 'snapshot', progress = progress - 'tables', reading = '{}', problem = null
     where system = $1`,
    [system],
  )
}

/** The same of a system that may be captured now: its capture ends, and reads its tables under a new epoch. */
export async function readSystemAgain(store: Store, system: string): Promise<void> {
  await store.transaction(async ({ query }) => {
    // The lease first: it waits for a write of the running capture to end, and no other can begin after it.
    await query('update ops.lease set fencing = fencing + 1, expires_at = now() where name = $1', [
      `capture/${system}`,
    ])
    await forgetTables(query, system)
  })
}
