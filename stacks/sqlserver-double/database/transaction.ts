import { SqlError } from '../tds/errors.ts'
import type { Isolation } from '../tds/requests.ts'
import { instancesOf } from './cdc-state.ts'
import type { Clock } from './clock.ts'
import type { Locks } from './locks.ts'
import { flushLog, type LoggedChange, type LoggedDdl, nextTransactionId, writeRecord } from './log.ts'
import { type Lsn, NO_LSN } from './lsn.ts'
import { logStatement } from './records.ts'
import { type DatabaseState, type ServerState, tableNamed } from './state.ts'
import { type Change, type RowChange, requireUnique, resolveChange, type VisibleRows } from './statement.ts'
import { cellOf, putRow, type StoredRow, type Table, versionAt } from './table.ts'
import { isMax, isOldLarge } from './values.ts'
import { snapshotView, type View } from './views.ts'

/** One statement: a change, or several rows at once. */
export type Statement = Change | { rows: Change[] }

export type Commit = { lsn: Lsn; at: number }

/** What a transaction needs of the database around it. */
export type Surroundings = {
  name: string
  readonly state: DatabaseState
  clock: Clock
  locks: Locks
  open: Set<Transaction>
  isReadOnly: boolean
  server: ServerState
}

export type Transaction = {
  id: bigint
  isolation: Isolation
  readonly isOpen: boolean
  /** Of the last savepoint; undefined where none has been set. */
  readonly savepointLsn: Lsn | undefined
  /** As of the first read, where the transaction is of SNAPSHOT isolation. */
  view(): View | undefined
  /** @throws SqlError 1222 where another transaction holds the table or the row */
  change(statement: Statement): void
  /** As `change`, but waits for tables that are locked. */
  changeWhenFree(statement: Statement): Promise<void>
  /** Logs what only DDL does. */
  logDdl(record: Omit<LoggedDdl, 'kind' | 'lsn'>): void
  save(): Lsn
  commit(options?: { at?: number | undefined }): Commit
  rollback(): void
}

export function beginTransaction(around: Surroundings, isolation: Isolation = 'read committed'): Transaction {
  const { state, locks, clock } = around
  const pending = new Map<Table, Map<string, StoredRow | undefined>>()
  const records: (LoggedChange | LoggedDdl)[] = []
  const beganAt = clock.now()
  let beginLsn: Lsn | undefined
  let savepointLsn: Lsn | undefined
  let view: View | undefined
  let command = 0
  let isOpen = true

  const requireOpen = () => {
    if (!isOpen) throw new SqlError(3902, 'The transaction is over.')
  }
  const write = () => {
    if (around.isReadOnly)
      throw new SqlError(
        3906,
        `Failed to update database "${around.name}" because the database is read-only.`,
      )
    // A transaction begins in the log with its first record, not before.
    beginLsn ??= writeRecord(state.log)
    return writeRecord(state.log)
  }
  const visible: VisibleRows = {
    get(table, key) {
      const own = pending.get(table)
      return own?.has(key) ? own.get(key) : versionAt(table.rows.get(key), state.seq)
    },
    *entries(table) {
      const own = pending.get(table)
      for (const [key, version] of table.rows) {
        const row = own?.has(key) ? undefined : versionAt(version, state.seq)
        if (row) yield [key, row]
      }
      for (const [key, row] of own ?? []) if (row) yield [key, row]
    },
  }
  const nextRowversion = () => {
    state.lastRowversion += 1n
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(state.lastRowversion)
    return bytes
  }
  const rowsOfTable = (table: Table) => {
    const own = pending.get(table) ?? new Map<string, StoredRow | undefined>()
    pending.set(table, own)
    return own
  }
  const run = (changes: readonly Change[]) => {
    const resolved = changes
      .map(change => resolveChange(tableNamed(state, change.table), change, visible, nextRowversion))
      .filter(change => change !== undefined)
    for (const change of resolved) requireUnlocked(around, transaction, change)
    for (const change of resolved) requireReplicable(around, change)
    requireUnique(resolved, visible)
    command += 1
    // What a statement's rows leave is put first: another of its rows may come to the same place.
    for (const { table, beforeKey } of resolved)
      if (beforeKey !== undefined) rowsOfTable(table).set(beforeKey, undefined)
    for (const { table, afterKey, after } of resolved)
      if (afterKey !== undefined) rowsOfTable(table).set(afterKey, after)
    for (const { table, kind, before, after } of logStatement(resolved))
      records.push({ kind, before, after, lsn: write(), command, tableId: table.objectId })
  }
  const finish = () => {
    isOpen = false
    around.open.delete(transaction)
    locks.release(transaction)
  }

  const transaction: Transaction = {
    id: nextTransactionId(state.log),
    isolation,
    get isOpen() {
      return isOpen
    },
    get savepointLsn() {
      return savepointLsn
    },
    view() {
      requireOpen()
      if (isolation === 'snapshot') view ??= snapshotView(around.state, around.name)
      return view
    },
    change(statement) {
      requireOpen()
      const changes = rowsOf(statement)
      for (const { table } of changes) locks.lockNow(tableNamed(state, table).objectId, transaction, 'intent')
      run(changes)
    },
    async changeWhenFree(statement) {
      const changes = rowsOf(statement)
      for (const { table } of changes)
        await locks.lock(tableNamed(state, table).objectId, transaction, 'intent')
      requireOpen()
      run(changes)
    },
    logDdl(record) {
      requireOpen()
      records.push({ kind: 'ddl', lsn: write(), ...record })
    },
    save() {
      requireOpen()
      savepointLsn = write()
      return savepointLsn
    },
    commit({ at } = {}) {
      requireOpen()
      const committedAt = at ?? clock.now()
      const commitLsn = beginLsn === undefined ? undefined : writeRecord(state.log)
      if (pending.size > 0) applyRows(around, pending)
      if (commitLsn !== undefined) {
        flushLog(state.log)
        if (state.cdc && records.length > 0)
          state.log.unread.push({
            ...{
              id: transaction.id,
              beginLsn: beginLsn ?? commitLsn,
              beganAt: Math.min(beganAt, committedAt),
            },
            ...{ commitLsn, committedAt, records },
          })
      }
      finish()
      return { lsn: commitLsn ?? NO_LSN, at: committedAt }
    },
    rollback() {
      // A lock that it waited for may have been granted when its connection was cut.
      if (!isOpen) return locks.release(transaction)
      if (beginLsn !== undefined) writeRecord(state.log)
      finish()
    },
  }
  around.open.add(transaction)
  return transaction
}

const rowsOf = (statement: Statement) => ('rows' in statement ? statement.rows : [statement])

/** Rows of which another open transaction has changed one: there, who comes second waits. */
const rowOwners = new WeakMap<Transaction, Set<string>>()

function requireUnlocked(
  { open }: Surroundings,
  transaction: Transaction,
  { table, beforeKey, afterKey }: RowChange,
) {
  const places = [beforeKey, afterKey].filter(key => key !== undefined).map(key => `${table.objectId} ${key}`)
  for (const other of open) {
    if (other === transaction) continue
    const owned = rowOwners.get(other)
    if (places.some(place => owned?.has(place)))
      throw new SqlError(
        1222,
        'Lock request time out period exceeded: another transaction has changed the row.',
      )
  }
  const own = rowOwners.get(transaction) ?? new Set()
  for (const place of places) own.add(place)
  rowOwners.set(transaction, own)
}

/** A long value makes the application's own statement fail, where its table is captured. */
function requireReplicable({ state, server }: Surroundings, { table, before, after }: RowChange): void {
  const { maxTextBytes } = server
  if (!after || maxTextBytes < 0 || instancesOf(state.cdc, table).length === 0) return
  for (const { id, type } of table.columns) {
    const value = cellOf(after, id)
    if (value === null || value === before?.[id - 1] || !(isMax(type) || isOldLarge(type))) continue
    const bytes = Buffer.isBuffer(value)
      ? value.length
      : String(value).length * (type.name.startsWith('n') ? 2 : 1)
    if (bytes > maxTextBytes)
      throw new SqlError(
        7139,
        `Length of LOB data (${bytes}) to be replicated exceeds configured maximum ${maxTextBytes}.`,
      )
  }
}

function applyRows(
  { state, open }: Surroundings,
  pending: Map<Table, Map<string, StoredRow | undefined>>,
): void {
  state.seq += 1
  const keepOlder = [...open].some(({ isolation }) => isolation === 'snapshot')
  for (const [table, rows] of pending) {
    for (const [key, row] of rows) putRow(table, key, row, { seq: state.seq, keepOlder })
  }
}
