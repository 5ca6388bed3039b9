export type { Recogniser } from './answers/registry.ts'
export type { Denied, DoubleSession } from './answers/session.ts'
export { type Clock, type CountedClock, makeCountedClock, systemClock } from './database/clock.ts'
export {
  type Backup,
  type Database,
  type DatabaseOptions,
  makeDatabase,
  makeSecondary,
  type Readable,
  type Secondary,
} from './database/database.ts'
export type { Lsn } from './database/lsn.ts'
export type { Change } from './database/statement.ts'
export type { ColumnDefinition, RowObject, TableDefinition } from './database/table.ts'
export type { Commit, Statement, Transaction } from './database/transaction.ts'
export { type DoubleOptions, type ServedDouble, serveDouble } from './serve.ts'
