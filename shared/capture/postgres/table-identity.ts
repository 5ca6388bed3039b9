import { type SourceTable, takenColumns } from '../../config/index.ts'
import type { PublicationFacts, TableFacts } from './catalog.ts'
import { publishedBy } from './identity.ts'

/**
 * What identifies a table's rows as the ones that were read and followed: anything that changes without an event at
 * each row changes here (a rewrite with other values, a column that was dropped and added again, a partition that came
 * or went, a recreated publication).
 */
export type TableIdentity = {
  oid: string
  /** The publication and its entry of this table. */
  published: string
  /** By the names of the captured columns. */
  columns: Record<
    string,
    { number: number; typeId: string; typeModifier: number; definedBy: string; labels?: string[] }
  >
  /** The file that holds its rows; of a partitioned table, each partition's by its number. */
  file: string
  leaves: Record<string, string>
}

export function identityOf(
  table: SourceTable,
  found: TableFacts,
  publication: PublicationFacts | undefined,
): TableIdentity {
  const taken = new Set(takenColumns(table).map(([name]) => name))
  const captured = found.columns.filter(({ name }) => taken.has(name))
  const entry = publication && publishedBy(publication, found)
  return {
    oid: found.oid,
    published: publication && entry ? [publication.oid, publication.definedBy, entry.entry ?? ''].join() : '',
    columns: Object.fromEntries(
      captured.map(({ name, number, typeId, typeModifier, definedBy, labels }) => [
        name,
        { number, typeId, typeModifier, definedBy, ...(labels.length > 0 && { labels }) },
      ]),
    ),
    file: found.file,
    leaves: Object.fromEntries(found.leaves.map(({ oid, file }) => [oid, file])),
  }
}

/** What has to be read of a table that was read before: all of it, some new partitions, or nothing. */
export type Difference =
  | { kind: 'none' }
  | { kind: 'all'; because: string }
  | { kind: 'parts'; oids: string[] }

/** Compares a table with what it was. */
export function compareIdentity(was: TableIdentity | { oid: string }, is: TableIdentity): Difference {
  const all = (because: string): Difference => ({ kind: 'all', because })
  if (was.oid !== is.oid) return all('it is not the table that was read')
  // Read by a version that recorded no more.
  if (!('columns' in was)) return { kind: 'none' }
  if (was.published !== is.published) return all('its publication was changed')
  const isRewritten = was.file !== is.file
  for (const [name, column] of Object.entries(is.columns)) {
    const before = Object.hasOwn(was.columns, name) ? was.columns[name] : undefined
    if (!before) return all(`column ${name} is new in the source file`)
    if (before.number !== column.number) return all(`column ${name} was dropped and added again`)
    if (before.typeId !== column.typeId || before.typeModifier !== column.typeModifier)
      return all(`column ${name} has another type`)
    if (before.definedBy !== column.definedBy && isRewritten) return all(`column ${name} was rewritten`)
    if (before.labels?.some(label => !column.labels?.includes(label)))
      return all(`the type of column ${name} was changed`)
  }
  for (const [oid, file] of Object.entries(was.leaves)) {
    if (is.leaves[oid] === undefined) return all('a partition was detached or dropped')
    if (is.leaves[oid] !== file) return all('a partition was truncated or rewritten')
  }
  const added = Object.keys(is.leaves).filter(oid => was.leaves[oid] === undefined)
  return added.length > 0 ? { kind: 'parts', oids: added } : { kind: 'none' }
}
