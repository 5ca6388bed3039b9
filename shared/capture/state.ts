import type { Position } from '../bus/index.ts'
import type { Source } from '../config/index.ts'
import { checkLease, type Query, type Store } from '../store/index.ts'

export { checkLease } from '../store/index.ts'

/** Tables by name, each with its number (OID) at the source, which tells it from another of the same name. */
export type Relations = Record<string, string>

/** Where the capture of a system has come to. */
export type CaptureState = {
  state: 'snapshot' | 'streaming' | 'lost'
  epoch: number
  slot: string
  /** Tables whose snapshot is complete. */
  relations: Relations
  confirmedLsn: bigint | undefined
  position: Position | undefined
}

/** The lease under which one process captures; every write checks it. */
export type CaptureLease = { name: string; fencing: number }

export async function loadState(store: Store, system: string): Promise<CaptureState | undefined> {
  const [row] = await store.query<{
    state: CaptureState['state']
    epoch: number
    slot: string
    relations: Relations
    lsn: string | null
    position: string | null
  }>(
    `select state, epoch, slot, relations, (confirmed_lsn - '0/0')::text as lsn, position from ingest.capture where system = $1`,
    [system],
  )
  if (!row) return undefined
  const { state, epoch, slot, relations, lsn, position } = row
  return {
    state,
    epoch,
    slot,
    relations,
    confirmedLsn: lsn === null ? undefined : BigInt(lsn),
    position: position ?? undefined,
  }
}

/** Begins a new epoch: what an unfinished snapshot wrote stays, and counts for nothing. */
export async function beginEpoch(
  store: Store,
  system: string,
  slot: string,
  lease: CaptureLease,
): Promise<number> {
  return store.transaction(async ({ query }) => {
    await checkLease(query, lease)
    const [row] = await query<{ epoch: number }>(
      `insert into ingest.capture (system, state, epoch, slot) values ($1, 'snapshot', 1, $2)
       on conflict (system) do update set state = 'snapshot', epoch = ingest.capture.epoch + 1, slot = excluded.slot,
         relations = '{}', confirmed_lsn = null, position = null, problem = null, updated_at = now()
       returning epoch`,
      [system, slot],
    )
    if (!row) throw new Error(`no epoch for ${system}`)
    return row.epoch
  })
}

export async function saveProgress(
  query: Query,
  system: string,
  progress: {
    state: CaptureState['state']
    position: Position | undefined
    confirmedLsn: bigint | undefined
  },
): Promise<void> {
  await query(
    `update ingest.capture set state = $2, position = coalesce($3, position),
       confirmed_lsn = coalesce('0/0'::pg_lsn + $4::numeric, confirmed_lsn), problem = null, updated_at = now()
     where system = $1`,
    [system, progress.state, progress.position ?? null, progress.confirmedLsn?.toString() ?? null],
  )
}

/** A table that the source file no longer lists is not streamed: should it come back, it needs a snapshot again. */
export async function forgetTables(store: Store, { system, tables }: Source): Promise<void> {
  await store.query(
    `update ingest.capture set relations =
       (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(relations) where key = any($2)) where system = $1`,
    [system, tables.map(table => table.name)],
  )
}

/** The snapshot is complete: from here on the source's changes are streamed. */
export async function finishEpoch(
  query: Query,
  system: string,
  relations: Relations,
  position: Position,
  startLsn: bigint,
): Promise<void> {
  await query('update ingest.capture set relations = $2 where system = $1', [system, relations])
  await saveProgress(query, system, { state: 'streaming', position, confirmedLsn: startLsn })
}

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
  { state, epoch, position }: { state: CaptureState['state']; epoch: number; position: Position },
): Promise<void> {
  await query(
    `insert into ingest.capture (system, state, epoch, slot, position) values ($1, $2, $3, '', $4)
     on conflict (system) do update set state = excluded.state, epoch = greatest(ingest.capture.epoch, excluded.epoch), slot = '',
       position = greatest(ingest.capture.position, excluded.position), problem = null, updated_at = now()`,
    [system, state, epoch, position],
  )
}
