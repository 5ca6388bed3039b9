import { SqlError } from '../tds/errors.ts'
import { append, lastOf, replaceAll } from './append-only.ts'
import type { CaptureInstance, Cdc, ChangeRow, LsnTime } from './cdc-state.ts'
import { alterCaptured, type CaptureHabits, compareChanges, makeChangeRows } from './change-rows.ts'
import { type Clock, localDateTime } from './clock.ts'
import {
  flushLog,
  type LoggedChange,
  type LoggedDdl,
  type LoggedTransaction,
  logEnd,
  writeRecord,
} from './log.ts'
import { type Lsn, NO_LSN } from './lsn.ts'
import { type DatabaseState, requireCdc, type ServerState } from './state.ts'

export type CaptureAround = {
  readonly state: DatabaseState
  server: ServerState
  clock: Clock
  habits: CaptureHabits
}

/** maxtrans × maxscans of one run of the job. */
const MAX_TRANSACTIONS = 5000
/** With nothing to do the job writes an entry every five minutes. */
const EMPTY_ENTRY_MS = 300_000

/**
 * One run of the capture job: reads the log from where it was and writes change rows with their entries of
 * cdc.lsn_time_mapping, all in one step. @returns how many transactions it read
 */
export function scanLog(around: CaptureAround, { maxTransactions = MAX_TRANSACTIONS } = {}): number {
  const { state, server, clock } = around
  if (!server.job.exists || !server.job.isRunning) return 0
  const cdc = requireCdc(state)
  const began = localDateTime(clock, clock.now())
  const batch = state.log.unread.slice(0, maxTransactions)
  try {
    for (const transaction of batch) {
      captureTransaction(around, cdc, transaction)
      state.log.unread.shift()
    }
  } catch (error) {
    fail(around, error)
    return 0
  }
  noteScan(around, began, batch)
  if (batch.length === 0) noteQuiet(around, cdc)
  return batch.length
}

function captureTransaction(
  { clock, habits }: CaptureAround,
  cdc: Cdc,
  transaction: LoggedTransaction,
): void {
  const { commitLsn, records, beganAt, committedAt, id, beginLsn } = transaction
  const seqvals = seqvalsOf(records, habits)
  const made = new Map<CaptureInstance, ChangeRow[]>()
  for (const [index, record] of records.entries()) {
    const instances = cdc.instances.filter(
      ({ sourceObjectId, startLsn }) => sourceObjectId === record.tableId && startLsn <= commitLsn,
    )
    for (const instance of instances) {
      if (record.kind === 'ddl') {
        captureDdl(cdc, instance, record, commitLsn, localDateTime(clock, committedAt))
        continue
      }
      const rows = makeChangeRows(instance, record, {
        startLsn: commitLsn,
        seqval: seqvals[index] as Lsn,
        habits,
      })
      const own = made.get(instance) ?? []
      made.set(instance, own)
      own.push(...rows)
    }
  }
  for (const [instance, rows] of made)
    for (const row of rows.sort(compareChanges)) append(instance.changes, row)
  if ([...made.values()].every(rows => rows.length === 0)) return
  append(cdc.times, {
    startLsn: commitLsn,
    began: localDateTime(clock, beganAt),
    ended: localDateTime(clock, committedAt),
    transactionId: Buffer.from(id.toString(16).padStart(12, '0'), 'hex'),
    beginLsn,
  })
}

/** The numbers of the records in the log; or, for a server that disorders them, those with later statements first. */
function seqvalsOf(records: LoggedTransaction['records'], { disordersSeqvals }: CaptureHabits): Lsn[] {
  if (!disordersSeqvals) return records.map(({ lsn }) => lsn)
  const command = (record: LoggedChange | LoggedDdl) => (record.kind === 'ddl' ? 0 : record.command)
  const indexes = records.map((_, index) => index)
  indexes.sort((a, b) => command(records[b] as LoggedChange) - command(records[a] as LoggedChange) || a - b)
  const seqvals: Lsn[] = []
  for (const [place, index] of indexes.entries()) seqvals[index] = (records[place] as LoggedChange).lsn
  return seqvals
}

function captureDdl(cdc: Cdc, instance: CaptureInstance, ddl: LoggedDdl, lsn: Lsn, at: string): void {
  const { altered, command } = ddl
  const isCaptured = altered !== undefined && instance.columns.some(({ columnId }) => columnId === altered.id)
  if (isCaptured) {
    replaceAll(instance.changes, alterCaptured(instance, altered.id, altered.type))
    instance.columns = instance.columns.map(column =>
      column.columnId === altered.id
        ? { ...column, type: altered.type, isNullable: altered.nullable }
        : column,
    )
  }
  append(cdc.ddl, {
    sourceObjectId: instance.sourceObjectId,
    objectId: instance.objectId,
    requiredColumnUpdate: isCaptured,
    command,
    lsn,
    at,
  })
}

/** The job stops, and says why in sys.dm_cdc_errors. */
function fail({ server, clock }: CaptureAround, error: unknown): void {
  if (!(error instanceof SqlError)) throw error
  const { job } = server
  job.isRunning = false
  const sessionId = (job.sessions.at(-1)?.id ?? 0) + 1
  const at = localDateTime(clock, clock.now())
  job.errors.push({ sessionId, at, number: error.number, message: error.message })
  job.sessions.push({
    ...{ id: sessionId, began: at, ended: at, startLsn: NO_LSN, endLsn: NO_LSN },
    ...{ transactions: 0, emptyScans: 0, errors: 1 },
  })
}

/** Scans that find nothing are counted in one session, as long as nothing else happens. */
function noteScan(
  { server, clock }: CaptureAround,
  began: string,
  batch: readonly LoggedTransaction[],
): void {
  const { sessions } = server.job
  const last = sessions.at(-1)
  const ended = localDateTime(clock, clock.now())
  if (batch.length === 0 && last && last.emptyScans > 0) {
    sessions[sessions.length - 1] = { ...last, ended, emptyScans: last.emptyScans + 1 }
    return
  }
  sessions.push({
    ...{ id: (last?.id ?? 0) + 1, began, ended, errors: 0 },
    startLsn: batch[0]?.beginLsn ?? NO_LSN,
    endLsn: batch.at(-1)?.commitLsn ?? NO_LSN,
    transactions: batch.length,
    emptyScans: batch.length === 0 ? 1 : 0,
  })
}

function noteQuiet(around: CaptureAround, cdc: Cdc): void {
  const last = lastOf(cdc.times)
  const now = around.clock.now()
  if (last && Date.parse(`${last.ended}Z`) + EMPTY_ENTRY_MS > now + around.clock.utcOffset(now) * 60_000)
    return
  writeEmptyEntry(around)
}

/** An entry without changes: how far the log has been read. Its transaction is 0x00. */
export function writeEmptyEntry({ state, clock }: CaptureAround): LsnTime {
  const { log } = state
  const cdc = requireCdc(state)
  const startLsn = logEnd(log)
  writeRecord(log)
  flushLog(log)
  const at = localDateTime(clock, clock.now())
  const entry = { startLsn, began: at, ended: at, transactionId: Buffer.from([0]), beginLsn: startLsn }
  append(cdc.times, entry)
  return entry
}
