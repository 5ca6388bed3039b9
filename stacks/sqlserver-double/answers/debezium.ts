import { utcDateTime2 } from '../database/clock.ts'
import { lsnWithColons } from '../database/lsn.ts'
import type { Answer } from '../tds/answer.ts'
import { writeOffset } from '../tds/times.ts'
import type { Value } from '../tds/types.ts'
import { helpJobs } from './capture-server.ts'
import { debeziumChanges } from './debezium-changes.ts'
import { compileSelected } from './evaluate.ts'
import { asSent, requireDatabase } from './jdbc-text.ts'
import { parseSelected } from './parse-expression.ts'
import type { Asked, Recogniser } from './registry.ts'
import { map, tableOf, tableScope } from './rows.ts'
import type { DoubleSession } from './session.ts'

/**
 * What Debezium's SQL Server connector 3.6.1 sends besides what its driver does (see jdbc.ts), with the settings that
 * `npm run debezium` prints.
 */
export const debeziumStatements: Recogniser<DoubleSession>[] = [
  ...debeziumChanges,
  {
    name: 'debezium: database name',
    text: asSent('SELECT name FROM sys.databases WHERE name = ?'),
    answer({ session: { database }, parameter }) {
      const isIt = String(parameter('P0')).toLowerCase() === database.name.toLowerCase()
      return [tableOf({ name: 'sysname not null' }, isIt ? [[database.name]] : [])]
    },
  },
  {
    name: 'debezium: access to cdc',
    text: 'EXEC {database}.sys.sp_cdc_help_change_data_capture',
    answer({ holes, session }) {
      requireDatabase(session.database, holes.database)
      session.requireExecute('sys.sp_cdc_help_change_data_capture')
      const { tables } = session.database.state
      const rows = session
        .view()
        .cdc()
        .instances.map((instance): Value[] => {
          const source = tables.find(({ objectId }) => objectId === instance.sourceObjectId)
          return [source?.schema ?? null, source?.name ?? null, instance.name, instance.objectId]
        })
      const names = { source_schema: 'sysname', source_table: 'sysname', capture_instance: 'sysname' }
      return [tableOf({ ...names, object_id: 'int' }, rows)]
    },
  },
  {
    name: 'debezium: jobs',
    text: 'EXEC sys.sp_cdc_help_jobs',
    answer: ({ session }) => helpJobs(session),
  },
  {
    name: 'debezium: last scan',
    text: 'SELECT TOP 1 start_lsn from sys.dm_cdc_log_scan_sessions ORDER BY session_id DESC',
    answer({ session }) {
      session.requireDatabaseState()
      const last = session.database.server.job.sessions.at(-1)
      return [tableOf({ start_lsn: 'nvarchar(23)' }, last ? [[lsnWithColons(last.startLsn)]] : [])]
    },
  },
  {
    name: 'debezium: clock',
    text: 'SELECT SYSDATETIMEOFFSET()',
    answer({ session: { database } }) {
      const { clock } = database
      const at = clock.now()
      const minutes = clock.utcOffset(at)
      const local = utcDateTime2(at + minutes * 60_000) + writeOffset(minutes)
      return [tableOf({ '': 'datetimeoffset(7)' }, [[local]])]
    },
  },
  {
    name: 'debezium: lock',
    text: 'SELECT TOP(0) * FROM {database}.{schema}.{table} WITH (TABLOCKX)',
    answer: lockTable,
  },
  {
    name: 'debezium: snapshot',
    text: 'SELECT {columns:list} FROM {database}.{schema}.{table}',
    answer({ holes, session, parameter }) {
      requireDatabase(session.database, holes.database)
      const view = session.view()
      const table = view.table(`${holes.schema}.${holes.table}`)
      const selected = parseSelected(holes.columns ?? '')
      session.requireSelect(
        table,
        selected.map(({ name }) => name),
      )
      const { columns, read } = compileSelected(selected, tableScope(table), parameter)
      return [{ columns, rows: map(view.rows(table), read) }]
    },
  },
  {
    name: 'debezium: heartbeat',
    text: 'update dbo.cordage_heartbeat set at = sysutcdatetime()',
    answer: beat,
  },
]

/**
 * Debezium's lock is exclusive; the double's holds off those that change rows, and not those that read them. It is let go
 * with the savepoint before it.
 */
async function* lockTable({ holes, session, signal }: Asked<DoubleSession>): Answer {
  requireDatabase(session.database, holes.database)
  const table = session.view().table(`${holes.schema}.${holes.table}`)
  session.requireSelect(table)
  if (session.depth === 0) session.begin()
  if (session.transaction)
    await session.database.locks.lock(
      table.objectId,
      session.transaction,
      'shared',
      session.lockTimeoutMs,
      signal,
    )
  yield { columns: table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })), rows: [] }
}

async function* beat({ session }: Asked<DoubleSession>): Answer {
  const { database } = session
  const table = session.view().table('dbo.cordage_heartbeat')
  const ids = [...session.view().rows(table)].map(([id]) => id ?? null)
  const at = utcDateTime2(database.clock.now())
  const transaction = database.begin()
  if (ids.length > 0)
    await transaction.changeWhenFree({
      rows: ids.map(id => ({ table: 'dbo.cordage_heartbeat', op: 'update', row: { id, at } })),
    })
  transaction.commit()
  yield { changed: ids.length }
}
