import { SqlError } from '../tds/errors.ts'
import { type CaptureJob, type Cdc, freezeCdc } from './cdc-state.ts'
import { type Log, makeLog } from './log.ts'
import type { Table } from './table.ts'

/** A row of msdb.dbo.restorehistory. */
export type Restore = { at: string; id: number }

/** All that a backup of the database holds, and what a restore brings back. */
export type DatabaseState = {
  tables: Table[]
  log: Log
  cdc: Cdc | undefined
  lastObjectId: number
  lastRowversion: bigint
  /** Counts commits: a snapshot sees those up to its own. */
  seq: number
  allowsSnapshots: boolean
}

/** What belongs to the server, not to the database, and no backup holds. */
export type ServerState = {
  job: CaptureJob
  cleanupJobExists: boolean
  restores: Restore[]
  recoveryFork: string
  maxTextBytes: number
  version: string
  /** Of SERVERPROPERTY('EngineEdition'). */
  edition: number
  collation: string
}

export const emptyState = (allowsSnapshots: boolean): DatabaseState => ({
  tables: [],
  log: makeLog(),
  cdc: undefined,
  lastObjectId: 1_205_579_000,
  lastRowversion: 2000n,
  seq: 0,
  allowsSnapshots,
})

/** Rows are never changed in place, so that a copy of their map is a copy of the table. */
export function copyState(state: DatabaseState): DatabaseState {
  return {
    ...state,
    tables: state.tables.map(table => ({
      ...table,
      columns: [...table.columns],
      indexes: [...table.indexes],
      partitions: [...table.partitions],
      rows: new Map([...table.rows].filter(([, { row }]) => row !== undefined)),
    })),
    log: { ...state.log, unread: [...state.log.unread] },
    cdc: state.cdc && freezeCdc(state.cdc),
  }
}

export function findTable(state: DatabaseState, name: string): Table | undefined {
  const [table = '', schema = 'dbo'] = name.toLowerCase().split('.').reverse()
  return state.tables.find(own => own.name.toLowerCase() === table && own.schema.toLowerCase() === schema)
}

export function tableNamed(state: DatabaseState, name: string): Table {
  const table = findTable(state, name)
  if (table) return table
  throw new SqlError(208, `Invalid object name '${name}'.`)
}

/** Numbers of objects are never used again. */
export function nextObjectId(state: DatabaseState): number {
  state.lastObjectId += 16_000_007
  if (state.lastObjectId > 2_147_483_647) state.lastObjectId -= 2_147_000_000
  return state.lastObjectId
}

export function requireCdc({ cdc }: DatabaseState): Cdc {
  if (cdc) return cdc
  throw new SqlError(22_901, 'The database is not enabled for Change Data Capture.')
}
