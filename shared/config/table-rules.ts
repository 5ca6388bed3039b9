import type { z } from 'zod'
import { type ColumnType, type columnFields, lakeType } from './column.ts'
import { type EntityTable, findEntityIssues, findPrefixIssues, type Issue } from './entity-rules.ts'
import { findColumnNameIssues, findNameIssues } from './names.ts'
import type { ReadTable } from './source-schema.ts'

/** A table as far as it could be read: what else is wrong with it is found by its well-formed fields. */
export type LooseTable = Partial<Omit<ReadTable, 'columns' | 'key'>> & {
  name: string
  key: string[]
  columns: Record<string, LooseColumn>
}
export type LooseColumn = Partial<Omit<z.output<typeof columnFields>, 'type'>> & {
  type?: ColumnType | undefined
}

/** What is wrong with the tables of a source, beyond the form of their fields. */
export function findTableSetIssues(tables: LooseTable[]): Issue[] {
  const entityTables = tables.map(toEntityTable)
  const clients = tables.filter(table => table.entity === 'client' && secretColumns(table).length > 0)
  return [
    ...findNameIssues(tables.map(({ name }) => name)),
    ...tables.flatMap(findTableIssues),
    ...entityTables.flatMap(findEntityIssues),
    ...findPrefixIssues(entityTables),
    // A client's key is found by system and id.
    ...clients.slice(1).map(({ name }) => ({
      path: ['tables', name],
      says: `tables ${clients[0]?.name} and ${name} both hold personal data of clients: describe one of them in a source file of its own, with an idPrefix`,
    })),
  ]
}

/** What the entity's rules look at: columns that are dropped are not there for search and the models. */
function toEntityTable({ name, entity, idPrefix = '', key, columns }: LooseTable): EntityTable {
  const kept = Object.entries(columns).flatMap(([column, { as, type, policy, idPrefix }]) => {
    const inLake = type && lakeType({ as: '', type, policy })
    return policy === 'drop' ? [] : [[column, { as, idPrefix, type: inLake }]]
  })
  return { name, entity, idPrefix, key, columns: Object.fromEntries(kept) }
}

const secretColumns = ({ columns }: LooseTable) =>
  Object.keys(columns).filter(column => !['keep', undefined].includes(columns[column]?.policy))

function findTableIssues(table: LooseTable): Issue[] {
  const { name } = table
  const issues: Issue[] = []
  const at = (field: string, column?: string) => [
    'tables',
    name,
    field,
    ...(column === undefined ? [] : [column]),
  ]
  const names = Object.keys(table.columns)
  for (const key of table.key)
    if (!names.includes(key))
      issues.push({ path: at('key'), says: `key column ${key} is not among its columns` })
  issues.push(...findColumnNameIssues(name, names))
  const called = new Map<string, string>()
  for (const column of names) {
    const { policy, type, as } = table.columns[column] ?? {}
    const other = as === undefined || policy === 'drop' ? undefined : called.get(as)
    if (other !== undefined)
      issues.push({
        path: at('columns', column),
        says: `columns ${other} and ${column} are both called ${as}: give one another name`,
      })
    if (as !== undefined && policy !== 'drop') called.set(as, column)
    if (policy === 'generalise' && type && !['date', 'timestamp', 'timestampNtz'].includes(type.kind))
      issues.push({
        path: at('columns', column),
        says: `column ${column}: only dates can be generalised`,
      })
  }
  if (names.some(column => table.columns[column]?.policy !== undefined))
    for (const column of names)
      if (table.columns[column]?.policy === undefined)
        issues.push({
          path: at('columns', column),
          says: `column ${column} has no policy in a table with personal data: set keep, drop, hash, generalise or encrypt`,
        })
  const secret = secretColumns(table)
  if (secret.length > 0 && !table.client)
    issues.push({
      path: ['tables', name],
      says: `table ${name} holds personal data (${secret.join(', ')}): name the column of the client's id with "client:"`,
    })
  if (table.client && !names.includes(table.client))
    issues.push({ path: at('client'), says: `client column ${table.client} is not among its columns` })
  for (const column of secret)
    if (table.key.includes(column) || column === table.client)
      issues.push({ path: at('columns', column), says: `key column ${column} can only have the policy keep` })
  return issues
}
