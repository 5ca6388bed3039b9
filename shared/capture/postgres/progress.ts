import type { Position } from '../../bus/index.ts'
import type { Query, Store } from '../../store/index.ts'
import { byName, type CaptureLease, checkLease } from '../state.ts'
import { formatLsn, parseLsn } from './replication.ts'
import type { TableIdentity } from './table-identity.ts'

/** The LSN from which on changes belong to an epoch: the LSN decides, however often a change is sent. */
export type Epoch = { epoch: number; from: bigint }

/** What was read of a table: the epoch of its last complete reading, and its definition then. */
export type TableProgress = { epoch: number; identity: TableIdentity | { oid: string } }

/** A table that is being read: the parts that hold its rows, and how far each is. */
export type Reading = {
  epoch: number
  /** Its identity once it is read. */
  identity: TableIdentity
  /** Whether all of it is read, so that rows the reading lacks are deleted. */
  isWhole: boolean
  /** The table itself, or some of its partitions, by number. */
  parts: { oid: string; after?: string[] }[]
  rows: number
  estimatedRows: number
}

/** The last transaction that is on the bus: a log that has another one at that LSN is not the log that we read. */
export type LastCommit = { lsn: bigint; at: string }

/** The progress of a Postgres' capture. */
export type Progress = {
  state: 'snapshot' | 'streaming' | 'lost'
  slot: string
  /** The cluster and its timeline, once known. */
  server: { system: string; timeline: number } | undefined
  /** In the order of the log; the last is the newest. */
  epochs: Epoch[]
  tables: Record<string, TableProgress>
  reading: Record<string, Reading>
  /** Everything before it is on the bus. */
  confirmedLsn: bigint | undefined
  position: Position | undefined
  lastCommit: LastCommit | undefined
  /** Keys by table of the rows still to be read from the source. */
  owed: Record<string, string[][]>
}

type ProgressRow = {
  epoch: number
  state: Progress['state']
  slot: string
  progress: {
    server?: Progress['server']
    epochs?: { epoch: number; from: string }[]
    /** Of an older version's only the number of each is known. */
    tables?: Record<string, { epoch: number; identity?: TableIdentity; oid?: string }>
  }
  reading: Progress['reading']
  lsn: string | null
  position: string | null
  last_commit: { lsn: string; at: string } | null
  owed: Progress['owed']
}

/** Epochs kept: older ones are of a log that the source no longer has. */
const KEPT_EPOCHS = 20

export async function loadProgress(store: Store, system: string): Promise<Progress | undefined> {
  const [row] = await store.query<ProgressRow>(
    `select epoch, state, slot, progress, reading, confirmed_lsn::text as lsn, position, last_commit, owed
     from ingest.capture where system = $1`,
    [system],
  )
  if (!row) return undefined
  const { server, epochs = [], tables = {} } = row.progress
  return {
    state: row.state,
    slot: row.slot,
    server,
    // Of another kind of capture only the newest epoch counts.
    epochs: epochs.every(({ from }) => from)
      ? epochs.map(({ epoch, from }) => ({ epoch, from: parseLsn(from) }))
      : [{ epoch: row.epoch, from: 0n }],
    tables: byName(
      Object.entries(tables).map(([name, { epoch, identity, oid = '' }]) => [
        name,
        { epoch, identity: identity ?? { oid } },
      ]),
    ),
    reading: byName(Object.entries(row.reading)),
    confirmedLsn: row.lsn === null ? undefined : parseLsn(row.lsn),
    position: row.position ?? undefined,
    lastCommit: row.last_commit ? { lsn: parseLsn(row.last_commit.lsn), at: row.last_commit.at } : undefined,
    owed: byName(Object.entries(row.owed)),
  }
}

/** Writes all of it, under the lease. */
export async function saveProgress(
  query: Query,
  system: string,
  lease: CaptureLease,
  { state, slot, server, epochs, tables, reading, confirmedLsn, position, lastCommit, owed }: Progress,
): Promise<void> {
  await checkLease(query, lease)
  const kept = epochs.slice(-KEPT_EPOCHS).map(({ epoch, from }) => ({ epoch, from: formatLsn(from) }))
  await query(
    `insert into ingest.capture (system, state, epoch, slot, progress, reading, confirmed_lsn, position, last_commit, owed)
     values ($1, $2, $3, $4, $5, $6, $7::pg_lsn, $8, $9, $10)
     on conflict (system) do update set state = excluded.state, epoch = excluded.epoch, slot = excluded.slot,
       progress = excluded.progress, reading = excluded.reading, confirmed_lsn = excluded.confirmed_lsn,
       position = excluded.position, last_commit = excluded.last_commit, owed = excluded.owed, updated_at = now()`,
    [
      system,
      state,
      epochs.at(-1)?.epoch ?? 0,
      slot,
      JSON.stringify({ server, epochs: kept, tables }),
      JSON.stringify(reading),
      confirmedLsn === undefined ? null : formatLsn(confirmedLsn),
      position ?? null,
      lastCommit ? JSON.stringify({ lsn: formatLsn(lastCommit.lsn), at: lastCommit.at }) : null,
      JSON.stringify(owed),
    ],
  )
}

/** What a write of events moves: everything else stays as it is. */
export async function saveReached(
  query: Query,
  system: string,
  reached: {
    confirmedLsn: bigint | undefined
    position: Position | undefined
    lastCommit: LastCommit | undefined
    reading: Progress['reading'] | undefined
    owed: Progress['owed']
    /** What is wrong at the source although capture continues. */
    problem: string | undefined
  },
): Promise<void> {
  const { confirmedLsn, position, lastCommit, reading, owed, problem } = reached
  await query(
    `update ingest.capture set confirmed_lsn = greatest(confirmed_lsn, $2::pg_lsn), position = coalesce($3, position),
       last_commit = coalesce($4, last_commit), reading = coalesce($5, reading), owed = $6, problem = $7, updated_at = now()
     where system = $1`,
    [
      system,
      confirmedLsn === undefined ? null : formatLsn(confirmedLsn),
      position ?? null,
      lastCommit ? JSON.stringify({ lsn: formatLsn(lastCommit.lsn), at: lastCommit.at }) : null,
      reading ? JSON.stringify(reading) : null,
      JSON.stringify(owed),
      problem ?? null,
    ],
  )
}

/** The server whose log was read: another server's log is not continued. */
export async function saveServer(
  store: Store,
  system: string,
  server: NonNullable<Progress['server']>,
): Promise<void> {
  await store.query(
    `update ingest.capture set progress = jsonb_set(progress, '{server}', $2::jsonb) where system = $1`,
    [system, JSON.stringify(server)],
  )
}

/** A table's reading has ended: records its current definition. */
export async function saveRead(
  query: Query,
  system: string,
  name: string,
  table: TableProgress,
): Promise<void> {
  await query(
    `update ingest.capture set progress = jsonb_set(progress, array['tables', $2], $3::jsonb) where system = $1`,
    [system, name, JSON.stringify(table)],
  )
  // Streaming once nothing is left to read.
  await query(
    `update ingest.capture set state = 'streaming' where system = $1 and state = 'snapshot' and reading = '{}'`,
    [system],
  )
}

/** The epoch of a place in the log. */
export function epochAt(epochs: Epoch[], lsn: bigint): number {
  return epochs.findLast(({ from }) => from <= lsn)?.epoch ?? epochs[0]?.epoch ?? 1
}

/** Has a table read again by the capture that begins next. */
export async function forgetTable(
  store: Store,
  system: string,
  lease: CaptureLease,
  name: string,
): Promise<void> {
  await store.transaction(async ({ query }) => {
    await checkLease(query, lease)
    await query(
      `update ingest.capture set progress = progress #- array['tables', $2], reading = reading - $2 where system = $1`,
      [system, name],
    )
  })
}
