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
