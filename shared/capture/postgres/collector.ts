import { commitOf, makePosition, ordinalOf, type Position } from '../../bus/index.ts'
import { type SourceTable, takenColumns } from '../../config/index.ts'
import {
  END_ORDINAL,
  ORDINALS_PER_CHANGE,
  type RawChange,
  type RawRow,
  READ_ORDINAL,
  rawKeyOf,
} from '../admission.ts'
import { makeMovedKeys } from './moved-keys.ts'
import { makePgoutputDecoder, type PgMessage, type Relation } from './pgoutput.ts'
import { type Epoch, epochAt, type LastCommit } from './progress.ts'
import type { Visibility } from './visibility.ts'

/** A table as the stream describes it. */
export type Streamed = {
  table: SourceTable
  /** Whether its key is checked at a transaction's end only. */
  isDeferrable: boolean
  /**
   * Whether its rows are in partitions. Each logs as much of an old row as its own replica identity says; the stream sends
   * it as the whole table's, with nulls for unknown values.
   */
  isPartitioned: boolean
  /** Changes before it can be dropped: the table is read from there on. */
  readFrom: bigint
}

/** Rows that were read from a table, and the progress of that reading. */
export type Chunk = {
  rows: RawRow<string>[]
  /** The snapshot of the statement that read them, and an LSN after everything that it saw. */
  visibility: Visibility
  behind: bigint
  /** The source's clock before it, ISO 8601. */
  at: string
  step: ReadStep
}

/** The progress of a table's reading, once the rows before it are on the bus. */
export type ReadStep = {
  table: SourceTable
  rows: number
  /** After the rows, once they have their positions. */
  end?: { position: Position; at: string } | undefined
} & (
  | {
      kind: 'part'
      part: string
      /** The last row's place in the index that is read along; null at the end. */
      after: string[] | null
    }
  | { kind: 'owed'; keys: OwedKey[] }
)

/** A row that the log has only in part: it is read from the source. `number` tells one such request from the next. */
export type OwedKey = { key: string; values: string[]; number: number }

export type Taken = {
  /** Changes and steps in their order. */
  entries: (RawChange | ReadStep)[]
  /** The place in the log that is reached once they are written. */
  reachedLsn: bigint
  lastCommit: LastCommit | undefined
  /** Keys by table of the rows still to be read from the source. */
  owed: Record<string, string[][]>
}

export const isStep = (entry: RawChange | ReadStep): entry is ReadStep => 'kind' in entry

/** A table's values did not come as declared: only reading it again can fix that. */
export class ReadAgainError extends Error {
  override readonly name = 'ReadAgainError'
  readonly table: string
  constructor(table: string, because: string) {
    super(`table ${table} is read again: ${because}`)
    this.table = table
  }
}

/** The log no longer holds what was read from it. */
export class OtherLogError extends Error {
  override readonly name = 'OtherLogError'
}

const OTHER_LOG = 'its log is not the one that was read: the database was restored from a copy'

/** Changes appended in one transaction. */
const MAX_BATCH = 5000

/** While a chunk is being read: whose rows the stream changes meanwhile, by key, and in which transactions. */
type Window = {
  table: SourceTable
  touched: Map<string, number[]>
  truncatedBy: number[]
  /** Transactions that came before it and need not have ended for everybody. */
  before: number[]
  chunk?: Chunk
  /** Once it is read: other keys need not be remembered, however long a transaction is. */
  keys?: Set<string>
  placed: PromiseWithResolvers<void>
}

export type Collector = ReturnType<typeof makeCollector>

/**
 * Gathers the stream's messages into changes with positions, leaving out what was appended before a restart, and puts
 * the rows that are read meanwhile where they belong: after every transaction that they saw, without those that a
 * later one has changed. So each key's changes come in the order of the log, whether read or streamed.
 */
export function makeCollector(options: {
  /** By the number under which their changes come. */
  tables: Map<string, Streamed>
  epochs: Epoch[]
  /** Where the stream begins: what comes before it was confirmed. */
  startLsn: bigint
  /** The last change that is on the bus. */
  last: Position | undefined
  lastCommit: LastCommit | undefined
  owed: Record<string, string[][]>
}) {
  const { tables, epochs, last, lastCommit } = options
  const decode = makePgoutputDecoder()
  const moved = makeMovedKeys()
  const windows = new Set<Window>()
  const waiters = new Set<{ lsn: bigint; resolve: () => void }>()
  let entries: Taken['entries'] = []
  let reachedLsn = options.startLsn
  let current: { commitLsn: bigint; committedAt: string; xid: number; count: number } | undefined
  let newest = lastCommit
  let place = placeOf(last)
  /** Transactions that the stream has sent and that may not be visible to everybody yet. */
  let recent: number[] = []
  let isProven = lastCommit === undefined || lastCommit.lsn < options.startLsn
  const owed = makeOwed(
    [...tables.values()].map(({ table }) => table),
    options.owed,
  )

  const begin = ({ commitLsn, committedAt, xid }: PgMessage & { kind: 'begin' }) => {
    for (const window of windows) if (window.chunk && window.chunk.behind <= commitLsn) put(window)
    if (!isProven && lastCommit) {
      const isSame = commitLsn === lastCommit.lsn && committedAt === lastCommit.at
      if (!isSame && commitLsn >= lastCommit.lsn) throw new OtherLogError(OTHER_LOG)
      isProven = isSame
    }
    current = { commitLsn, committedAt, xid, count: 0 }
    recent.push(xid)
    moved.clear()
  }

  /** Rows that were read, after everything that they saw. */
  const put = (window: Window) => {
    const { chunk, table, touched, truncatedBy } = window
    if (!chunk) return
    windows.delete(window)
    const isUnseen = (xids: number[]) => xids.some(xid => !chunk.visibility.sees(xid))
    const rows = isUnseen(truncatedBy)
      ? []
      : chunk.rows.filter(row => !isUnseen(touched.get(rawKeyOf(table, row)) ?? []))
    const commit = [chunk.behind - 1n, newest?.lsn ?? 0n, place.commit].reduce((a, b) => (a > b ? a : b))
    if (commit > place.commit) place = { commit, next: READ_ORDINAL }
    const epoch = epochAt(epochs, commit)
    for (const after of rows)
      entries.push({
        table,
        op: 'r',
        after,
        position: makePosition(epoch, commit, place.next++),
        changedAt: chunk.at,
      })
    entries.push({ ...chunk.step, end: { position: makePosition(epoch, commit, END_ORDINAL), at: chunk.at } })
    window.placed.resolve()
  }

  const touch = (table: SourceTable, xid: number, change: Pick<RawChange, 'op' | 'before' | 'after'>) => {
    for (const window of windows) {
      if (window.table !== table) continue
      if (change.op === 't') window.truncatedBy.push(xid)
      for (const row of [change.before, change.after]) {
        if (!row) continue
        const key = rawKeyOf(table, row)
        if (window.keys && !window.keys.has(key)) continue
        const xids = window.touched.get(key)
        if (!xids) window.touched.set(key, [xid])
        else if (xids.at(-1) !== xid) xids.push(xid)
      }
    }
  }

  const add = (relation: Relation, change: Pick<RawChange, 'op' | 'before' | 'after'>) => {
    if (!current) throw new Error('a change outside a transaction')
    const { commitLsn, committedAt, xid, count } = current
    const position = makePosition(epochAt(epochs, commitLsn), commitLsn, count * ORDINALS_PER_CHANGE)
    current.count += 1
    const streamed = tables.get(String(relation.id))
    if (!streamed) return
    const { table, isDeferrable, isPartitioned } = streamed
    if (change.op !== 't' && lacks(relation, streamed)) return
    touch(table, xid, change)
    const before = isPartitioned ? change.before && keyOnly(table, change.before) : change.before
    const complete: RawChange = { ...change, before, table, position, changedAt: committedAt }
    const { change: left, unsure } = isDeferrable
      ? moved.follow(complete)
      : { change: complete, unsure: undefined }
    if (last !== undefined && position <= last) return
    newest = { lsn: commitLsn, at: committedAt }
    if (unsure) owed.add(table, unsure)
    if (!left) return
    if (isWhole(left)) entries.push(left)
    else {
      if (left.after) owed.add(table, left.after)
      if (left.before && left.after && rawKeyOf(table, left.before) !== rawKeyOf(table, left.after))
        entries.push({ ...left, op: 'd', after: undefined })
    }
  }

  /** Whether a change lacks captured columns, which a later reading supplies. */
  const lacks = (relation: Relation, { table, readFrom }: Streamed): boolean => {
    const missing = takenColumns(table).flatMap(([name]) => (relation.columns.includes(name) ? [] : [name]))
    if (missing.length === 0) return false
    if (current && current.commitLsn < readFrom) return true
    throw new ReadAgainError(table.name, `its changes came without column ${missing.join(', ')}`)
  }

  const apply = (message: PgMessage) => {
    switch (message.kind) {
      case 'begin':
        return begin(message)
      case 'commit':
        current = undefined
        return advance(message.endLsn)
      case 'insert':
        return add(message.relation, { op: 'c', after: message.after })
      case 'update':
        return add(message.relation, { op: 'u', before: message.before, after: message.after })
      case 'delete':
        return add(message.relation, { op: 'd', before: message.before })
      case 'truncate':
        for (const relation of message.relations) add(relation, { op: 't' })
    }
  }

  const advance = (lsn: bigint) => {
    if (lsn > reachedLsn) reachedLsn = lsn
    for (const window of windows) if (window.chunk && window.chunk.behind <= reachedLsn) put(window)
    for (const waiter of waiters)
      if (waiter.lsn <= reachedLsn) {
        waiters.delete(waiter)
        waiter.resolve()
      }
  }

  return {
    take: (message: Buffer) => apply(decode(message)),
    /** Everything before `lsn` has been sent. */
    reached(lsn: bigint) {
      if (current) return
      if (!isProven && lastCommit && lsn > lastCommit.lsn) throw new OtherLogError(OTHER_LOG)
      advance(lsn)
    },
    owed,
    /** Resolves once the stream has sent everything before `lsn`. */
    whenReached(lsn: bigint): Promise<void> {
      if (lsn <= reachedLsn) return Promise.resolve()
      return new Promise(resolve => waiters.add({ lsn, resolve }))
    },
    waiting: () => entries.length,
    /** What a statement sees now: earlier changes need not be remembered. */
    seen(visibility: Visibility) {
      recent = recent.filter(xid => !visibility.sees(xid))
    },

    /** To be called before rows of a table are read: from here on their changes are remembered. */
    openWindow(table: SourceTable): Window {
      const window: Window = {
        table,
        touched: new Map(),
        truncatedBy: [],
        before: [...recent],
        placed: Promise.withResolvers(),
      }
      windows.add(window)
      return window
    },
    closeWindow: (window: Window) => void windows.delete(window),
    /**
     * Puts what was read where it belongs, once the stream has come that far.
     * @returns false where it missed a transaction that the stream has already sent: it must be read again
     */
    fillWindow(window: Window, chunk: Chunk): boolean {
      if (window.before.some(xid => !chunk.visibility.sees(xid))) {
        windows.delete(window)
        return false
      }
      window.chunk = chunk
      window.keys = new Set(chunk.rows.map(row => rawKeyOf(window.table, row)))
      if (!current && chunk.behind <= reachedLsn) put(window)
      return true
    },

    /** The next entries, and the place in the log that is reached once they are written. */
    next(): Taken {
      const taken = entries.length <= MAX_BATCH ? entries : entries.slice(0, MAX_BATCH)
      entries = entries.length <= MAX_BATCH ? [] : entries.slice(MAX_BATCH)
      if (entries.length === 0 && !current)
        return { entries: taken, reachedLsn, lastCommit: newest, owed: owed.list() }
      // While a transaction is still arriving, only what precedes its commit may be released.
      const lastTaken = taken.findLast(entry => !isStep(entry)) as RawChange | undefined
      return {
        entries: taken,
        reachedLsn: lastTaken ? commitOf(lastTaken.position) : 0n,
        lastCommit: undefined,
        owed: owed.list(),
      }
    },
  }
}

function placeOf(position: Position | undefined): { commit: bigint; next: number } {
  if (position === undefined) return { commit: 0n, next: READ_ORDINAL }
  return { commit: commitOf(position), next: Math.max(READ_ORDINAL, ordinalOf(position) + 1) }
}

function keyOnly(table: SourceTable, row: RawRow<string>): RawRow<string> {
  return new Map(table.key.map(name => [name, row.get(name)]))
}

/** Whether all of a row's values are known: one that did not change and is stored apart is not sent again. */
function isWhole({ before, after }: RawChange): boolean {
  if (!after) return true
  for (const [name, value] of after) if (value === undefined && before?.get(name) === undefined) return false
  return true
}

/** The rows to be read from the source. */
function makeOwed(tables: SourceTable[], owedBefore: Record<string, string[][]>) {
  const byTable = new Map<SourceTable, Map<string, OwedKey>>()
  const asked = new Set<number>()
  let number = 0
  const put = (table: SourceTable, values: string[]) => {
    const keys = byTable.get(table) ?? new Map<string, OwedKey>()
    byTable.set(table, keys)
    const key = JSON.stringify(values)
    keys.set(key, { key, values, number: number++ })
  }
  for (const table of tables) for (const values of owedBefore[table.name] ?? []) put(table, values)
  return {
    add: (table: SourceTable, row: RawRow<string>) =>
      put(
        table,
        table.key.map(name => row.get(name) ?? ''),
      ),
    /** Some that were not requested yet, of one table. */
    next(limit: number): { table: SourceTable; keys: OwedKey[] } | undefined {
      for (const [table, owed] of byTable) {
        const keys = [...owed.values()].filter(({ number }) => !asked.has(number)).slice(0, limit)
        for (const { number } of keys) asked.add(number)
        if (keys.length > 0) return { table, keys }
      }
      return undefined
    },
    /** They are on the bus; one that was requested again since stays. */
    paid(table: SourceTable, keys: OwedKey[]) {
      const owed = byTable.get(table)
      for (const { key, number } of keys) {
        asked.delete(number)
        if (owed?.get(key)?.number === number) owed.delete(key)
      }
    },
    list: (): Record<string, string[][]> =>
      Object.fromEntries(
        [...byTable]
          .filter(([, keys]) => keys.size > 0)
          .map(([table, keys]) => [table.name, [...keys.values()].map(({ values }) => values)]),
      ),
  }
}
