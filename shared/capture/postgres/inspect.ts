import pg from 'pg'
import { type Source, type SourceTable, takenColumns } from '../../config/index.ts'
import { emptyReport, type ListedColumn, type SourceReport } from '../capture.ts'
import { isFreeName, reportUnlisted } from '../proposals.ts'
import type {
  Catalog,
  ColumnFacts,
  IndexFacts,
  PublicationFacts,
  ServerFacts,
  TableFacts,
} from './catalog.ts'
import { findHazards, publishedBy, withLeaves } from './identity.ts'
import { checkType, proposeType, readableKinds } from './types.ts'

/** The slot and the publication of a system carry its name, so that an operator finds them at the source. */
export function slotOf({ system }: Source): string {
  return `cordage_${system.replaceAll(/[^a-z0-9_]/gi, '_').toLowerCase()}`
}

/** Our publication as it will be: as it is, with the tables that we would add, or as we would make it. */
function planPublication(catalog: Catalog, source: Source): PublicationFacts {
  const name = slotOf(source)
  const existing = catalog.publications.find(publication => publication.name === name)
  const publication: PublicationFacts = existing ?? {
    name,
    oid: '',
    definedBy: '',
    isOwn: true,
    isForAll: false,
    schemas: [],
    actions: ACTIONS,
    viaRoot: true,
    sendsGenerated: catalog.server.version >= 180_000,
    tables: [],
  }
  const missing = missingTables(catalog, source, publication)
  return {
    ...publication,
    tables: [
      ...publication.tables,
      ...missing.map(({ oid }) => ({ oid, entry: '', columns: undefined, filterColumns: undefined })),
    ],
  }
}

const ACTIONS = ['insert', 'update', 'delete', 'truncate']

/** How a publication is made: partitions under their whole table's name, and, where the server can, generated columns. */
export const SENDS_ROOT = 'publish_via_partition_root = true'
export const SENDS_GENERATED = `${SENDS_ROOT}, publish_generated_columns = stored`

const tablesOf = (tables: { name: string }[]) =>
  `table${tables.length > 1 ? 's' : ''} ${tables.map(({ name }) => name).join(', ')}`

/** A name as it stands in SQL. */
const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name))

/** The tables of the file that are there and that a publication does not name. */
export function missingTables(
  { tables }: Catalog,
  source: Source,
  publication: PublicationFacts | undefined,
): TableFacts[] {
  return source.tables.flatMap(({ name }) => {
    const found = tables.get(name)
    return found && !(publication && publishedBy(publication, found)) ? [found] : []
  })
}

/** Compares a source file with its database: log settings, rights, tables, keys, publications, columns, types. */
export function inspectSource(catalog: Catalog, source: Source): SourceReport {
  const report = inspectTables(catalog, source)
  return { ...report, problems: [...findServerProblems(catalog.server, source), ...report.problems] }
}

/** The same without the server's settings, which matter at the start. */
export function inspectTables(catalog: Catalog, source: Source): SourceReport {
  const report = emptyReport()
  const publication = planPublication(catalog, source)
  inspectPublication(catalog, source, publication, report)
  for (const table of source.tables) {
    const found = catalog.tables.get(table.name)
    if (found) inspectTable(catalog, table, found, publication, report)
    else
      report.problems.push(
        `table ${source.namespace}.${table.name} does not exist, or its user may not see it`,
      )
  }
  report.warnings.push(...findIdentityWarnings(catalog, source, publication))
  return report
}

function findServerProblems(server: ServerFacts, source: Source): string[] {
  const problems: string[] = []
  if (server.version < 130_000)
    problems.push(`it is Postgres ${Math.floor(server.version / 10_000)}: 13 or newer is needed`)
  if (server.isStandby) problems.push('it is a standby: connect to the primary')
  if (server.encoding === 'SQL_ASCII' || server.encoding === 'MULE_INTERNAL')
    problems.push(
      `its encoding is ${server.encoding}, which leaves the meaning of its texts open: dump it and restore it into a database with encoding UTF8`,
    )
  if (server.walLevel !== 'logical') problems.push(`wal_level is ${server.walLevel}: it must be logical`)
  if (server.slotKeepSize < 0)
    problems.push('max_slot_wal_keep_size is -1: it must have a limit, or an abandoned slot fills the disk')
  if (!server.mayReplicate) problems.push('the user may not replicate: alter role … replication')
  if (!server.hasSlot && server.freeSlots < 1)
    problems.push('no replication slot is free: raise max_replication_slots')
  if (!server.hasSlot && server.freeSenders < 1) problems.push('no WAL sender is free: raise max_wal_senders')
  if (/[*]|\bcordage-capture\b/.test(server.synchronousStandbys))
    problems.push(
      `synchronous_standby_names is "${server.synchronousStandbys}": commits of ${source.system} would wait for Cordage: name the standbys`,
    )
  return problems
}

/** Our own publication, and what it does to tables that the file does not list. */
function inspectPublication(
  catalog: Catalog,
  source: Source,
  publication: PublicationFacts,
  { problems, hazards, warnings }: SourceReport,
): void {
  const { name, isOwn, oid } = publication
  const missing = missingTables(
    catalog,
    source,
    catalog.publications.find(existing => existing.oid === oid),
  )
  if (publication.isForAll || publication.schemas.length > 0)
    problems.push(
      `publication ${name} is for ${publication.isForAll ? 'all tables' : `all tables in schema ${publication.schemas.join(', ')}`}: UPDATE and DELETE of any later table without a key would fail: create it for the tables of the file`,
    )
  const unsent = ACTIONS.filter(action => !publication.actions.includes(action))
  if (unsent.length > 0)
    problems.push(
      `publication ${name} does not send ${unsent.join(', ')}: alter publication ${name} set (publish = '${ACTIONS.join(', ')}')`,
    )
  const foreign = missing.filter(table => !table.isOwn)
  const names = missing.map(table => `${quoted(table.schema)}.${quoted(table.name)}`).join(', ')
  const made = `create publication ${name} for table ${names} with (${catalog.server.version >= 180_000 ? SENDS_GENERATED : SENDS_ROOT})`
  const published = oid ? `alter publication ${name} add table ${names}` : made
  if (foreign.length > 0)
    problems.push(
      `${tablesOf(foreign)} belong${foreign.length > 1 ? '' : 's'} to another role, which alone can publish ${foreign.length > 1 ? 'them' : 'it'}: ${published}`,
    )
  else if (missing.length > 0 && oid && !isOwn)
    problems.push(`publication ${name} belongs to another role: ${published}`)
  else if (missing.length > 0 && !oid && !catalog.server.mayCreate)
    problems.push(`the user may not create a publication in this database: ${published}`)
  const harmed = catalog.others.flatMap(table =>
    withLeaves(table).flatMap(relation => findHazards(catalog.server.version, publication, relation)),
  )
  problems.push(...harmed)
  hazards.push(...harmed)
  if (oid && catalog.server.version >= 180_000 && !publication.sendsGenerated)
    warnings.push(
      `publication ${name} sends no generated columns: if one is added to a table with full replica identity, its UPDATE and DELETE fail: alter publication ${name} set (publish_generated_columns = stored)`,
    )
}

function inspectTable(
  catalog: Catalog,
  table: SourceTable,
  found: TableFacts,
  publication: PublicationFacts,
  report: SourceReport,
): void {
  const problem = findKindProblem(catalog, table, found, publication)
  if (problem) {
    report.problems.push(problem)
    return
  }
  if (!found.mayUseSchema)
    report.problems.push(
      `schema ${found.schema} of table ${table.name} may not be used: grant usage on schema ${found.schema}`,
    )
  if (found.hidesRows)
    report.problems.push(
      `row level security hides rows of table ${table.name} from this role: alter role … bypassrls`,
    )
  const hazards = findTableHazards(catalog, found, publication)
  report.hazards.push(...hazards)
  report.problems.push(
    ...findKeyProblems(table, found),
    ...hazards,
    ...findPublishingProblems(table, found, publication),
  )
  inspectColumns(catalog, table, found, publication, report)
  reportUnlisted(report, table, found.columns.map(toListedColumn))
}

/** Whether a column can be captured, judged by itself. */
function mayBeTaken({ name, type, generated }: ColumnFacts): boolean {
  return generated === '' && readableKinds(type).length > 0 && isFreeName(name)
}

/** Columns of these may tell who somebody is. */
const PERSONAL_TYPES = ['inet', 'cidr', 'macaddr', 'macaddr8']

export function toListedColumn(column: ColumnFacts): ListedColumn {
  return {
    name: column.name,
    type: mayBeTaken(column) ? proposeType(column) : undefined,
    isPersonal: PERSONAL_TYPES.includes(column.type.name),
  }
}

/** Tables that cannot be captured at all: their changes are not in the log, or under another name. */
function findKindProblem(
  { tables, publications }: Catalog,
  table: SourceTable,
  found: TableFacts,
  publication: PublicationFacts,
): string | undefined {
  if (found.kind === 'view')
    return `table ${table.name} is a view, which has no changes of its own to follow: list the tables that its rows come from, and join them in a model of dbt`
  const parts = [found, ...found.leaves]
  const foreign = parts.find(({ kind }) => kind === 'foreign')
  if (foreign) return `table ${foreign.name} is a foreign table: capture it where it is stored`
  const unlogged = parts.find(({ isUnlogged }) => isUnlogged)
  if (unlogged)
    return `table ${unlogged.name} is unlogged or temporary: its changes are not in the log: alter table ${unlogged.name} set logged`
  if (found.hasChildren)
    return `table ${table.name} has child tables by inheritance, whose changes come under their own names: list those, or make it a partitioned table`
  const above = publications
    .filter(({ oid }) => oid === publication.oid)
    .flatMap(({ tables }) => tables)
    .find(({ oid }) => found.ancestors.includes(oid))
  const listed = [...tables.values()].find(({ oid }) => found.ancestors.includes(oid))
  if (listed || (above && publication.viaRoot))
    return `table ${table.name} is a partition${listed ? ` of ${listed.name}` : ''} whose changes come under the name of the whole table: list that one only`
  if (found.kind === 'partitioned' && !publication.viaRoot)
    return `table ${table.name} is partitioned: alter publication ${publication.name} set (publish_via_partition_root = true)`
  return undefined
}

/** The index by which a table's rows are told apart: unique, of columns that are never null, all of them in its key. */
export function uniqueIndex(table: SourceTable, found: TableFacts): IndexFacts | undefined {
  const isNotNull = (name: string) => found.columns.some(column => column.name === name && column.isNotNull)
  return found.indexes
    .filter(
      index => index.isUnique && index.columns.every(name => table.key.includes(name) && isNotNull(name)),
    )
    .sort((a, b) => Number(a.isDeferrable) - Number(b.isDeferrable) || a.columns.length - b.columns.length)[0]
}

function findKeyProblems(table: SourceTable, found: TableFacts): string[] {
  if (!found.indexes.some(index => index.isUnique))
    return [
      found.identity.kind === 'full'
        ? `table ${table.name} has no primary key`
        : `table ${table.name} has no key: its rows could not be told apart`,
    ]
  if (!uniqueIndex(table, found))
    return [
      `table ${table.name}: its key ${table.key.join(', ')} need not be unique: no unique index on not-null columns is part of it`,
    ]
  return withLeaves(found).flatMap(({ identity, name }) =>
    identity.columns.length === 0 || table.key.every(column => identity.columns.includes(column))
      ? []
      : [
          `table ${name}: its replica identity covers only ${identity.columns.join(', ')}, not its key ${table.key.join(', ')}: alter table ${name} replica identity full`,
        ],
  )
}

/** What makes the source's own statements fail, now or once we publish the table. */
function findTableHazards(
  { server, publications }: Catalog,
  found: TableFacts,
  publication: PublicationFacts,
): string[] {
  const all = [publication, ...publications.filter(({ oid }) => oid !== publication.oid)]
  const hazards = withLeaves(found).flatMap(relation =>
    all.flatMap(each => findHazards(server.version, each, relation)),
  )
  return [...new Set(hazards)]
}

/** What our publication leaves out of a table. */
function findPublishingProblems(
  table: SourceTable,
  found: TableFacts,
  publication: PublicationFacts,
): string[] {
  const problems: string[] = []
  const entry = publishedBy(publication, found)
  if (entry?.filterColumns)
    problems.push(
      `publication ${publication.name} sends only some rows of table ${table.name}: publish it without a condition`,
    )
  const unsent = takenColumns(table)
    .map(([name]) => name)
    .filter(name => entry?.columns && !entry.columns.includes(name))
  if (unsent.length > 0)
    problems.push(
      `publication ${publication.name} does not send ${unsent.join(', ')} of table ${table.name}: publish it without a column list`,
    )
  return problems
}

function inspectColumns(
  catalog: Catalog,
  table: SourceTable,
  found: TableFacts,
  publication: PublicationFacts,
  { problems, warnings }: SourceReport,
): void {
  const entry = publishedBy(publication, found)
  for (const [name, declared] of takenColumns(table)) {
    const column = found.columns.find(column => column.name === name)
    if (!column) {
      problems.push(`column ${table.name}.${name} does not exist`)
      continue
    }
    const verdict = checkType(`${table.name}.${name}`, column, declared.type, catalog.server.moneyScale)
    if (verdict && 'problem' in verdict) problems.push(verdict.problem)
    else if (verdict) warnings.push(verdict.warning)
    if (!column.mayRead)
      problems.push(`column ${table.name}.${name} may not be read: grant select on table ${table.name}`)
    if (column.generated === 'virtual')
      problems.push(
        `column ${table.name}.${name} is a virtual generated column, which is not in the log: leave it out of the file`,
      )
    else if (column.generated && !publication.sendsGenerated && !entry?.columns?.includes(name))
      problems.push(
        `column ${table.name}.${name} is generated and not sent: leave it out of the file, or, from Postgres 18 on, alter publication ${publication.name} set (publish_generated_columns = stored)`,
      )
  }
}

/**
 * What is read again because the log lacks part of the old row. Full identity is advised only where it is safe and avoids
 * that: of a partitioned table's old rows nothing but the key is taken, whatever its partitions log.
 */
function findIdentityWarnings(
  { server, tables, publications }: Catalog,
  source: Source,
  publication: PublicationFacts,
): string[] {
  const all = [publication, ...publications.filter(({ oid }) => oid !== publication.oid)]
  const partial = source.tables.flatMap(table => {
    const found = tables.get(table.name)
    const isLarge = found?.columns.some(
      ({ name, isToasted }) => isToasted && Object.hasOwn(table.columns, name) && !table.key.includes(name),
    )
    const isPartial =
      found?.kind === 'partitioned' || (found?.kind === 'table' && found.identity.kind !== 'full')
    return isLarge && isPartial ? [found] : []
  })
  const isHelped = (table: TableFacts) => {
    const identity = { kind: 'full' as const, columns: table.columns.map(({ name }) => name) }
    return (
      table.kind === 'table' &&
      all.every(each => findHazards(server.version, each, { ...table, identity }).length === 0)
    )
  }
  const warn = (found: TableFacts[], advice: string) =>
    found.length === 0
      ? []
      : [
          `${tablesOf(found)}: an update that does not change a large value does not send it, so the row is read again at the source${advice}`,
        ]
  return [
    ...warn(partial.filter(isHelped), '; "alter table … replica identity full" spares that'),
    ...warn(
      partial.filter(table => !isHelped(table)),
      '',
    ),
  ]
}
