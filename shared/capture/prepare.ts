import pg from 'pg'
import type { ColumnType, SecretUrl, Source, SourceTable } from '../config/index.ts'
import { ConfigError, OutageError } from '../errors/index.ts'
import { connectPostgres } from '../store/index.ts'
import type { Relations } from './state.ts'

type SourceColumnRow = { table_name: string; column_name: string; data_type: string }

/** Postgres types that a declared type can be read from. */
const READABLE_FROM: Record<ColumnType['kind'], string[]> = {
  int: ['smallint', 'integer'],
  bigint: ['smallint', 'integer', 'bigint'],
  double: ['real', 'double precision', 'smallint', 'integer'],
  decimal: ['numeric', 'smallint', 'integer', 'bigint'],
  boolean: ['boolean'],
  string: ['text', 'character varying', 'character', 'uuid', 'json', 'jsonb', 'USER-DEFINED', 'name', 'xml'],
  binary: ['bytea'],
  date: ['date'],
  timestamp: ['timestamp with time zone'],
  timestampNtz: ['timestamp without time zone'],
}

/** How a source file fits the database that it describes. One line each, which names the table and the column. */
export type SourceReport = {
  /** Capture cannot begin. */
  problems: string[]
  /** It can, with a drawback. */
  warnings: string[]
  /** Columns that the database has and the file does not list, by table. */
  notCaptured: Map<string, string[]>
}

type TableRow = {
  table_name: string
  identity: string
  /** Its publication sends what happens in its partitions under their names, which nobody lists. */
  is_scattered: boolean
  /** What a change tells of the row as it was: all of it is null. */
  identity_columns: string[] | null
  has_key: boolean
  may_read: boolean
  may_publish: boolean
}

/** Holds a source file against its database: log settings, rights, tables, keys, columns, types. */
export async function inspectSource(client: pg.Client, source: Source): Promise<SourceReport> {
  const report: SourceReport = {
    problems: await findServerProblems(client, source),
    warnings: [],
    notCaptured: new Map(),
  }
  const { rows: columns } = await client.query<SourceColumnRow>(
    'select table_name, column_name, data_type from information_schema.columns where table_schema = $1 order by ordinal_position',
    [source.namespace],
  )
  const { rows: tables } = await client.query<TableRow>(
    `select c.relname as table_name, c.relreplident as identity,
       c.relkind = 'p' and exists (select 1 from pg_publication where pubname = $2 and not pubviaroot) as is_scattered,
       case when c.relreplident <> 'f' then array(
         select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
         where i.indrelid = c.oid and case c.relreplident when 'd' then i.indisprimary else i.indisreplident end) end as identity_columns,
       exists (select 1 from pg_index i where i.indrelid = c.oid and (i.indisprimary or i.indisreplident)) as has_key,
       has_table_privilege(c.oid, 'select') as may_read,
       pg_has_role(c.relowner, 'usage') or exists (
         select 1 from pg_publication_tables p where p.pubname = $2 and p.schemaname = $1 and p.tablename = c.relname) as may_publish
     from pg_class c where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind in ('r', 'p')`,
    [source.namespace, slotOf(source)],
  )
  const { rows: others } = await client.query<{ name: string; kind: string }>(
    `select relname as name, relkind as kind from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = $1) and relkind in ('v', 'm', 'f')`,
    [source.namespace],
  )
  for (const table of source.tables) {
    const found = tables.find(row => row.table_name === table.name)
    if (found)
      inspectTable(
        table,
        found,
        columns.filter(column => column.table_name === table.name),
        report,
      )
    else report.problems.push(describeMissing(source, table.name, others))
  }
  return report
}

const OTHER_KINDS: Record<string, string> = {
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
}

/** Why a table that the file lists cannot be captured, where it is none. */
function describeMissing(
  { namespace }: Source,
  table: string,
  others: { name: string; kind: string }[],
): string {
  const other = others.find(({ name }) => name === table)
  return other
    ? `${namespace}.${table} is a ${OTHER_KINDS[other.kind]}, which has no changes of its own to follow: list the tables that its rows come from, and join them in a model of dbt`
    : `table ${namespace}.${table} is not there`
}

async function findServerProblems(client: pg.Client, source: Source): Promise<string[]> {
  const problems: string[] = []
  const { rows } = await client.query<{
    wal_level: string
    keep_size: string
    may_replicate: boolean
    has_slot: boolean
    free_slots: string
  }>(
    `select current_setting('wal_level') as wal_level, current_setting('max_slot_wal_keep_size') as keep_size,
       (select rolreplication or rolsuper from pg_roles where rolname = current_user)
         or exists (select 1 from pg_roles where rolname = 'rds_replication' and pg_has_role(oid, 'member')) as may_replicate,
       exists (select 1 from pg_replication_slots where slot_name = $1) as has_slot,
       current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots) as free_slots`,
    [slotOf(source)],
  )
  const [server] = rows
  if (!server) return problems
  if (server.wal_level !== 'logical') problems.push(`wal_level is ${server.wal_level}: it must be logical`)
  if (server.keep_size === '-1')
    problems.push('max_slot_wal_keep_size is -1: it must have a limit, or an abandoned slot fills the disk')
  if (!server.may_replicate) problems.push('the user may not replicate: alter role … replication')
  if (!server.has_slot && Number(server.free_slots) < 1)
    problems.push('no replication slot is free: raise max_replication_slots')
  return problems
}

function inspectTable(
  table: SourceTable,
  found: TableRow,
  columns: SourceColumnRow[],
  report: SourceReport,
): void {
  const { problems, warnings } = report
  if (!found.has_key)
    problems.push(
      found.identity === 'f'
        ? `table ${table.name} has no primary key`
        : `table ${table.name} has no key: changes of its rows could not be told apart`,
    )
  else if (found.identity_columns && !table.key.every(name => found.identity_columns?.includes(name)))
    problems.push(
      `table ${table.name}: its changes tell of the old row only ${found.identity_columns.join(', ') || 'nothing'}, not its key ${table.key.join(', ')}: alter table … replica identity full`,
    )
  else if (found.identity !== 'f')
    warnings.push(
      `table ${table.name}: without "replica identity full" an update that leaves a large value as it was is parked, for the value is not sent`,
    )
  if (found.is_scattered)
    problems.push(
      `table ${table.name} is partitioned: alter publication … set (publish_via_partition_root = true)`,
    )
  if (!found.may_read) problems.push(`table ${table.name} may not be read: grant select on it`)
  if (!found.may_publish)
    problems.push(`table ${table.name} belongs to another role, which alone can publish it`)
  for (const [name, declared] of Object.entries(table.columns)) {
    const column = columns.find(({ column_name }) => column_name === name)
    if (!column) problems.push(`column ${table.name}.${name} is not there`)
    else if (!READABLE_FROM[declared.type.kind].includes(column.data_type))
      problems.push(`column ${table.name}.${name} is ${column.data_type}, declared as ${declared.type.kind}`)
  }
  const unlisted = columns
    .map(({ column_name }) => column_name)
    .filter(name => !Object.hasOwn(table.columns, name))
  if (unlisted.length > 0) report.notCaptured.set(table.name, unlisted)
  if (table.personal)
    for (const name of unlisted)
      problems.push(
        `column ${table.name}.${name} is not listed in a table with personal data: list it with a policy (keep, drop, hash, generalise, encrypt)`,
      )
}

/** The slot and the publication of a system carry its name, so that an operator finds them at the source. */
export function slotOf(source: Source): string {
  return `cordage_${source.system.replaceAll(/[^a-z0-9_]/gi, '_').toLowerCase()}`
}

/** @throws OutageError where the database cannot be reached */
async function withSource<T>(url: SecretUrl, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectPostgres(url, { application_name: 'cordage-prepare' }).catch(cause => {
    throw new OutageError('source', `cannot connect to ${url}`, { cause })
  })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** How a source file fits its database. @throws OutageError where that cannot be reached */
export function checkSource(url: SecretUrl, source: Source): Promise<SourceReport> {
  return withSource(url, client => inspectSource(client, source))
}

/** @throws ConfigError with all that keeps capture from beginning, in one line that names the file */
export async function requireSource(url: SecretUrl, source: Source): Promise<void> {
  refuseProblems(source, (await checkSource(url, source)).problems)
}

function refuseProblems(source: Source, problems: string[]): void {
  if (problems.length > 0) throw new ConfigError(`${source.file}: ${problems.join('; ')}`)
}

/**
 * Checks a source and makes its publication as the source file says.
 * @returns the tables that were published before: what has changed in others since was streamed to nobody
 * @throws ConfigError with all problems in one line
 */
export function prepareSource(url: SecretUrl, source: Source): Promise<Relations> {
  return withSource(url, async client => {
    refuseProblems(source, (await inspectSource(client, source)).problems)
    const published = await readRelations(client, source)
    await ensurePublication(client, source, published)
    return published
  })
}

/** The tables of a source's namespace that its publication holds; empty where there is none. */
export async function readRelations(client: pg.Client, source: Source): Promise<Relations> {
  const { rows } = await client.query<{ name: string; oid: string }>(
    `select t.tablename as name, c.oid::text as oid from pg_publication_tables t
     join pg_namespace n on n.nspname = t.schemaname join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
     where t.pubname = $1 and t.schemaname = $2`,
    [slotOf(source), source.namespace],
  )
  return Object.fromEntries(rows.map(({ name, oid }) => [name, oid]))
}

async function ensurePublication(client: pg.Client, source: Source, published: Relations): Promise<void> {
  const publication = slotOf(source)
  const name = pg.escapeIdentifier(publication)
  const { rowCount: isThere } = await client.query('select 1 from pg_publication where pubname = $1', [
    publication,
  ])
  const tables = source.tables
    .map(table => `${pg.escapeIdentifier(source.namespace)}.${pg.escapeIdentifier(table.name)}`)
    .join(', ')
  // One that holds more than is listed is left as it is: it may be another role's, and what is not listed is not taken.
  const isWhole = source.tables.every(table => Object.hasOwn(published, table.name))
  if (!isThere)
    await client.query(
      `create publication ${name} for table ${tables} with (publish_via_partition_root = true)`,
    )
  else if (!isWhole) await client.query(`alter publication ${name} set table ${tables}`)
}
