import type { ColumnType } from './column.ts'

/** Entities that a source's table can be mapped to. */
export const ENTITIES = [
  'product',
  'product_text',
  'category',
  'subcategory',
  'client',
  'order',
  'order_item',
  'sale',
  'return',
  'inventory',
  'transporter',
  'territory',
  'offer',
  'interaction',
] as const

export type Entity = (typeof ENTITIES)[number]

type EntityRule = {
  /**
   * What tells its rows apart, by our names: the models and the index rank changes by it. The first of which a table has
   * every column must be its key.
   */
  keys: string[][]
  /** What else the models or the index cannot do without. */
  needs: string[]
}

/** What is asked of a table, by its entity. Entities that no model and no index reads ask for nothing. */
const RULES: Partial<Record<Entity, EntityRule>> = {
  product: { keys: [['product_id']], needs: [] },
  product_text: { keys: [['model', 'culture'], ['model']], needs: ['description'] },
  category: { keys: [['category_id']], needs: ['name'] },
  subcategory: { keys: [['subcategory_id']], needs: ['name'] },
  client: { keys: [['client_id']], needs: [] },
  order: { keys: [['order_id']], needs: [] },
  order_item: { keys: [['order_id', 'line_number']], needs: [] },
  sale: { keys: [['sale_id'], ['order_id', 'line_number']], needs: ['sale_date', 'amount'] },
  inventory: { keys: [['product_id', 'location'], ['product_id']], needs: [] },
  transporter: { keys: [['transporter_id']], needs: [] },
  territory: { keys: [['territory_id']], needs: [] },
}

/** Which entity an id is of. */
const ID_OF = new Map<string, Entity>([
  ['product_id', 'product'],
  ['category_id', 'category'],
  ['subcategory_id', 'subcategory'],
  ['client_id', 'client'],
  ['order_id', 'order'],
  ['sale_id', 'sale'],
  ['transporter_id', 'transporter'],
  ['territory_id', 'territory'],
])

const NUMBER: ColumnType['kind'][] = ['int', 'bigint', 'decimal', 'double']
const TIME: ColumnType['kind'][] = ['date', 'timestamp', 'timestampNtz']
/** Of what kind a column has to be in the lake that the models and the index reckon with, by our name. */
const KINDS: Record<string, ColumnType['kind'][]> = {
  list_price: NUMBER,
  standard_cost: NUMBER,
  unit_price: NUMBER,
  amount: NUMBER,
  annual_income: NUMBER,
  ship_base: NUMBER,
  ship_rate: NUMBER,
  quantity: NUMBER,
  home_owner: ['boolean'],
  ordered_at: TIME,
  modified_at: TIME,
  sale_date: TIME,
}
/** Counts, which may be decimals without a fraction: many databases have no other whole numbers. */
const WHOLE = new Set(['line_number', 'total_children', 'birth_year'])
/** Of a line's number, which is part of a key: more do not fit a bigint. */
const WHOLE_DIGITS = 18

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

/** What the entity of a table asks for and the table has not. */
export function findEntityIssues(table: EntityTable): Issue[] {
  const { name, entity, key, columns } = table
  const rule = entity && RULES[entity]
  if (!rule) return []
  const issues: Issue[] = []
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
      says: `a table of ${entity} rows tells them apart by ${rule.keys.map(names => names.join(' and ')).join(', or by ')}: say with "as:" which columns these are`,
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
      says: `the key of a table of ${entity} rows must be the columns that are its ${wanted.join(' and ')}, by which search and the models tell its rows apart: name these, and where they are no primary key have the table "replica identity full"`,
    })
  for (const ours of rule.needs)
    if (!named.has(ours))
      issues.push({
        path: ['tables', name, 'columns'],
        says: `a table of ${entity} rows needs its ${ours}: say with "as: ${ours}" which column that is, or leave the table out`,
      })
  for (const [column, declared] of Object.entries(columns)) {
    const says = findKindIssue(column, declared)
    if (says) issues.push({ path: ['tables', name, 'columns', column], says })
  }
  return issues
}

const isSame = (wanted: string[], ours: (string | undefined)[]) =>
  wanted.length === ours.length && wanted.every(name => ours.includes(name))

function findKindIssue(column: string, { as: ours = '', type }: EntityColumn): string | undefined {
  if (!type) return undefined
  const refuse = (wanted: string) =>
    `column ${column} is ${type.kind} in the lake, where ${ours} has to be ${wanted}: another type or treatment, or another name`
  if (WHOLE.has(ours)) {
    const isWhole =
      type.kind === 'int' ||
      type.kind === 'bigint' ||
      (type.kind === 'decimal' && type.scale === 0 && type.precision <= WHOLE_DIGITS)
    return isWhole ? undefined : refuse(`int, bigint, or decimal(p,0) with p up to ${WHOLE_DIGITS}`)
  }
  const kinds = KINDS[ours]
  return !kinds || kinds.includes(type.kind) ? undefined : refuse(kinds.join(', '))
}

/** Where several tables of one source do not fit each other: rows whose ids collide, and columns that point to either. */
export function findPrefixIssues(tables: EntityTable[]): Issue[] {
  const issues: Issue[] = []
  for (const [i, table] of tables.entries()) {
    if (!table.entity || !RULES[table.entity]) continue
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
  const entity = ID_OF.get(ours)
  if (!entity || entity === table.entity)
    return idPrefix === undefined
      ? undefined
      : `column ${column} points to no other table: idPrefix is said of its table, if of anything`
  const targets = tables.filter(target => target.entity === entity)
  const prefixes = targets.map(target => `"${target.idPrefix}"`).join(' or ')
  if (idPrefix === undefined && targets.length > 1)
    return `column ${column} points to ${entity} rows, of which there are the tables ${targets.map(({ name }) => name).join(', ')}: say which with an idPrefix, ${prefixes}`
  if (idPrefix !== undefined && targets.length > 0 && targets.every(target => target.idPrefix !== idPrefix))
    return `column ${column} has the idPrefix "${idPrefix}", where ${entity} rows have ${prefixes}`
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
  const entity = column.as === undefined ? undefined : ID_OF.get(column.as)
  if (!entity) return undefined
  if (entity === table.entity) return source.idPrefix + table.idPrefix
  const [target, ...others] = source.tables.filter(other => other.entity === entity)
  const only = others.length === 0 ? target?.idPrefix : undefined
  return source.idPrefix + (column.idPrefix ?? only ?? '')
}
