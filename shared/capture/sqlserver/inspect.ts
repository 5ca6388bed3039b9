import { type Source, type SourceTable, takenColumns } from '../../config/index.ts'
import { emptyReport, type ListedColumn, type SourceReport } from '../capture.ts'
import { bestKey, isFreeName, reportUnlisted } from '../proposals.ts'
import {
  AZURE_SQL_DATABASE,
  type Catalog,
  type ColumnFacts,
  type IndexFacts,
  type InstanceFacts,
  type ServerFacts,
  type TableFacts,
} from './catalog.ts'
import { capturedColumns, isFull } from './table-identity.ts'
import { checkType, isLarge, proposeType, readableKinds } from './types.ts'

/** SQL Server 2016: from then on Standard has CDC too. */
const OLDEST_VERSION = 13
const EXPRESS = 4
/** Instances that a table can have at a time. */
const MOST_INSTANCES = 2

/** Compares a source file with its database: CDC, capture instances, keys, columns, types, rights. */
export function inspectSource(catalog: Catalog, source: Source): SourceReport {
  const problems = findServerProblems(catalog.server)
  if (problems.length > 0) return { ...emptyReport(), problems }
  return inspectTables(catalog, source)
}

export function inspectTables({ server, tables }: Catalog, source: Source): SourceReport {
  const report = emptyReport()
  for (const table of source.tables) {
    const found = tables.get(table.name)
    if (found) inspectTable(server, source, table, found, report)
    else
      report.problems.push(
        `table ${source.namespace}.${table.name} does not exist, or its login may not see it`,
      )
  }
  if (!server.hasSnapshots && !server.isReadOnly)
    report.warnings.push(
      `snapshots are not allowed in ${server.database}: its tables are read without an exact place in the log, and the history has rows that were read together with their later change: alter database [${server.database}] set allow_snapshot_isolation on`,
    )
  return report
}

function findServerProblems({ version, edition, database, hasCdc }: ServerFacts): string[] {
  if (Number.parseInt(version, 10) < OLDEST_VERSION && edition !== AZURE_SQL_DATABASE)
    return [`it is SQL Server ${version}: 2016 (13) or newer is needed`]
  if (edition === EXPRESS)
    return ['it is an Express edition, which has no change data capture; change tracking is not supported']
  if (!hasCdc)
    return [
      `change data capture is not enabled in ${database}: exec sys.sp_cdc_enable_db (on Amazon RDS: exec msdb.dbo.rds_cdc_enable_db '${database}')`,
    ]
  return []
}

function inspectTable(
  server: ServerFacts,
  source: Source,
  table: SourceTable,
  found: TableFacts,
  report: SourceReport,
): void {
  const name = `${source.namespace}.${table.name}`
  if (found.isView) {
    report.problems.push(
      `table ${table.name} is a view, which has no changes of its own to follow: list the tables that its rows come from, and join them in a model of dbt`,
    )
    return
  }
  report.problems.push(...findKeyProblems(table, found))
  inspectColumns(server, table, found, report)
  report.problems.push(...findInstanceProblems(name, source.namespace, table, found))
  if (found.partitions.length > 1 && found.instances.some(({ allowsSwitch }) => allowsSwitch))
    report.warnings.push(
      `table ${name} is partitioned, and partitions may be switched in and out, which change data capture does not see: enable its capture with @allow_partition_switch = 0, or read it again after a switch`,
    )
  reportUnlisted(report, table, found.columns.map(toListedColumn))
}

/** Whether a column can be captured, judged by itself. */
function mayBeTaken({ name, typeName, isComputed, isColumnSet }: ColumnFacts): boolean {
  return !isComputed && !isColumnSet && readableKinds(typeName).length > 0 && isFreeName(name)
}

export function toListedColumn(column: ColumnFacts): ListedColumn {
  const type = mayBeTaken(column) ? proposeType(column) : undefined
  return { name: column.name, type, isPersonal: false }
}

/** The index by which a table's rows are told apart: unique, of columns that are never null, all of them in its key. */
export function uniqueIndex(table: SourceTable, found: TableFacts): IndexFacts | undefined {
  const isNotNull = (name: string) => found.columns.some(column => column.name === name && !column.isNullable)
  return bestKey(
    found.indexes.filter(index => index.columns.every(name => table.key.includes(name) && isNotNull(name))),
  )
}

function findKeyProblems(table: SourceTable, found: TableFacts): string[] {
  if (uniqueIndex(table, found)) return []
  return [
    found.indexes.length === 0
      ? `table ${table.name} has no key: its rows could not be told apart`
      : `table ${table.name}: its key ${table.key.join(', ')} need not be unique: no unique index on not-null columns is part of it`,
  ]
}

function inspectColumns(
  server: ServerFacts,
  table: SourceTable,
  found: TableFacts,
  { problems, warnings }: SourceReport,
): void {
  for (const [name, declared] of takenColumns(table)) {
    const column = found.columns.find(column => column.name === name)
    const where = `${table.name}.${name}`
    if (!column) {
      problems.push(`column ${where} does not exist`)
      continue
    }
    const verdict = checkType(where, column, declared.type)
    if (verdict && 'problem' in verdict) problems.push(verdict.problem)
    else if (verdict) warnings.push(verdict.warning)
    if (column.isComputed)
      problems.push(`column ${where} is computed, and its changes are not captured: leave it out of the file`)
    if (column.isColumnSet)
      problems.push(`column ${where} is a column set: list the sparse columns themselves`)
    if (!column.mayRead)
      problems.push(`column ${where} may not be read: grant select on ${table.name} to its user`)
    const isNarrow = column.typeName === 'char' || column.typeName === 'varchar'
    if (isNarrow && column.collation !== undefined && column.collation !== server.collation)
      warnings.push(
        `column ${where} has the collation ${column.collation} and the database ${server.collation}: change data capture may write letters beyond ASCII wrongly; nvarchar has no such fault`,
      )
    if (isLarge(column) && server.maxTextBytes >= 0)
      warnings.push(
        `harms the source: a value of ${where} longer than ${server.maxTextBytes} bytes makes the application's own statement fail, for its table is captured: exec sp_configure 'max text repl size', -1; reconfigure`,
      )
  }
}

/** What a capture instance of a table lacks, with the statement that would make one. */
function findInstanceProblems(name: string, schema: string, table: SourceTable, found: TableFacts): string[] {
  const captured = capturedColumns(table, found)
  const literal = (text: string) => `N'${text.replaceAll("'", "''")}'`
  const enable = (more: string) =>
    `exec sys.sp_cdc_enable_table @source_schema = ${literal(schema)}, @source_name = ${literal(table.name)}, @role_name = null${more}`
  if (found.instances.length === 0) return [`table ${name} has no capture instance: ${enable('')}`]
  if (found.instances.some(instance => isFull(instance, captured))) return []
  const [oldest] = found.instances
  const lacks = (instance: InstanceFacts) =>
    captured.filter(({ id }) => !instance.columns.has(id)).map(column => column.name)
  const missing = [...new Set(found.instances.flatMap(lacks))].join(', ')
  const free = freeName(found.instances, `${schema}_${table.name}`)
  const drop =
    found.instances.length < MOST_INSTANCES || !oldest
      ? ''
      : `exec sys.sp_cdc_disable_table @source_schema = ${literal(schema)}, @source_name = ${literal(table.name)}, @capture_instance = ${literal(oldest.name)}; `
  return [
    `no capture instance of ${name} has ${missing}: ${drop}${enable(`, @capture_instance = ${literal(free)}`)}`,
  ]
}

function freeName(instances: InstanceFacts[], base: string): string {
  const taken = new Set(instances.map(({ name }) => name))
  for (let n = 2; ; n++) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`
}
