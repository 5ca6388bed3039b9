/** A name in T-SQL: in brackets, whatever is in it. */
export const quoted = (name: string) => `[${name.replaceAll(']', ']]')}]`

/** A statement that is sent to a SQL Server. docs/reference/sqlserver.md is printed from these. */
type Statement<Holes extends unknown[]> = {
  /** When it is sent. */
  when: string
  /** What the login needs for it. */
  right: string
  /** What it costs there. */
  cost: string
  /** What becomes of capture without the right; undefined where it cannot do without. */
  without?: string
  text: (...holes: Holes) => string
}
const define = <Holes extends unknown[]>(statement: Statement<Holes>) => statement

/** `@t0, @t1, …`: as many parameters as there are values. */
const parameters = (letter: string, count: number) =>
  Array.from({ length: count }, (_, i) => `@${letter}${i}`).join(', ')

const ON_CDC = 'SELECT on schema cdc'
const ON_TABLES = 'SELECT on the captured columns'

export const readServer = define({
  when: 'at the start, and by check-source',
  right: 'none',
  cost: 'one row of system views',
  text: () => `select cast(serverproperty('ProductVersion') as nvarchar(128)) as version,
  cast(serverproperty('EngineEdition') as int) as edition, db_name() as database_name, d.is_cdc_enabled,
  d.snapshot_isolation_state, cast(databasepropertyex(db_name(), 'Updateability') as nvarchar(128)) as updateability,
  datepart(tzoffset, sysdatetimeoffset()) as utc_offset, d.collation_name,
  (select cast(c.value_in_use as int) from sys.configurations c where c.name = 'max text repl size (B)') as max_text_bytes
from sys.databases d where d.database_id = db_id()`,
})

export const readTableNames = define({
  when: 'by check-source --propose, for a database without a source file',
  right: 'none: tables that the login may not see are left out',
  cost: 'the tables in system views',
  text: () => `select s.name as schema_name, t.name as table_name from sys.tables t
join sys.schemas s on s.schema_id = t.schema_id
where t.is_ms_shipped = 0 and s.name <> N'cdc' order by s.name, t.name`,
})

export const readColumns = define({
  when: 'at the start, by check-source, and when the source has logged a change of a table',
  right: ON_TABLES,
  cost: "the listed tables' columns in system views",
  text: (
    tables: number,
  ) => `select o.name as table_name, o.object_id, o.type as kind, c.name as column_name, c.column_id,
  t.name as type_name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_computed, c.is_column_set, c.collation_name,
  has_perms_by_name(quotename(s.name) + '.' + quotename(o.name), 'OBJECT', 'SELECT', c.name, 'COLUMN') as may_read
from sys.objects o
join sys.schemas s on s.schema_id = o.schema_id
join sys.columns c on c.object_id = o.object_id
join sys.types t on t.user_type_id = case when c.system_type_id = 240 then c.user_type_id else c.system_type_id end
where s.name = @schema and o.type in ('U', 'V') and o.name in (${parameters('t', tables)})
order by o.object_id, c.column_id`,
})

export const readIndexes = define({
  when: 'with readColumns',
  right: ON_TABLES,
  cost: "the listed tables' indexes in system views",
  text: (tables: number) => `select i.object_id, i.index_id, i.is_primary_key, c.name as column_name
from sys.indexes i
join sys.objects o on o.object_id = i.object_id
join sys.schemas s on s.schema_id = o.schema_id
join sys.index_columns ic on ic.object_id = i.object_id and ic.index_id = i.index_id
join sys.columns c on c.object_id = ic.object_id and c.column_id = ic.column_id
where s.name = @schema and o.name in (${parameters('t', tables)}) and i.is_unique = 1 and i.has_filter = 0
  and i.is_disabled = 0 and ic.key_ordinal > 0
order by i.object_id, i.index_id, ic.key_ordinal`,
})

export const readPartitions = define({
  when: 'with readColumns, and once a minute',
  right: ON_TABLES,
  cost: "the listed tables' partitions in a system view",
  text: (tables: number) => `select p.object_id, p.partition_number, p.partition_id, p.rows
from sys.partitions p
join sys.objects o on o.object_id = p.object_id
join sys.schemas s on s.schema_id = o.schema_id
where s.name = @schema and o.name in (${parameters('t', tables)}) and p.index_id in (0, 1)
order by p.object_id, p.partition_number`,
})

export const readInstances = define({
  when: 'with readColumns',
  right: ON_CDC,
  cost: 'two small tables',
  text: () => `select ct.capture_instance, ct.object_id, ct.source_object_id, ct.start_lsn, ct.partition_switch,
  (select max(d.ddl_lsn) from cdc.ddl_history d where d.object_id = ct.object_id) as ddl_lsn, cc.column_id, cc.column_ordinal
from cdc.change_tables ct
join cdc.captured_columns cc on cc.object_id = ct.object_id
order by ct.object_id, cc.column_ordinal`,
})

export const readLog = define({
  when: 'at each poll',
  right: ON_CDC,
  cost: 'two seeks in an index',
  text: () => `select start_lsn, tran_end_time, tran_id from cdc.lsn_time_mapping where start_lsn = @reached
union all
select start_lsn, tran_end_time, tran_id from (select top (1) start_lsn, tran_end_time, tran_id
  from cdc.lsn_time_mapping order by start_lsn desc) latest`,
})

/** In the order in which the source made them: sequence values alone are not, where a transaction has several statements. */
const IN_ORDER = 'c.[__$start_lsn], c.[__$command_id], c.[__$seqval], c.[__$operation]'

/** An instance's changes in their order, each with the time of its commit. */
const changesOf = (instance: string, columns: string[], where: string) =>
  `select top (@limit) ${IN_ORDER}, m.tran_end_time, c.[__$update_mask], ${columns.join(', ')}
from cdc.${quoted(`${instance}_CT`)} c
left join cdc.lsn_time_mapping m on m.start_lsn = c.[__$start_lsn]
where ${where}
order by ${IN_ORDER}`

export const readChanges = define({
  when: 'for each table, at a poll with new transactions',
  right: ON_CDC,
  cost: 'a range of the clustered index of a change table: the changed rows',
  text: (instance: string, columns: string[]) =>
    changesOf(instance, columns, 'c.[__$start_lsn] > @reached and c.[__$start_lsn] <= @to'),
})

export const readMoreChanges = define({
  when: 'where one answer does not hold all of them',
  right: ON_CDC,
  cost: 'as readChanges',
  text: (instance: string, columns: string[]) =>
    changesOf(
      instance,
      columns,
      `c.[__$start_lsn] >= @lsn and c.[__$start_lsn] <= @to and (c.[__$start_lsn] > @lsn or c.[__$command_id] > @command
  or c.[__$command_id] = @command and (c.[__$seqval] > @seqval or c.[__$seqval] = @seqval and c.[__$operation] > @operation))`,
    ),
})

export const readGuards = define({
  when: 'after the changes of a poll, before they are written: whether clean-up, a new instance or DDL has come between',
  right: ON_CDC,
  cost: 'a row for each capture instance',
  text: () => `select ct.object_id, ct.source_object_id, ct.capture_instance, ct.start_lsn,
  (select max(d.ddl_lsn) from cdc.ddl_history d where d.object_id = ct.object_id) as ddl_lsn
from cdc.change_tables ct order by ct.object_id`,
})

export const readClock = define({
  when: 'once a minute',
  right: 'none',
  cost: 'nothing',
  text: () => `select datepart(tzoffset, sysdatetimeoffset()) as utc_offset, sysutcdatetime() as at`,
})

export const readErrors = define({
  when: 'where the capture job has come to a stop',
  right: 'VIEW DATABASE STATE (VIEW DATABASE PERFORMANCE STATE from 2022)',
  cost: 'one row of a view in memory',
  without: 'the message about a stopped capture job does not say why it stopped',
  text: () =>
    `select top (1) entry_time, error_number, error_message from sys.dm_cdc_errors order by entry_time desc`,
})

export const lockTable = define({
  when: 'where the reading of a table begins, on a connection of its own that is rolled back at once',
  right: ON_TABLES,
  cost: 'a shared lock of the table for some milliseconds; it waits for writers for two seconds at most, and is then tried again later',
  text: (schema: string, table: string) => `set lock_timeout 2000;
begin transaction;
select * from ${quoted(schema)}.${quoted(table)} with (tablock, holdlock) where 1 = 0;`,
})

export const beginSnapshot = define({
  when: 'while that lock is held',
  right: ON_CDC,
  cost: 'a transaction that keeps row versions in tempdb until it ends: two minutes at most, ten where nothing is changed meanwhile or the capture job lags behind',
  text: () => `set transaction isolation level snapshot;
begin transaction;
select top (1) object_id from cdc.change_tables;
save transaction cordage;`,
})

export const readPlace = define({
  when: 'after beginSnapshot: the place in the log that the snapshot is of',
  right:
    'VIEW SERVER STATE (VIEW SERVER PERFORMANCE STATE from 2022; VIEW DATABASE STATE in Azure SQL Database)',
  cost: 'one row of a view in memory',
  without:
    'tables are read without an exact place: the state is right once the changes since then have been read, and the history has rows that were read together with their later change',
  text: () => `select cast(t.database_transaction_most_recent_savepoint_lsn as varchar(30)) as lsn
from sys.dm_tran_database_transactions t
join sys.dm_tran_current_transaction c on c.transaction_id = t.transaction_id
where t.database_id = db_id()`,
})

export const rollBack = define({
  when: 'at the end of each of these transactions',
  right: 'none',
  cost: 'nothing',
  text: () => `if @@trancount > 0 rollback transaction;
set transaction isolation level read committed;`,
})

export const readRows = define({
  when: 'for each piece of a snapshot',
  right: ON_TABLES,
  cost: 'a range of a unique index: some thousand rows',
  text: (
    { schema, table, columns, along }: { schema: string; table: string; columns: string[]; along: string[] },
    after?: string[],
  ) => `select top (@limit) ${columns.join(', ')}
from ${quoted(schema)}.${quoted(table)}${after ? `\nwhere ${behind(along, after)}` : ''}
order by ${along.join(', ')}`,
})

/** Rows after a place along some columns: compared by the server, for a collation or a GUID has an order of its own. */
function behind([column = '', ...more]: string[], [value = '', ...rest]: string[]): string {
  const after = `${column} > ${value}`
  return more.length === 0 ? after : `(${after} or ${column} = ${value} and ${behind(more, rest)})`
}
