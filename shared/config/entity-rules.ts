import type { ColumnType } from './column.ts'
import {
  describeEntity,
  type Entity,
  type EntityDescription,
  entityOfId,
  findWantedType,
} from './entities.ts'

/** A column as far as it could be read. `type` is its type in the lake. */
export type EntityColumn = {
  as?: string | undefined
  idPrefix?: string | undefined
  type?: ColumnType | undefined
}
/** A table as far as it could be read; columns that are dropped are not among its columns. */
export type EntityTable = {
  name: string
  entity?: Entity | undefined
  idPrefix: string
  key: string[]
  columns: Record<string, EntityColumn>
}
export type Issue = { path: PropertyKey[]; says: string }

/** What the table's entity requires and the table lacks. */
export function findEntityIssues(table: EntityTable): Issue[] {
  const { name, entity, key, columns } = table
  const rule = entity && describeEntity(entity)
  if (!rule) return []
  const issues = findTypeIssues(rule, table)
  if (rule.keys.length === 0) return issues
  const named = Map.groupBy(Object.keys(columns), column => columns[column]?.as)
  for (const [ours, [first, second]] of named)
    if (ours !== undefined && second !== undefined)
      issues.push({
        path: ['tables', name, 'columns', second],
        says: `columns ${first} and ${second} are both called ${ours}: give one another name`,
      })
  const wanted = rule.keys.find(names => names.every(ours => named.has(ours)))
  if (!wanted)
    issues.push({
      path: ['tables', name, 'columns'],
      says: `a table of ${entity} rows needs ${rule.keys.map(names => names.join(' and ')).join(', or ')} to tell them apart: name these columns with "as:"`,
    })
  else if (
    key.length > 0 &&
    !isSame(
      wanted,
      key.map(column => columns[column]?.as),
    )
  )
    issues.push({
      path: ['tables', name, 'key'],
      says: `the key of a table of ${entity} rows must be the columns that are its ${wanted.join(' and ')}, by which search and the models tell its rows apart: list these, and if they are no primary key, give the table "replica identity full"`,
    })
  for (const ours of rule.needs)
    if (!named.has(ours))
      issues.push({
        path: ['tables', name, 'columns'],
        says: `a table of ${entity} rows needs its ${ours}: name that column with "as: ${ours}", or leave the table out`,
      })
  return issues
}

function findTypeIssues(rule: EntityDescription, { name, columns }: EntityTable): Issue[] {
  return Object.entries(columns).flatMap(([column, declared]) => {
    const says = findTypeIssue(rule, column, declared)
    return says ? [{ path: ['tables', name, 'columns', column], says }] : []
  })
}

const isSame = (wanted: string[], ours: (string | undefined)[]) =>
  wanted.length === ours.length && wanted.every(name => ours.includes(name))

function findTypeIssue(
  { columns }: EntityDescription,
  column: string,
  { as: ours = '', type }: EntityColumn,
): string | undefined {
  const kind = columns[ours]
  const wanted = kind && type && findWantedType(kind, type)
  return (
    wanted &&
    `column ${column} is ${type.kind} in the lake, but ${ours} must be ${wanted}: give it another type, policy or name`
  )
}

/** Where several tables of one source do not fit each other: rows whose ids collide, and columns that point to either. */
export function findPrefixIssues(tables: EntityTable[]): Issue[] {
  const issues: Issue[] = []
  for (const [i, table] of tables.entries()) {
    if (!table.entity || describeEntity(table.entity).keys.length === 0) continue
    const twin = tables.slice(0, i).find(other => isTwin(other, table))
    if (twin)
      issues.push({
        path: ['tables', table.name],
        says:
          table.entity === 'product_text'
            ? `tables ${twin.name} and ${table.name} both have product_text rows: leave one out`
            : `tables ${twin.name} and ${table.name} both have ${table.entity} rows with the idPrefix "${table.idPrefix}", and their ids would collide: give one an idPrefix of its own`,
      })
    for (const [column, declared] of Object.entries(table.columns)) {
      const says = findReferenceIssue(table, column, declared, tables)
      if (says) issues.push({ path: ['tables', table.name, 'columns', column], says })
    }
    for (const level of ['category', 'subcategory']) {
      const names = Object.values(table.columns).map(column => column.as)
      if (table.entity === 'product' && names.includes(level) && names.includes(`${level}_id`))
        issues.push({
          path: ['tables', table.name, 'columns'],
          says: `a product's ${level} is a text (as: ${level}) or a row of another table (as: ${level}_id): list one of the two`,
        })
    }
  }
  return issues
}

function isTwin(one: EntityTable, other: EntityTable): boolean {
  return one.entity === other.entity && (one.idPrefix === other.idPrefix || one.entity === 'product_text')
}

function findReferenceIssue(
  table: EntityTable,
  column: string,
  { as: ours = '', idPrefix }: EntityColumn,
  tables: EntityTable[],
): string | undefined {
  const entity = entityOfId(ours)
  if (!entity || entity === table.entity)
    return idPrefix === undefined
      ? undefined
      : `column ${column} points to no other table: idPrefix belongs to its own table, if anywhere`
  const targets = tables.filter(target => target.entity === entity)
  const prefixes = targets.map(target => `"${target.idPrefix}"`).join(' or ')
  if (idPrefix === undefined && targets.length > 1)
    return `column ${column} points to ${entity} rows, which are in the tables ${targets.map(({ name }) => name).join(', ')}: choose one with an idPrefix, ${prefixes}`
  if (idPrefix !== undefined && targets.length > 0 && targets.every(target => target.idPrefix !== idPrefix))
    return `column ${column} has the idPrefix "${idPrefix}", but ${entity} rows have ${prefixes}`
  return undefined
}

/**
 * What is set before an id, so that ids of two systems or tables are never the same: the system's prefix, then that of the
 * table whose row the id is of. A column that points to another table has the prefix of that one.
 * @returns undefined for a column that is no id
 */
export function idPrefixOf(
  source: { idPrefix: string; tables: Pick<EntityTable, 'entity' | 'idPrefix'>[] },
  table: Pick<EntityTable, 'entity' | 'idPrefix'>,
  column: { as?: string | undefined; idPrefix?: string | undefined },
): string | undefined {
  const entity = entityOfId(column.as)
  if (!entity) return undefined
  if (entity === table.entity) return source.idPrefix + table.idPrefix
  const [target, ...others] = source.tables.filter(other => other.entity === entity)
  const only = others.length === 0 ? target?.idPrefix : undefined
  return source.idPrefix + (column.idPrefix ?? only ?? '')
}
