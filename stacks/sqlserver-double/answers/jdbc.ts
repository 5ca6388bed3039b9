import type { Answer } from '../tds/answer.ts'
import type { Value } from '../tds/types.ts'
import { readJdbcColumns } from './jdbc-columns.ts'
import { asSent, likePattern, requireDatabase } from './jdbc-text.ts'
import type { Asked, Recogniser } from './registry.ts'
import { tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

const VERSION = 'Microsoft SQL Server 2022 (a double of it)'
const COLUMN_NAMES = { TABLE_QUALIFIER: 'sysname', TABLE_OWNER: 'sysname', TABLE_NAME: 'sysname not null' }

/** What Microsoft's JDBC driver 12.4 sends of itself, besides the settings and the probe of all drivers. */
export const jdbcStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'jdbc: version',
    text: 'SELECT @@VERSION',
    answer: () => [tableOf({ '': 'nvarchar(300)' }, [[VERSION]])],
  },
  {
    name: 'jdbc: edition',
    text: "SELECT CAST(SERVERPROPERTY('EngineEdition') as INT)",
    answer: () => [tableOf({ '': 'int' }, [[3]])],
  },
  {
    name: 'jdbc: commit',
    text: 'IF @@TRANCOUNT > 0 COMMIT TRAN',
    answer: ({ session }) => (session.depth > 0 ? session.commit() : []),
  },
  {
    name: 'jdbc: roll back',
    text: 'IF @@TRANCOUNT > 0 ROLLBACK TRAN',
    answer: ({ session }) => (session.depth > 0 ? session.rollback() : []),
  },
  {
    name: 'jdbc: save',
    text: 'IF @@TRANCOUNT = 0 BEGIN BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN END SAVE TRAN {savepoint}',
    answer({ session }) {
      const began = session.depth === 0 ? session.begin() : []
      session.transaction?.save()
      return began
    },
  },
  {
    name: 'jdbc: roll back to a savepoint',
    text: 'IF @@TRANCOUNT > 0 ROLLBACK TRAN {savepoint}',
    answer({ session: { transaction, database } }) {
      // All locks that it holds came after the savepoint, with which it began.
      if (transaction) database.locks.release(transaction)
      return []
    },
  },
  { name: 'jdbc: tables', text: asSent('EXEC sp_tables ?, ?, ?, ?'), answer: readTables },
  { name: 'jdbc: columns', ...readJdbcColumns },
  { name: 'jdbc: primary key', text: asSent('EXEC sp_pkeys ?, ?, ?'), answer: readPrimaryKey },
]

function readTables({ session: { database }, parameter }: Asked<DoubleSession>): Answer {
  requireDatabase(database, parameter('P2'))
  const [table, schema] = [likePattern(parameter('P0')), likePattern(parameter('P1'))]
  const types = String(parameter('P3'))
  const rows = database.state.tables
    .filter(own => table.test(own.name) && schema.test(own.schema))
    .map(({ schema, name, kind }): Value[] => [database.name, schema, name, kind.toUpperCase(), null])
    .filter(([, , , kind]) => types.includes(`'${kind}'`))
  return [tableOf({ ...COLUMN_NAMES, TABLE_TYPE: 'varchar(32)', REMARKS: 'varchar(254)' }, rows)]
}

function readPrimaryKey({ session, parameter }: Asked<DoubleSession>): Answer {
  requireDatabase(session.database, parameter('P2'))
  const { schema, name, indexes, columns } = session.view().table(`${parameter('P1')}.${parameter('P0')}`)
  const primary = indexes.find(({ isPrimary }) => isPrimary)
  const nameOf = (columnId: number) => columns.find(({ id }) => id === columnId)?.name ?? null
  const rows = (primary?.columnIds ?? []).map((id, index): Value[] => [
    ...[session.database.name, schema, name, nameOf(id), index + 1, primary?.name ?? null],
  ])
  const types = { ...COLUMN_NAMES, COLUMN_NAME: 'sysname not null', KEY_SEQ: 'smallint', PK_NAME: 'sysname' }
  return [tableOf(types, rows)]
}
