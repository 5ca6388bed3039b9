import { commitOf, type Position } from '../../bus/index.ts'
import type { Query, Store } from '../../store/index.ts'
import { byName, type CaptureLease, checkLease } from '../state.ts'
import { formatLsn, type Lsn, parseLsn } from './lsn.ts'
import type { Reached, TableIdentity } from './table-identity.ts'

/** Changes that are committed after this place in the log belong to an epoch: the place decides, however often they are read. */
export type Epoch = { epoch: number; after: Lsn }

/** A transaction as the log has it: a log that has another one there is not the log that was read. */
export type LogEntry = { lsn: Lsn; transaction: string; at: string }

/** How far a table's changes were followed, and by which capture instance. */
export type Followed = {
  /** The instance's object id. */
  instance: number
  /** All changes up to here are on the bus. */
  reached: Lsn
  /** The last change that is. */
  position: Position | undefined
}

/** What was read of a table: the epoch of its last complete reading, and its definition then. */
export type TableProgress = { epoch: number; identity: TableIdentity }

/** A table that is being read. */
export type Reading = TableProgress & {
  /** The place in the log that its last rows are of, and the ordinal of the next one there. */
  place: Lsn | undefined
  ordinal: number
  /** The last row's place in the index that is read along. */
  after: string[] | undefined
  rows: number
  estimatedRows: number
}

export type Progress = {
  state: 'snapshot' | 'streaming' | 'lost'
  /** In the order of the log; the last is the newest. */
  epochs: Epoch[]
  /** Up to where the log was read. */
  log: LogEntry | undefined
  followed: Record<string, Followed>
  tables: Record<string, TableProgress>
  reading: Record<string, Reading>
}

/** As the store has it: places as text. */
type Written = {
  epochs?: { epoch: number; after: string }[]
  log?: { lsn: string; transaction: string; at: string }
  followed?: Record<string, { instance: number; reached: string; position?: string }>
  tables?: Record<string, TableProgress>
  server?: string
  reads?: SourceNews['reads']
}
type WrittenReading = Omit<Reading, 'place'> & { place?: string }

/** Epochs kept: older ones are of a log that the source no longer has. */
const KEPT_EPOCHS = 20

const mapByName = <From, To>(record: Record<string, From>, each: (value: From) => To): Record<string, To> =>
  byName(Object.entries(record).map(([name, value]): [string, To] => [name, each(value)]))

export const emptyProgress = (epoch: number, after: Lsn): Progress => ({
  state: 'snapshot',
  epochs: [{ epoch, after }],
  log: undefined,
  followed: byName<Followed>(),
  tables: byName<TableProgress>(),
  reading: byName<Reading>(),
})

export async function loadProgress(store: Store, system: string): Promise<Progress | undefined> {
  const [row] = await store.query<{
    state: Progress['state']
    epoch: number
    progress: Written
    reading: Record<string, WrittenReading>
  }>('select state, epoch, progress, reading from ingest.capture where system = $1', [system])
  if (!row) return undefined
  const { epochs = [], log, followed, tables = {} } = row.progress
  // Of another kind of capture only the epoch counts.
  if (!followed) return { ...emptyProgress(row.epoch, 0n), state: row.state }
  return {
    state: row.state,
    epochs: epochs.map(({ epoch, after }) => ({ epoch, after: parseLsn(after) })),
    log: log && { ...log, lsn: parseLsn(log.lsn) },
    followed: mapByName(followed, ({ instance, reached, position }) => ({
      instance,
      reached: parseLsn(reached),
      position,
    })),
    tables: byName(Object.entries(tables)),
    reading: mapByName(row.reading, ({ place, ...reading }) => ({
      ...reading,
      place: place === undefined ? undefined : parseLsn(place),
    })),
  }
}

/** What the status says of a source besides. */
export type SourceNews = {
  /** What is wrong there although capture continues. */
  problem: string | undefined
  server: string
  /** What reading it has cost since this capture began. */
  reads: { since: string; statements: number; rows: number; ms: number }
}

/** Writes all of it, under the lease. */
export async function saveProgress(
  query: Query,
  system: string,
  lease: CaptureLease,
  { state, epochs, log, followed, tables, reading }: Progress,
  news?: SourceNews,
): Promise<void> {
  await checkLease(query, lease)
  const progress: Written = {
    epochs: epochs.slice(-KEPT_EPOCHS).map(({ epoch, after }) => ({ epoch, after: formatLsn(after) })),
    ...(log && { log: { ...log, lsn: formatLsn(log.lsn) } }),
    followed: mapByName(followed, ({ instance, reached, position }) => ({
      instance,
      reached: formatLsn(reached),
      ...(position !== undefined && { position }),
    })),
    tables,
    ...(news && { server: news.server, reads: news.reads }),
  }
  const positions = Object.values(followed).flatMap(({ position }) => position ?? [])
  await query(
    `insert into ingest.capture (system, state, epoch, slot, progress, reading, position, problem)
     values ($1, $2, $3, '', $4, $5, $6, $7)
     on conflict (system) do update set state = excluded.state, epoch = excluded.epoch, slot = '',
       progress = excluded.progress, reading = excluded.reading, confirmed_lsn = null, last_commit = null, owed = '{}',
       position = greatest(ingest.capture.position, excluded.position), problem = excluded.problem, updated_at = now()`,
    [
      system,
      state,
      epochs.at(-1)?.epoch ?? 0,
      JSON.stringify(progress),
      JSON.stringify(
        mapByName(reading, ({ place, ...rest }) => ({
          ...rest,
          ...(place !== undefined && { place: formatLsn(place) }),
        })),
      ),
      positions.sort().at(-1) ?? null,
      news?.problem ?? null,
    ],
  )
}

export const reachedOf = ({ instance, reached, position }: Followed): Reached => ({
  instance,
  reached,
  isWithin: position !== undefined && commitOf(position) > reached,
})

/** The epoch of a place in the log. */
export function epochAt(epochs: Epoch[], lsn: Lsn): number {
  return epochs.findLast(({ after }) => after < lsn)?.epoch ?? epochs[0]?.epoch ?? 1
}
