import { addOrdinals, type Bus, makePosition, type NewRecord } from '../../bus/index.ts'
import type { Source, SourceTable } from '../../config/index.ts'
import type { Vault } from '../../privacy/index.ts'
import type { Store } from '../../store/index.ts'
import { admit, ORDINALS_PER_CHANGE, READ_ORDINAL } from '../admission.ts'
import { parkRefusals } from '../parking.ts'
import type { CaptureLease } from '../state.ts'
import { COMMIT_DIGITS, type Follower, type SqlServerChange } from './follower.ts'
import type { Lsn } from './lsn.ts'
import { epochAt, type Progress, saveProgress } from './progress.ts'
import type { Piece } from './reader.ts'
import type { Meter } from './session.ts'
import { readSqlServerValue } from './values.ts'

type WriterOptions = {
  source: Source
  store: Store
  bus: Bus
  vault: Vault
  lease: CaptureLease
  /** What is written of it is what is on the bus. */
  progress: Progress
  /** Of the source, as the status shows it. */
  server: string
  meter: Meter
}

/** A moment at the source: everything committed before `at` is on the bus once these tables' changes up to `lsn` are. */
export type Mark = { lsn: Lsn; at: Date; tables: SourceTable[] }

type Work = {
  changes: SqlServerChange[]
  followers: Iterable<Follower>
  piece?: Piece | undefined
  mark?: Mark | undefined
}

export type Writer = ReturnType<typeof makeWriter>

/** Writes changes, rows that were read, and how far both are, in one transaction: a kill at any moment loses and doubles nothing. */
export function makeWriter(options: WriterOptions) {
  const { source, store, bus, vault, lease, progress, server, meter } = options
  const since = new Date().toISOString()
  /** What is wrong at the source although capture continues. */
  let problem: string | undefined

  const follow = (changes: SqlServerChange[], followers: Iterable<Follower>) => {
    for (const { table, instance, reached } of followers) {
      const before = progress.followed[table.name]
      progress.followed[table.name] = { instance: instance.objectId, reached, position: before?.position }
    }
    for (const { table, position } of changes) {
      const followed = progress.followed[table.name]
      // The second ordinal of a change belongs to it: a restart must not take it for a new one.
      if (followed) followed.position = addOrdinals(position, ORDINALS_PER_CHANGE - 1)
    }
  }

  /** @returns the topics of a table whose reading ends with this piece */
  const read = ({ table, reading, ends }: Piece): string[] => {
    if (!ends) {
      progress.reading[table.name] = reading
      return []
    }
    delete progress.reading[table.name]
    progress.tables[table.name] = { epoch: reading.epoch, identity: reading.identity }
    if (Object.keys(progress.reading).length === 0) progress.state = 'streaming'
    return [table.topic]
  }

  return {
    say: (text: string | undefined) => {
      problem = text
    },
    async write({ changes, followers, piece, mark }: Work): Promise<void> {
      const given = [...changes, ...(piece?.rows ?? [])]
      await store.transaction(async transaction => {
        const { query } = transaction
        const { records, refusals } = await admit(query, source, vault, given, readSqlServerValue)
        const ends: NewRecord[] = piece?.ends ?? []
        await bus.append(transaction, [...records, ...ends])
        await parkRefusals(query, refusals)
        if (mark)
          await bus.heartbeat(
            transaction,
            mark.tables.map(({ topic }) => topic),
            makePosition(epochAt(progress.epochs, mark.lsn), mark.lsn, READ_ORDINAL - 1, COMMIT_DIGITS),
            mark.at,
          )
        follow(changes, followers)
        const ended = piece ? read(piece) : []
        const reads = { ...meter, since, ms: Math.round(meter.ms) }
        await saveProgress(query, source.system, lease, progress, { problem, server, reads })
        if (ended.length > 0) await bus.endSnapshot(transaction, ended)
      })
    },
  }
}
