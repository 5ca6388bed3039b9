import { makePosition } from '../../bus/index.ts'
import type { SourceTable } from '../../config/index.ts'
import { END_ORDINAL, makeSnapshotEnds, READ_ORDINAL } from '../admission.ts'
import { makePace, type Pace } from '../pace.ts'
import type { ColumnFacts, TableFacts } from './catalog.ts'
import { COMMIT_DIGITS, type SqlServerChange, type SqlServerRow } from './follower.ts'
import {
  type Handover,
  isPassing,
  type OpenSession,
  openExactly,
  openReplayed,
  readLatestLsn,
} from './handover.ts'
import type { SqlServerSource } from './keys.ts'
import type { Lsn } from './lsn.ts'
import type { Reading } from './progress.ts'
import { bytesOf, type Cells } from './session.ts'
import { quoted, readRows } from './statements.ts'
import { compared, selected } from './types.ts'
import { printValue, readSingle, type SqlServerValue } from './values.ts'

/** For this long changes of a table wait for its snapshot. */
const SNAPSHOT_MS = 120_000
/** And without a snapshot, while it is read. */
const REPLAY_MS = 2000
/** Where none waits, or the capture job is behind: the source keeps row versions for a snapshot. */
const MOST_MS = 600_000
/** For the capture job to come to a snapshot's place: it looks every five seconds, or every twenty. */
const PATIENCE_MS = 30_000
/** After somebody had the table locked. */
const RETRY_MS = 1000

/** A table that is to be read, along one of its unique indexes. */
export type Readable = { table: SourceTable; found: TableFacts; columns: ColumnFacts[]; along: ColumnFacts[] }

/** Rows that were read, with their positions, and how far the table's reading is once they are on the bus. */
export type Piece = {
  table: SourceTable
  rows: SqlServerChange[]
  reading: Reading
  /** The events that end the reading, after its last row. */
  ends: ReturnType<typeof makeSnapshotEnds> | undefined
}

/** The table that is being read now. */
type Current = { readable: Readable; handover: Handover; pace: Pace<Cells> }

type ReaderOptions = {
  source: SqlServerSource
  open: OpenSession
  /** Whether it is a readable secondary: there an exact place cannot be had. */
  isSecondary: boolean
  /** Whether the tables are read from another server than the changes. */
  isElsewhere: boolean
  readables: Readable[]
  readingOf(table: string): Reading | undefined
  /** Up to where a table was followed; undefined where it is not followed yet. */
  reachedOf(table: string): Lsn | undefined
  /** Begins to follow a table from a place in the log on. */
  follow(readable: Readable, from: Lsn): void
  /** The last place that is known of the log. */
  latest(): Lsn
  onReplay(table: string): void
}

export type TableReader = ReturnType<typeof makeTableReader>

/**
 * Reads tables one after the other, a piece at a time, along a unique index and in the server's own order. Rows are of a place
 * in the log: they come behind all changes before it, and the table's later changes wait until the rows are on the bus.
 */
export function makeTableReader(options: ReaderOptions) {
  const { source, readables, readingOf, reachedOf } = options
  const waiting = readables.filter(({ table }) => readingOf(table.name))
  let current: Current | undefined
  let pausedUntilMs = 0

  const close = async () => {
    const { handover } = current ?? {}
    current = undefined
    await handover?.close()
  }

  const begin = async (readable: Readable): Promise<Current> => {
    const { table, found } = readable
    const reached = reachedOf(table.name)
    const isExact = !options.isSecondary && !options.isElsewhere
    const exact = isExact ? await openExactly(options.open, source.namespace, table.name) : undefined
    if (!exact) options.onReplay(table.name)
    const latest = options.latest()
    const first = found.instances.at(-1)?.startLsn ?? 0n
    // Right after a table's capture was enabled the log's last entry is older than that.
    const handover = exact ?? (await openReplayed(options.open, reached ?? (latest > first ? latest : first)))
    if (reached === undefined) options.follow(readable, handover.place)
    return { readable, handover, pace: makePace(bytesOf) }
  }

  /** Whether everything before its place is on the bus, and in what is read. */
  const isReady = async ({ readable, handover }: Current): Promise<boolean> => {
    const reached = reachedOf(readable.table.name) ?? 0n
    if (reached < handover.place) {
      if (!handover.isExact || performance.now() - handover.openedMs < PATIENCE_MS) return false
      // Where nothing is changed the capture job writes for minutes nothing either. What comes between is told again.
      handover.place = reached
      handover.isExact = false
    }
    if (!options.isElsewhere) return true
    return ((await readLatestLsn(handover.session)) ?? 0n) >= handover.place
  }

  const readPiece = async ({ readable, handover, pace }: Current): Promise<Piece> => {
    const { table, columns, along } = readable
    const reading = readingOf(table.name)
    if (!reading) throw new Error(`table ${table.name} is not being read`)
    const asked = pace.rows()
    const startedMs = performance.now()
    const keys = reading.after?.map((_, i) => compared(along[i] as ColumnFacts, `@k${i}`))
    const cells = await handover.session.query(
      readRows.text(
        {
          schema: source.namespace,
          table: table.name,
          columns: columns.map(column => selected(column)),
          along: along.map(({ name }) => quoted(name)),
        },
        keys,
      ),
      {
        limit: { int: asked },
        ...Object.fromEntries((reading.after ?? []).map((text, i) => [`k${i}`, { text }])),
      },
    )
    const rows = cells.map(row => toRow(columns, row))
    pace.took(performance.now() - startedMs, cells)
    const perSecond = source.snapshot?.rowsPerSecond
    if (perSecond) pausedUntilMs = startedMs + (rows.length / perSecond) * 1000
    return place(readable, handover, reading, rows, rows.length < asked)
  }

  /** Gives rows their positions, behind those that were read at the same place. */
  const place = (
    { table, along }: Readable,
    { place: lsn, at }: Handover,
    reading: Reading,
    rows: SqlServerRow[],
    isLast: boolean,
  ): Piece => {
    const first = reading.place === lsn ? reading.ordinal : READ_ORDINAL
    const positionOf = (ordinal: number) => makePosition(reading.epoch, lsn, ordinal, COMMIT_DIGITS)
    const changedAt = at.toISOString()
    const last = rows.at(-1)
    return {
      table,
      rows: rows.map((after, i) => ({ table, op: 'r', after, position: positionOf(first + i), changedAt })),
      reading: {
        ...reading,
        place: lsn,
        ordinal: first + rows.length,
        after: last ? along.map(({ name }) => keyText(last.get(name))) : reading.after,
        rows: reading.rows + rows.length,
      },
      ends: isLast ? makeSnapshotEnds(table, reading.epoch, positionOf(END_ORDINAL), changedAt) : undefined,
    }
  }

  return {
    /** The place that a table's changes must not pass for now. */
    holdOf: (table: SourceTable): Lsn | undefined =>
      current?.readable.table === table ? current.handover.place : undefined,
    /** The next rows; undefined where there are none yet, or none any more. */
    async next(): Promise<Piece | undefined> {
      const [readable] = waiting
      if (!readable || performance.now() < pausedUntilMs) return undefined
      try {
        current ??= await begin(readable)
        const piece = (await isReady(current)) ? await readPiece(current) : undefined
        const { openedMs, isExact, place } = current.handover
        if (piece?.ends) waiting.shift()
        const isAwaited = options.latest() > place
        const mostMs = piece && isAwaited ? (isExact ? SNAPSHOT_MS : REPLAY_MS) : MOST_MS
        if (piece?.ends || performance.now() - openedMs > mostMs) await close()
        return piece
      } catch (error) {
        await close().catch(() => {})
        if (!isPassing(error)) throw error
        pausedUntilMs = performance.now() + RETRY_MS
        return undefined
      }
    },
    close,
  }
}

function toRow(columns: ColumnFacts[], cells: Cells): SqlServerRow {
  return new Map(
    columns.map(({ name, typeName }, i) => {
      const cell = cells[i] as SqlServerValue | null
      return [name, typeName === 'real' && typeof cell === 'number' ? readSingle(cell) : cell]
    }),
  )
}

const keyText = (value: SqlServerValue | null | undefined): string => printValue(value ?? '')
