import { isPosition } from '../../../shared/bus/index.ts'
import type { Row, SourceTable } from '../../../shared/config/index.ts'
import type { BatchResult } from '../../../shared/contract/index.ts'
import { type BusEvent, CHANGE, SNAPSHOT_END, snapshotEndSchema } from '../../../shared/events/index.ts'
import {
  type Action,
  type AddFile,
  type Column,
  changeName,
  deleteFiles,
  epochAction,
  findChanges,
  formatTimestamp,
  type LandedMark,
  landedEpoch,
  landedMark,
  markActions,
  type Origin,
  OWN_COLUMNS,
  parseTimestamp,
  RowBuffer,
  type Snapshot,
  schemaActions,
  sourceColumns,
  type Table,
  writeRows,
} from '../../../shared/lake/index.ts'

/** A value that is not of its column's declared type. Does not contain the value: it may be personal. */
export type Mismatch = { eventId: string; column: Column }

export type Landed = { results: BatchResult[]; mismatches: Mismatch[] }

/**
 * Lands events of one table's topic, in one commit. Each event is compared with what the table says has landed of its
 * partition; if another writer changes that before we commit, all are compared with the newer table, so that however
 * many writers get the same events each is in the table once. Writers of other partitions do not conflict: files are
 * written in parallel, only commits take turns, and what waits for the same turn is one commit. A replayed event is
 * before what has landed: it is looked up in the rows.
 */
export async function landEvents(table: Table, source: SourceTable, events: BusEvent[]): Promise<Landed> {
  const lanes = lanesOf(events)
  const replays = events.filter(event => event.replayed)
  if (replays.length === 0)
    return landLanes(table, source, lanes, replays, {
      refresh: () => table.exclusive(() => table.refresh()),
      commit: (actions, stillHolds) => table.commitInTurn(stillHolds, 'WRITE', actions),
    })
  // Compared with all rows, which takes a while, and meanwhile nobody may add any.
  return table.exclusive(() =>
    landLanes(table, source, lanes, replays, {
      refresh: () => table.refresh(),
      commit: (actions, stillHolds) => table.commitWhile(stillHolds, 'WRITE', actions),
    }),
  )
}

/** How the table is changed: in turns, or all of this in one. */
type Turns = {
  refresh(): Promise<void>
  commit(actions: Action[], stillHolds: () => boolean): Promise<boolean>
}

async function landLanes(
  table: Table,
  source: SourceTable,
  lanes: Lane[],
  replays: BusEvent[],
  turns: Turns,
): Promise<Landed> {
  const before = marksOf(table.snapshot, lanes)
  let last: { sorted: SortedEvents; files: AddFile[] } | undefined
  for (;;) {
    if (marksOf(table.snapshot, lanes).some((mark, i) => mark < (before[i] ?? mark))) {
      // Restored to an earlier state: the connector may have read on from the table's previous state.
      if (last) await deleteFiles(table, last.files)
      const results = lanes.flatMap(({ events }) =>
        events.map(({ event: { id } }) => ({ id, status: 'retry' as const, reason: 'table_was_restored' })),
      )
      return { results, mismatches: [] }
    }
    const replayed = await findChanges(table, replays)
    const state = () => stateOf(table.snapshot, lanes, replays.length > 0)
    const known = state()
    const stillHolds = () => state().every((value, i) => value === known[i])
    const sorted = sortOut(table.snapshot, source, lanes, replayed)
    const stillFits =
      last?.sorted.landing === sorted.landing && last.sorted.schemaVersion === sorted.schemaVersion
    if (last && !stillFits) await deleteFiles(table, last.files)
    if (sorted.landing === 0) {
      // Skipping an event relies on marks, which may have been set back since they were read.
      if (sorted.results.some(({ status }) => status === 'skipped')) await turns.refresh()
      if (stillHolds()) return sorted
      last = undefined
      continue
    }
    // What has landed only grows: if as many events are left to land as before, they are the same and their files still valid.
    const files: AddFile[] = last && stillFits ? last.files : await writeFiles(table, sorted.months)
    // Written, the rows are not held while the commit waits for its turn.
    sorted.months.clear()
    const actions = [...sorted.actions, ...files.map(add => ({ add }))]
    if (await turns.commit(actions, stillHolds)) return sorted
    last = { sorted, files }
  }
}

/** How far each partition has landed; -1 where nothing has. */
function marksOf(snapshot: Snapshot, lanes: Lane[]): bigint[] {
  return lanes.map(({ origin }) => landedMark(snapshot, origin).offset ?? -1n)
}

/** The part of a table that events are compared with: while it stays the same, so do the decisions. */
function stateOf(snapshot: Snapshot, lanes: Lane[], hasReplays: boolean): unknown[] {
  const landed = lanes.flatMap(({ origin }) => {
    const { offset, position } = landedMark(snapshot, origin)
    return [offset, position, landedEpoch(snapshot, origin)]
  })
  // Replays are compared with the rows themselves.
  return [snapshot.metadata, hasReplays && snapshot.version, ...landed]
}

function writeFiles(table: Table, months: Map<string, RowBuffer>): Promise<AddFile[]> {
  return Promise.all(
    [...months].map(([yearMonth, rows]) => {
      const [year, month] = yearMonth.split('-').map(Number)
      return writeRows(table, { year: String(year), month: String(month) }, rows)
    }),
  )
}

type SortedEvents = Landed & {
  /** Events that the commit lands. */
  landing: number
  schemaVersion: number
  /** Rows by `YYYY-MM` of their commit time, in UTC. */
  months: Map<string, RowBuffer>
  /** The commit's other actions besides its files. */
  actions: Action[]
}

/** Decides for each event, against one state of the table; `replayed` are the replayed ones that it holds. */
function sortOut(
  snapshot: Snapshot,
  source: SourceTable,
  lanes: Lane[],
  replayed: Set<string>,
): SortedEvents {
  const columns = sourceColumns(source)
  const { actions, schemaVersion } = schemaActions(snapshot, columns)
  const landedAt = BigInt(Date.now()) * 1000n
  const sorted: SortedEvents = {
    results: [],
    mismatches: [],
    landing: 0,
    schemaVersion,
    months: new Map(),
    actions,
  }

  /** Adds the event's row to `months`. @returns the reason if it cannot be a row */
  function addRow(event: BusEvent, offset: bigint, months: SortedEvents['months']): string | undefined {
    if (event.type === SNAPSHOT_END)
      return snapshotEndSchema.safeParse(event.data).success ? undefined : 'malformed_event'
    const change = readChange(event, source)
    if (typeof change === 'string') return change
    const { op, row, changedAt, yearMonth } = change
    let rows = months.get(yearMonth)
    if (!rows) {
      rows = new RowBuffer(columns, OWN_COLUMNS)
      months.set(yearMonth, rows)
    }
    const own = [op, event.position, event.partition, offset, changedAt, landedAt, schemaVersion]
    const mismatch = rows.add(row, own)
    if (!mismatch) return undefined
    sorted.mismatches.push({ eventId: event.id, column: mismatch })
    return 'type_mismatch'
  }

  // Rows that are checked and not landed.
  const decided: SortedEvents['months'] = new Map()
  for (const lane of lanes) {
    const landed = landedMark(snapshot, lane.origin)
    const mark: LandedMark = { ...landed }
    let epoch = landedEpoch(snapshot, lane.origin)
    let landing = 0
    for (const { event, offset } of lane.events) {
      if (!event.replayed && wentBack(event, offset, landed)) {
        sorted.results.push({ id: event.id, status: 'retry', reason: 'log_went_back' })
        continue
      }
      const isBehind =
        (mark.offset !== undefined && offset <= mark.offset) ||
        (event.type !== SNAPSHOT_END && mark.position !== undefined && event.position <= mark.position)
      const hasLanded = event.replayed ? replayed.has(changeName(event)) : isBehind
      if (!hasLanded && !event.replayed) mark.offset = offset
      // What is before the marks was decided, not landed: the process that should have parked it may be gone, so what
      // cannot be a row is parked again.
      const refusal = addRow(event, offset, hasLanded ? decided : sorted.months)
      if (refusal !== undefined) {
        sorted.results.push({ id: event.id, status: 'parked', reason: refusal })
        if (!hasLanded && !event.replayed && isPosition(event.position)) mark.position = event.position
        continue
      }
      if (hasLanded) {
        sorted.results.push({ id: event.id, status: 'skipped', reason: 'already_landed' })
        continue
      }
      if (event.type === SNAPSHOT_END) epoch = Math.max(epoch, snapshotEndSchema.parse(event.data).epoch)
      else if (!event.replayed) mark.position = event.position
      landing += 1
      sorted.results.push({ id: event.id, status: 'done' })
    }
    if (landing === 0) continue
    sorted.landing += landing
    actions.push(...markActions(lane.origin, mark))
    if (epoch > landedEpoch(snapshot, lane.origin)) actions.push(epochAction(lane.origin, epoch))
  }
  for (const [yearMonth, rows] of sorted.months) if (rows.rows === 0) sorted.months.delete(yearMonth)
  return sorted
}

/**
 * A later change at an offset that has already landed: the log was cut back, for example by restoring the store from an older
 * copy. Skipping it would lose it, landing it could double another.
 */
function wentBack(event: BusEvent, offset: bigint, landed: LandedMark): boolean {
  if (landed.offset === undefined || landed.position === undefined || event.type === SNAPSHOT_END)
    return false
  return offset <= landed.offset && isPosition(event.position) && event.position > landed.position
}

type Lane = { origin: Origin; events: { event: BusEvent; offset: bigint }[] }

/** Events by the partition that they come from, in the order of their offsets. */
function lanesOf(events: BusEvent[]): Lane[] {
  const lanes: Lane[] = []
  let lane: Lane | undefined
  for (const event of events) {
    // A partition's events are adjacent.
    if (!lane || !isOf(event, lane)) lane = lanes.find(one => isOf(event, one))
    if (!lane) {
      const { busid: busId, topic, partition } = event
      lane = { origin: { busId, topic, partition }, events: [] }
      lanes.push(lane)
    }
    lane.events.push({ event, offset: BigInt(event.offset) })
  }
  for (const { events } of lanes) events.sort((a, b) => (a.offset < b.offset ? -1 : 1))
  return lanes
}

function isOf({ partition, busid }: BusEvent, { origin }: Lane): boolean {
  return origin.partition === partition && origin.busId === busid
}

type ChangeRow = { op: string; row: Row; changedAt: bigint; yearMonth: string }

/**
 * The row that a change event lands, or the reason why it cannot be one. Checked by hand: this runs for every event,
 * and the values are checked against their columns' types right after.
 */
function readChange(event: BusEvent, source: SourceTable): ChangeRow | string {
  if (event.type !== CHANGE) return 'unknown_type'
  const changedAt = parseInstant(event.time)
  const { data } = event
  if (changedAt === undefined || !isPosition(event.position) || !isObject(data)) return 'malformed_event'
  const { op, before, after } = data
  const yearMonth = (event.time.endsWith('Z') ? event.time : formatTimestamp(changedAt)).slice(0, 7)
  if (op === 't') return { op, row: {}, changedAt, yearMonth }
  const given = op === 'd' ? before : op === 'c' || op === 'u' || op === 'r' ? after : undefined
  if (!isObject(given)) return 'malformed_event'
  for (const name of source.key)
    if (!Object.hasOwn(given, name) || given[name] === null || given[name] === undefined) return 'missing_key'
  const row = given as Row
  if (op !== 'd') return { op: op as string, row, changedAt, yearMonth }
  return {
    op,
    row: Object.fromEntries(source.key.map(name => [name, row[name] ?? null])),
    changedAt,
    yearMonth,
  }
}

function parseInstant(text: string): bigint | undefined {
  const micros = parseTimestamp(text, true)
  if (micros !== undefined) return micros
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? undefined : BigInt(millis) * 1000n
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
