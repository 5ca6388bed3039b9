import { epochStart, isSnapshotComplete, rememberCleared } from '../../../shared/bus/index.ts'
import {
  describeEntity,
  type Entity,
  idPrefixOf,
  type Source,
  type SourceTable,
} from '../../../shared/config/index.ts'
import {
  type BusEvent,
  CHANGE,
  type Change,
  changeSchema,
  type Row,
  SNAPSHOT_END,
  snapshotEndSchema,
} from '../../../shared/events/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { findProductsOf, resolveCategories, type TouchedCategories } from './categories.ts'
import { countChange } from './count-change.ts'
import { toStored } from './stored.ts'

/** A table of the index: the entity that it is made of, its key, the columns of the entity that it has, and those that it folds. */
type IndexTable = {
  entity: Entity
  name: string
  key: string[]
  columns: string[]
  folded: string[]
}

const INDEX_TABLES: IndexTable[] = [
  {
    entity: 'product',
    name: 'search.product',
    key: ['product_id'],
    columns: [
      ...[
        'product_id',
        'sku',
        'name',
        'model',
        'description',
        'category',
        'subcategory',
        'color',
        'list_price',
      ],
      ...['category_id', 'subcategory_id'],
    ],
    folded: ['sku_key', 'sku_bare', 'name_key', 'category_key', 'subcategory_key', 'color_key'],
  },
  {
    entity: 'category',
    name: 'search.category',
    key: ['category_id'],
    columns: ['category_id', 'name'],
    folded: ['name_key'],
  },
  {
    entity: 'subcategory',
    name: 'search.subcategory',
    key: ['subcategory_id'],
    columns: ['subcategory_id', 'category_id', 'name'],
    folded: ['name_key'],
  },
  {
    entity: 'product_text',
    name: 'search.product_text',
    key: ['system', 'model', 'culture'],
    columns: ['model', 'culture', 'description'],
    folded: [],
  },
  {
    entity: 'inventory',
    name: 'search.stock',
    key: ['product_id', 'location'],
    columns: ['product_id', 'location', 'quantity'],
    folded: [],
  },
]

/** Whether a column is a number in the index; every other is text. */
function isNumber({ entity }: IndexTable, name: string | undefined): boolean {
  return name !== undefined && describeEntity(entity).columns[name] === 'money'
}

/** Where the events of a topic go, and under which names. */
export type Target = { source: Source; table: SourceTable; index: IndexTable }

export function findTarget(sources: Source[], topic: string): Target | undefined {
  for (const source of sources)
    for (const table of source.tables) {
      const index =
        table.topic === topic ? INDEX_TABLES.find(({ entity }) => entity === table.entity) : undefined
      if (index) return { source, table, index }
    }
  return undefined
}

/** NaN and infinity are no prices to search for. */
const hasRoom = (value: Row[string]) => value === null || Number.isFinite(Number(value))

/** A row as the index takes it: our names, ids as text with their prefix. A table with one location, or one language, need not name it. */
function toIndexRow({ source, table, index }: Target, row: Row): Row {
  const renamed: Row = {}
  for (const [name, given] of Object.entries(row)) {
    const column = table.columns[name]
    if (column?.as === undefined) continue
    const value = isNumber(index, column.as) && !hasRoom(given) ? null : given
    const prefix = idPrefixOf(source, table, column)
    renamed[column.as] = prefix === undefined || value === null ? value : `${prefix}${value}`
  }
  if (table.entity === 'inventory') renamed.location = `${table.idPrefix}${renamed.location ?? ''}`
  if (table.entity === 'product_text') renamed.culture ??= ''
  return toStored(renamed)
}

type Touched = TouchedCategories & { productIds: string[]; models: string[] }

/**
 * Writes a topic's events to its index table. Rows keep the newer position, so that an event that comes twice, or late,
 * changes nothing.
 * @returns the products and models whose texts may have changed, and the events that are no changes
 */
export async function applyEvents(
  query: Query,
  target: Target,
  events: BusEvent[],
): Promise<{ touched: Touched; malformed: BusEvent[] }> {
  const malformed: BusEvent[] = []
  const latest = new Map<string, { row: Row; position: string; isDeleted: boolean }>()
  const flush = async () => {
    await upsert(query, target, [...latest.values()])
    latest.clear()
  }
  const touched: Touched = { productIds: [], models: [], categoryIds: [], subcategoryIds: [] }
  for (const event of events) {
    if (event.type === SNAPSHOT_END) {
      await flush()
      touch(touched, target, await endSnapshot(query, target, event))
      continue
    }
    const change = event.type === CHANGE ? changeSchema.safeParse(event.data).data : undefined
    if (change?.op === 't') {
      await flush()
      touch(touched, target, await deleteOlder(query, target, event.position))
      continue
    }
    const row = change && rowOf(change)
    if (!change || !row) {
      malformed.push(event)
      continue
    }
    const indexed = toIndexRow(target, row)
    // A batch need not be in order: a replayed or a parked event comes late.
    const { position, partitionkey } = event
    if ((latest.get(partitionkey)?.position ?? '') < position)
      latest.set(partitionkey, { row: indexed, position, isDeleted: change.op === 'd' })
    touch(touched, target, [indexed])
  }
  await flush()
  // Filters and facets have the new names with what changed; the words and the vectors follow.
  if (namesCategories(target))
    await resolveCategories(query, [...touched.productIds, ...(await findProductsOf(query, touched))])
  // Last: others of this writer wait for it from here on.
  const [partition] = events.map(event => event.partition).toSorted((a, b) => a - b)
  await countChange(query, `${target.table.topic}/${partition}`)
  return { touched, malformed }
}

/** Whether the source has categories in tables of their own. */
export function namesCategories({ source }: Target): boolean {
  return source.tables.some(({ entity }) => entity === 'category' || entity === 'subcategory')
}

/** By entity, the id that says which products' texts a change may affect. */
const TOUCHES: Partial<Record<SourceTable['entity'], [column: string, kind: keyof Touched]>> = {
  product: ['product_id', 'productIds'],
  product_text: ['model', 'models'],
  category: ['category_id', 'categoryIds'],
  subcategory: ['subcategory_id', 'subcategoryIds'],
}

function touch(touched: Touched, { index }: Target, rows: Row[]): void {
  const [column, kind] = TOUCHES[index.entity] ?? []
  if (!column || !kind) return
  for (const row of rows) {
    const id = row[column]
    if (typeof id === 'string') touched[kind].push(id)
  }
}

function rowOf(change: Change): Row | undefined {
  return (change.op === 'd' ? change.before : change.after) ?? undefined
}

async function upsert(
  query: Query,
  { source, table, index }: Target,
  changes: { row: Row; position: string; isDeleted: boolean }[],
): Promise<void> {
  if (changes.length === 0) return
  const names = [...index.columns, ...index.folded]
  const arrays = names.map((name, i) => `$${i + 6}::${isNumber(index, name) ? 'numeric' : 'text'}[]`)
  const written = ['system', 'source_table', 'position', 'is_deleted', ...names]
  await query(
    `insert into ${index.name} as t (${written.join(', ')})
     select $1, $5, r.* from unnest($2::text[], $3::boolean[], ${arrays.join(', ')})
       as r (position, is_deleted, ${names.join(', ')})
     where not exists (select 1 from search.cleared c where c.topic = $4 and c.position > r.position collate "C")
     on conflict (${index.key.join(', ')}) do update
     set ${written
       .filter(name => !index.key.includes(name))
       .map(name => `${name} = excluded.${name}`)
       .join(', ')}
     where t.position < excluded.position`,
    [
      source.system,
      changes.map(change => change.position),
      changes.map(change => change.isDeleted),
      table.topic,
      table.name,
      ...names.map(name => changes.map(change => change.row[name] ?? null)),
    ],
  )
}

/** @returns the rows that are gone, where products are made of them: their words and vectors change */
async function deleteOlder(query: Query, { source, table, index }: Target, position: string): Promise<Row[]> {
  await rememberCleared(query, 'search', table.topic, position)
  const [column] = (index.entity !== 'product' && TOUCHES[index.entity]) || ['null']
  return await query<Row>(
    `update ${index.name} set is_deleted = true, position = $2
     where system = $1 and position < $2 and source_table in ($3, '')
     returning ${column}`,
    [source.system, position, table.name],
  )
}

/** Once every partition has seen the snapshot's end, rows that it lacks are gone at the source. */
async function endSnapshot(query: Query, target: Target, event: BusEvent): Promise<Row[]> {
  const end = snapshotEndSchema.parse(event.data)
  const isComplete = await isSnapshotComplete(query, 'search', event, end)
  return isComplete ? deleteOlder(query, target, epochStart(end.epoch)) : []
}
