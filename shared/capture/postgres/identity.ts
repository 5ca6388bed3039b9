import type { PublicationFacts, PublishedTable, RelationFacts, TableFacts } from './catalog.ts'

/** Versions from which on the server refuses what it sent wrongly before. */
const REFUSES_GENERATED = 180_000

/** How a publication sends a table, or nothing where it does not: named itself, or by what it is a partition of. */
export function publishedBy(
  publication: PublicationFacts,
  relation: RelationFacts,
): Partial<PublishedTable> | undefined {
  const named = publication.tables.find(({ oid }) => oid === relation.oid || relation.ancestors.includes(oid))
  if (named) return named
  const isIncluded = publication.isForAll
    ? !relation.isUnlogged
    : publication.schemas.includes(relation.schema)
  return isIncluded ? {} : undefined
}

/**
 * Why the source's own UPDATE and DELETE of a table fail, or would, because of how a publication sends it
 * (CheckCmdReplicaIdentity in Postgres' execReplication.c). Each reason says what to do.
 */
export function findHazards(
  version: number,
  publication: PublicationFacts,
  relation: RelationFacts,
): string[] {
  const entry = publishedBy(publication, relation)
  if (!entry || !publication.actions.some(action => action === 'update' || action === 'delete')) return []
  const { identity, columns } = relation
  const table = `${relation.schema}.${relation.name}`
  const because = `because publication ${publication.name} sends it`
  if (identity.columns.length === 0)
    return [
      `UPDATE and DELETE of ${table} fail ${because} and it has no replica identity: alter table ${table} replica identity using index … (a unique index that is not deferrable, on columns that are not null), or replica identity full`,
    ]
  const hazards: string[] = []
  const isFull = identity.kind === 'full'
  const generated = columns.filter(column => column.generated && identity.columns.includes(column.name))
  const virtual = generated.filter(column => column.generated === 'virtual')
  const unsent = generated.filter(
    column =>
      !publication.sendsGenerated && !entry.columns?.includes(column.name) && !virtual.includes(column),
  )
  if (version >= REFUSES_GENERATED && virtual.length > 0)
    hazards.push(
      `UPDATE and DELETE of ${table} fail ${because} and its replica identity holds ${namesOf(virtual)}, a virtual generated column: alter table ${table} replica identity default, or using index … without it`,
    )
  if (version >= REFUSES_GENERATED && unsent.length > 0)
    hazards.push(
      `UPDATE and DELETE of ${table} fail ${because} without ${namesOf(unsent)}, which is generated and in its replica identity: alter publication ${publication.name} set (publish_generated_columns = stored), or another replica identity without it`,
    )
  const unlisted = entry.columns && identity.columns.filter(name => !entry.columns?.includes(name))
  if (entry.columns && (isFull || (unlisted && unlisted.length > 0)))
    hazards.push(
      isFull
        ? `UPDATE and DELETE of ${table} fail ${because} with a column list and its replica identity is full: alter table ${table} replica identity default, or using index …, or publish it without the list`
        : `UPDATE and DELETE of ${table} fail ${because} without ${unlisted?.join(', ')}, which is in its replica identity: publish it with that column, or without a list`,
    )
  const unfiltered = entry.filterColumns?.filter(name => !identity.columns.includes(name)) ?? []
  if (unfiltered.length > 0)
    hazards.push(
      `UPDATE and DELETE of ${table} fail ${because} where ${unfiltered.join(', ')} …, which is not in its replica identity: publish it without the condition`,
    )
  return hazards
}

const namesOf = (columns: { name: string }[]) => columns.map(({ name }) => name).join(', ')

/** A table and the partitions that hold its rows: what the log says of a row depends on the one that holds it. */
export function withLeaves(table: TableFacts): RelationFacts[] {
  return table.kind === 'partitioned' ? table.leaves : [table]
}
