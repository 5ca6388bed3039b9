import { epochStart } from '../../../shared/bus/index.ts'
import type { Source, SourceTable } from '../../../shared/config/index.ts'
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

/** A table of the index: the entity that it is made of, its key, and the columns that it takes from the source. */
type IndexTable = {
  entity: SourceTable['entity']
  name: string
  key: string[]
  columns: Record<string, string>
}

const INDEX_TABLES: IndexTable[] = [
  {
    entity: 'product',
    name: 'search.product',
    key: ['product_id'],
    columns: {
      product_id: 'text',
      sku: 'text',
      name: 'text',
      model: 'text',
      description: 'text',
      category: 'text',
      subcategory: 'text',
      color: 'text',
      list_price: 'numeric',
    },
  },
  {
    entity: 'product_text',
    name: 'search.product_text',
    key: ['system', 'model', 'culture'],
    columns: { model: 'text', culture: 'text', description: 'text' },
  },
  {
    entity: 'inventory',
    name: 'search.stock',
    key: ['product_id', 'location'],
    columns: { product_id: 'text', location: 'text', quantity: 'integer' },
  },
]

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

/** Of a numeric(19, 4). */
const LEAST_BEYOND = 1e15

/** A price that the index has no room for, NaN and infinity among them, is none that anybody could ask for. */
const hasRoom = (value: Row[string]) => value === null || Math.abs(Number(value)) < LEAST_BEYOND

/** A row as the index takes it: our names, ids as text with the system's prefix. */
function toIndexRow({ source, table, index }: Target, row: Row): Row {
  const renamed: Row = {}
  for (const [name, given] of Object.entries(row)) {
    const column = table.columns[name]
    const isPrice = column?.as !== undefined && index.columns[column.as] === 'numeric'
    const value = isPrice && !hasRoom(given) ? null : given
    if (column?.as !== undefined)
      renamed[column.as] = column.as === 'product_id' && value !== null ? `${source.idPrefix}${value}` : value
  }
  return renamed
}

type Touched = { productIds: string[]; models: string[] }

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
  const touched: Touched = { productIds: [], models: [] }
  for (const event of events) {
    if (event.type === SNAPSHOT_END) {
      await flush()
      touched.models.push(...(await endSnapshot(query, target, event)))
      continue
    }
    const change = event.type === CHANGE ? changeSchema.safeParse(event.data).data : undefined
    if (change?.op === 't') {
      await flush()
      touched.models.push(...(await deleteOlder(query, target, event.position)))
      continue
    }
    const row = change && rowOf(change)
    if (!change || !row) {
      malformed.push(event)
      continue
    }
    const indexed = toIndexRow(target, row)
    latest.set(event.partitionkey, { row: indexed, position: event.position, isDeleted: change.op === 'd' })
    if (typeof indexed.product_id === 'string' && target.index.entity === 'product')
      touched.productIds.push(indexed.product_id)
    if (typeof indexed.model === 'string' && target.index.entity === 'product_text')
      touched.models.push(indexed.model)
  }
  await flush()
  return { touched, malformed }
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
  const columns = Object.entries(index.columns)
  const names = columns.map(([name]) => name)
  const written = ['system', 'position', 'is_deleted', ...names]
  await query(
    `insert into ${index.name} as t (${written.join(', ')})
     select $1, r.* from unnest($2::text[], $3::boolean[], ${columns.map(([, type], i) => `$${i + 5}::${type}[]`).join(', ')})
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
      ...names.map(name => changes.map(change => change.row[name] ?? null)),
    ],
  )
}

/** @returns the models whose texts are gone: the words and vectors of their products change */
async function deleteOlder(
  query: Query,
  { source, table, index }: Target,
  position: string,
): Promise<string[]> {
  // An older event that is replayed later finds no tombstone where there was no row: this one stands for all.
  await query(
    `insert into search.cleared as c (topic, position) values ($1, $2)
     on conflict (topic) do update set position = greatest(c.position, excluded.position)`,
    [table.topic, position],
  )
  const gone = await query<{ model?: string }>(
    `update ${index.name} set is_deleted = true, position = $2 where system = $1 and position < $2
     returning ${index.entity === 'product_text' ? 'model' : 'null'}`,
    [source.system, position],
  )
  return [...new Set(gone.flatMap(({ model }) => model ?? []))]
}

/** Once every partition has seen the snapshot's end, what it did not bring is gone at the source. */
async function endSnapshot(query: Query, target: Target, event: BusEvent): Promise<string[]> {
  const { epoch, partitions } = snapshotEndSchema.parse(event.data)
  await query(
    `insert into search.snapshot (topic, partition, epoch) values ($1, $2, $3)
     on conflict (topic, partition) do update set epoch = greatest(search.snapshot.epoch, excluded.epoch)`,
    [event.topic, event.partition, epoch],
  )
  const [row] = await query<{ complete: boolean }>(
    'select count(*) = $3 as complete from search.snapshot where topic = $1 and epoch >= $2',
    [event.topic, epoch, partitions],
  )
  return row?.complete ? deleteOlder(query, target, epochStart(epoch)) : []
}
