import { type Lsn, makeLsn } from './lsn.ts'
import type { StoredRow, TableColumn } from './table.ts'

/** A row that was changed. A deferred update is logged as one, and captured as a delete and an insert. */
export type LoggedChange = {
  kind: 'insert' | 'update' | 'delete' | 'deferred update'
  lsn: Lsn
  /** The number of the statement in its transaction, from 1. */
  command: number
  tableId: number
  before: StoredRow | undefined
  after: StoredRow | undefined
}

export type LoggedDdl = {
  kind: 'ddl'
  lsn: Lsn
  tableId: number
  command: string
  /** The column with its new type, where one was altered. */
  altered: TableColumn | undefined
}

/** A committed transaction that the capture job has to read. */
export type LoggedTransaction = {
  id: bigint
  beginLsn: Lsn
  beganAt: number
  commitLsn: Lsn
  committedAt: number
  records: (LoggedChange | LoggedDdl)[]
}

export type Log = {
  vlf: number
  block: number
  slot: number
  lastTransactionId: bigint
  /** In the order of their commits. */
  unread: LoggedTransaction[]
}

/** Records in a block before the next begins. */
const SLOTS = 200
/** Blocks are counted in sectors of 512 bytes; a file ends somewhere. */
const RECORDS_PER_SECTOR = 4
const LAST_BLOCK = 0x7fff
const FIRST_BLOCK = 0x10

export const makeLog = (): Log => ({
  vlf: 0x27,
  block: 0x758,
  slot: 0,
  lastTransactionId: 0x3e8n,
  unread: [],
})

/** Writes a record. @returns its number */
export function writeRecord(log: Log): Lsn {
  if (log.slot === SLOTS) flushLog(log)
  log.slot += 1
  return makeLsn(log.vlf, log.block, log.slot)
}

/** A commit ends its block: what follows it begins another. */
export function flushLog(log: Log): void {
  log.block += Math.max(1, Math.ceil(log.slot / RECORDS_PER_SECTOR))
  log.slot = 0
  if (log.block <= LAST_BLOCK) return
  log.vlf += 1
  log.block = FIRST_BLOCK
}

/** Where the next record will be. */
export const logEnd = ({ vlf, block, slot }: Log): Lsn => makeLsn(vlf, block, slot + 1)

export function nextTransactionId(log: Log): bigint {
  log.lastTransactionId += 1n
  return log.lastTransactionId
}
