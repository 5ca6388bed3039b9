import { SqlError } from '../tds/errors.ts'
import type { Isolation } from '../tds/requests.ts'
import { scanLog, writeEmptyEntry } from './capture-job.ts'
import type { CaptureInstance, LsnTime } from './cdc-state.ts'
import type { CaptureHabits } from './change-rows.ts'
import { type Clock, localDateTime, makeCountedClock } from './clock.ts'
import { type Ddl, makeDdl } from './ddl.ts'
import {
  type CleanUp,
  cleanUp,
  disableDatabase,
  disableTable,
  type EnableTable,
  enableDatabase,
  enableTable,
} from './instances.ts'
import { type Locks, makeLocks } from './locks.ts'
import { logEnd } from './log.ts'
import type { Lsn } from './lsn.ts'
import { copyState, type DatabaseState, emptyState, type ServerState, tableNamed } from './state.ts'
import { type RowObject, type Table, toObject } from './table.ts'
import {
  beginTransaction,
  type Commit,
  type Statement,
  type Surroundings,
  type Transaction,
} from './transaction.ts'
import { liveView, type View } from './views.ts'

export type DatabaseOptions = {
  name: string
  clock?: Clock
  /** ALLOW_SNAPSHOT_ISOLATION. */
  allowsSnapshots?: boolean
  /** `max text repl size (B)`. */
  maxTextBytes?: number
  version?: string
  /** Of SERVERPROPERTY('EngineEdition'); 3 is Enterprise. */
  edition?: number
  /** By its name only: texts are compared and sent as those of the default are. */
  collation?: string
  habits?: Partial<CaptureHabits>
}

/** What sessions read of a database: a primary's, or a secondary's. */
export type Readable = {
  name: string
  clock: Clock
  locks: Locks
  server: ServerState
  isReadOnly: boolean
  readonly state: DatabaseState
  view(): View
  begin(isolation?: Isolation): Transaction
  /** Called when all connections are cut. @returns what ends the calls */
  onCut(cut: () => void): () => void
}

export type Backup = { state: DatabaseState }

/** A database in memory. Nothing in it happens by itself: the capture job reads the log when `scan` is called. */
export type Database = Readable & {
  ddl: Ddl
  table(name: string): Table
  /** The rows of a table, as of the last commit. */
  rows(table: string): RowObject[]
  /** One transaction. @throws SqlError 1222 where a table is locked */
  commit(statements: readonly Statement[], options?: { at?: number }): Commit
  /** As `commit`, once the tables are free. */
  commitWhenFree(statements: readonly Statement[], options?: { at?: number }): Promise<Commit>
  logEnd(): Lsn
  enableCdc(): void
  disableCdc(): void
  enableTable(options: EnableTable): CaptureInstance
  disableTable(captureInstance: string, options?: { leaveDdlHistory?: boolean }): void
  scan(options?: { maxTransactions?: number }): number
  /** Writes an entry of cdc.lsn_time_mapping without changes. */
  writeEmptyEntry(): LsnTime
  /** sp_cdc_stop_job, sp_cdc_start_job, sp_cdc_add_job; `die` stops the job with an error. */
  job: { stop(): void; start(): void; add(): void; die(error: { number: number; message: string }): void }
  cleanUp(options: CleanUp): void
  /** Connections are cut, transactions rolled back, and the new primary has no jobs until they are added. */
  failOver(): void
  backUp(): Backup
  /** The database becomes what it was; another recovery fork begins. Without `keepCdc` CDC is gone. */
  restore(backup: Backup, options?: { keepCdc?: boolean }): void
  allowSnapshots(allowed: boolean): void
}

const firstFork = '5A1C0B52-9C4E-4A1B-8C3A-0000000000'

export function makeDatabase(options: DatabaseOptions): Database {
  const { name, clock = makeCountedClock() } = options
  const cuts = new Set<() => void>()
  let state = emptyState(options.allowsSnapshots ?? true)
  const server: ServerState = {
    job: { exists: false, isRunning: false, sessions: [], errors: [] },
    cleanupJobExists: false,
    restores: [],
    recoveryFork: `${firstFork}01`,
    maxTextBytes: options.maxTextBytes ?? 65_536,
    version: options.version ?? '16.0.4125.3',
    edition: options.edition ?? 3,
    collation: options.collation ?? 'SQL_Latin1_General_CP1_CI_AS',
  }
  const around: Surroundings & { habits: CaptureHabits } = {
    ...{ name, clock, server, locks: makeLocks(), open: new Set<Transaction>(), isReadOnly: false },
    habits: { losesBitsOfDeletes: false, disordersSeqvals: false, ...options.habits },
    get state() {
      return state
    },
  }
  const cutAll = () => {
    for (const transaction of [...around.open]) transaction.rollback()
    for (const cut of cuts) cut()
  }

  return {
    ...{ name, clock, server, locks: around.locks, isReadOnly: false, ddl: makeDdl(around) },
    get state() {
      return state
    },
    view: () => liveView(state),
    begin: isolation => beginTransaction(around, isolation),
    onCut: cut => listenTo(cuts, cut),
    table: table => tableNamed(state, table),
    rows(tableName) {
      const table = tableNamed(state, tableName)
      return [...liveView(state).rows(table)].map(row => toObject(table, row))
    },
    commit(statements, { at } = {}) {
      const transaction = beginTransaction(around)
      try {
        for (const statement of statements) transaction.change(statement)
        return transaction.commit({ at })
      } catch (error) {
        transaction.rollback()
        throw error
      }
    },
    async commitWhenFree(statements, { at } = {}) {
      const transaction = beginTransaction(around)
      try {
        for (const statement of statements) await transaction.changeWhenFree(statement)
        return transaction.commit({ at })
      } catch (error) {
        transaction.rollback()
        throw error
      }
    },
    logEnd: () => logEnd(state.log),
    enableCdc: () => enableDatabase(around),
    disableCdc: () => disableDatabase(around),
    enableTable(enabling) {
      if (around.locks.isHeldByOther(tableNamed(state, enabling.table).objectId))
        throw new SqlError(1222, 'Lock request time out period exceeded.')
      return enableTable(around, enabling)
    },
    disableTable: (captureInstance, disabling) => disableTable(around, captureInstance, disabling),
    scan: scanning => scanLog(around, scanning),
    writeEmptyEntry: () => writeEmptyEntry(around),
    job: {
      stop() {
        server.job.isRunning = false
      },
      start() {
        if (!server.job.exists) throw new SqlError(22_929, 'The capture job does not exist.')
        server.job.isRunning = true
      },
      add() {
        server.job.exists = true
        server.job.isRunning = true
        server.cleanupJobExists = true
      },
      die({ number, message }) {
        const at = localDateTime(clock, clock.now())
        server.job.isRunning = false
        server.job.errors.push({ sessionId: server.job.sessions.at(-1)?.id ?? 1, at, number, message })
      },
    },
    cleanUp: cleaning => cleanUp(around, cleaning),
    failOver() {
      cutAll()
      server.job = { exists: false, isRunning: false, sessions: [], errors: [] }
      server.cleanupJobExists = false
    },
    backUp: () => ({ state: copyState(state) }),
    restore(backup, { keepCdc = true } = {}) {
      cutAll()
      state = copyState(backup.state)
      if (!keepCdc) disableDatabase(around)
      const id = server.restores.length + 1
      server.restores.push({ id, at: localDateTime(clock, clock.now()) })
      server.recoveryFork = `${firstFork}${String(id + 1).padStart(2, '0')}`
    },
    allowSnapshots(allowed) {
      state.allowsSnapshots = allowed
    },
  }
}

function listenTo(cuts: Set<() => void>, cut: () => void): () => void {
  cuts.add(cut)
  return () => cuts.delete(cut)
}

export type Secondary = Readable & {
  /** Takes over what the primary has committed since; until then the secondary lags. */
  catchUp(): void
}

/** A readable secondary of an availability group: all sessions are snapshots, and nothing can be written. */
export function makeSecondary(primary: Database): Secondary {
  const cuts = new Set<() => void>()
  const { name, clock } = primary
  let state = copyState(primary.state)
  // Views of the capture job and of errors are of the server that asks.
  const server: ServerState = {
    ...primary.server,
    job: { exists: false, isRunning: false, sessions: [], errors: [] },
  }
  const around: Surroundings = {
    ...{ name, clock, server, locks: makeLocks(), open: new Set<Transaction>(), isReadOnly: true },
    get state() {
      return state
    },
  }
  return {
    ...{ name, clock, server, locks: around.locks, isReadOnly: true },
    get state() {
      return state
    },
    view: () => liveView(state),
    begin: () => beginTransaction(around, 'snapshot'),
    onCut: cut => listenTo(cuts, cut),
    catchUp() {
      state = copyState(primary.state)
      server.restores = [...primary.server.restores]
      server.recoveryFork = primary.server.recoveryFork
    },
  }
}
