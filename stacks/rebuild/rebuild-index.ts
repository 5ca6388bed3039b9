import type { Bus } from '../../shared/bus/index.ts'
import type { Row, Source, SourceTable } from '../../shared/config/index.ts'
import type { Host } from '../../shared/contract/index.ts'
import { OutageError } from '../../shared/errors/index.ts'
import { type BusEvent, CHANGE, SNAPSHOT_END, toBusEvent } from '../../shared/events/index.ts'
import {
  type AddFile,
  completedEpoch,
  landedEpoch,
  OWN_COLUMNS,
  openTable,
  readRows,
  sourceColumns,
  type Table,
  tablePath,
} from '../../shared/lake/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Lease, Leases, Store } from '../../shared/store/index.ts'
import { readParked } from '../connector/parked.ts'
import { takeOver } from './take-over.ts'

export const INDEX_FUNCTION = 'index-products'
/** The entities that the index is made of, and the table of each. Products come last: a vector has all of their texts. */
const INDEX_TABLES = new Map<SourceTable['entity'], string>([
  ['category', 'search.category'],
  ['subcategory', 'search.subcategory'],
  ['product_text', 'search.product_text'],
  ['inventory', 'search.stock'],
  ['product', 'search.product'],
])
/** As many as a topic's batches have. */
const BATCH = 200

export type IndexRebuild = {
  store: Store
  bus: Bus
  leases: Leases
  objects: ObjectStore
  sources: Source[]
  /** index-products, started. */
  host: Host
  onTable?: (table: string, rows: number) => void
}

/**
 * Rebuilds the search index from the lake, which has every change, and from the bus what has not landed yet. Searches
 * are answered meanwhile; each row stays as it was until it is rebuilt. If killed in between, run it again.
 */
export async function rebuildIndex(options: IndexRebuild): Promise<{ rows: number }> {
  const { sources, leases } = options
  let rows = 0
  for (const [entity, name] of INDEX_TABLES)
    for (const source of sources)
      for (const table of source.tables.filter(table => table.entity === entity)) {
        const fed = await takeOver(leases, { group: INDEX_FUNCTION, topic: table.topic }, lease =>
          rebuildFrom(options, source, table, name, lease),
        )
        options.onTable?.(`${source.system}.${table.name}`, fed)
        rows += fed
      }
  return { rows }
}

async function rebuildFrom(
  { store, objects, host }: IndexRebuild,
  source: Source,
  table: SourceTable,
  name: string,
  lease: Lease,
): Promise<number> {
  const { topic } = table
  await store.transaction(async ({ query }) => {
    // What has not landed is read again from the bus.
    await query(
      `update bus.cursor c set next_offset = least(c.next_offset, l.next_offset), fencing = $3
       from bus.cursor l join bus.topic t on t.id = l.topic_id
       where t.name = $1 and l."group" = 'land-changes' and c."group" = $2
         and c.topic_id = l.topic_id and c.partition = l.partition and c.fencing <= $3`,
      [topic, INDEX_FUNCTION, lease.fencing],
    )
    await query('delete from search.cleared where topic = $1', [topic])
    await query('delete from search.snapshot where topic = $1', [topic])
    // Older than anything: whatever comes now takes the row's place.
    await query(`update ${name} set position = '' where system = $1 and source_table in ($2, '')`, [
      source.system,
      table.name,
    ])
    if (name === 'search.product')
      await query(
        `update search.product_vector v set text_hash = '' where not exists (
           select 1 from search.product p where p.product_id = v.product_id and p.system <> $1)`,
        [source.system],
      )
  })
  const feed = async (events: BusEvent[]) => {
    lease.signal.throwIfAborted()
    const { status, detail } = await host.deliver(events)
    if (status !== 200)
      throw new OutageError('index', `${INDEX_FUNCTION} answered ${status}: ${detail ?? ''}`)
  }
  const opened = await openTable(objects, tablePath(source.system, table.name))
  let rows = 0
  const batch: BusEvent[] = []
  for await (const event of readChanges(opened, source, table)) {
    batch.push(event)
    rows += 1
    if (batch.length === BATCH) await feed(byPosition(batch.splice(0)))
  }
  if (batch.length > 0) await feed(byPosition(batch))
  // What land-changes could not take, the index may have.
  for (let after = '0'; ; ) {
    const parked = await readParked(
      store.query,
      "function = 'land-changes' and topic = $1 and id > $2",
      [topic, after],
      BATCH,
    )
    if (parked.length === 0) break
    await feed(parked.map(({ record }) => toBusEvent(record)))
    after = parked.at(-1)?.id ?? after
  }
  // What nothing has brought again is in no table.
  await store.query(`delete from ${name} where system = $1 and source_table in ($2, '') and position = ''`, [
    source.system,
    table.name,
  ])
  for (const end of snapshotEnds(opened, source, table)) await feed([end])
  return rows
}

const byPosition = (events: BusEvent[]) =>
  events.toSorted((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0))

/** A table's rows as the events that they were; the latest files first, so that older rows change nothing any more. */
async function* readChanges(opened: Table, source: Source, table: SourceTable): AsyncGenerator<BusEvent> {
  const declared = sourceColumns(table).filter(({ name }) =>
    opened.snapshot.columns.some(column => column.name === name),
  )
  const latest = (file: AddFile): string => JSON.parse(file.stats ?? '{}').maxValues?._position ?? '~'
  const files = [...opened.snapshot.files.values()].sort((a, b) => (latest(a) < latest(b) ? 1 : -1))
  for (const file of files)
    for await (const rows of readRows(opened, file, [...declared, ...OWN_COLUMNS]))
      for (const row of rows) yield toEvent(source, table, row)
}

function toEvent(source: Source, table: SourceTable, row: Row): BusEvent {
  const { _op: op, _position, _partition, _offset, _changed_at, _landed_at, _schema_version, ...values } = row
  const position = String(_position)
  const key = op === 't' ? '' : JSON.stringify(table.key.map(name => values[name]))
  const after = op === 'd' || op === 't' ? null : values
  return {
    ...placeOf(source, table, Number(_partition), position),
    offset: String(_offset),
    type: CHANGE,
    time: String(_changed_at),
    partitionkey: key,
    data: {
      op,
      before: op === 'd' ? values : null,
      after,
      source: { name: source.system, schema: source.namespace, table: table.name },
    },
  }
}

function placeOf(source: Source, table: SourceTable, partition: number, position: string) {
  const place = `${source.system}/${table.name}`
  return {
    specversion: '1.0' as const,
    id: `${place}/${position}/${partition}`,
    source: `/sources/${place}`,
    position,
    topic: table.topic,
    partition,
    busid: 'lake',
  }
}

/** The last snapshot that is complete, and then those that a partition is ahead with. */
function snapshotEnds({ snapshot }: Table, source: Source, table: SourceTable): BusEvent[] {
  const { topic, partitions } = table
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const end = (partition: number, epoch: number): BusEvent => ({
    ...placeOf(source, table, partition, `end of ${epoch}`),
    offset: '0',
    type: SNAPSHOT_END,
    time: new Date().toISOString(),
    partitionkey: '',
    data: { epoch, partitions },
  })
  const complete = completedEpoch(snapshot, topic, partitions)
  if (complete === 0) return []
  return [
    ...all.map(partition => end(partition, complete)),
    ...all
      .map(partition => end(partition, landedEpoch(snapshot, { topic, partition })))
      .filter(({ data }) => (data as { epoch: number }).epoch > complete),
  ]
}
