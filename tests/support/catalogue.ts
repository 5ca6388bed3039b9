import { makePosition } from '../../shared/bus/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import type { Source } from '../../shared/config/index.ts'
import { type BusEvent, CHANGE, type Operation, type Row, SNAPSHOT_END } from '../../shared/events/index.ts'

/** A small shop with what the search index is made of. */
export const CATALOGUE = parseSource(
  'sources/shop.yml',
  `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    partitions: 1
    columns:
      ProductID: { type: int, as: product_id }
      ProductNumber: { type: string, as: sku }
      Name: { type: string, as: name }
      Model: { type: string, as: model }
      Description: { type: string, as: description }
      Color: { type: string, as: color }
      ListPrice: { type: "decimal(19,4)", as: list_price }
      Subcategory: { type: string, as: subcategory }
      Category: { type: string, as: category }
  ProductDescription:
    entity: product_text
    key: [Model, Culture]
    partitions: 1
    columns:
      Model: { type: string, as: model }
      Culture: { type: string, as: culture }
      Description: { type: string, as: description }
  Inventory:
    entity: inventory
    key: [ProductID, Location]
    partitions: 1
    columns:
      ProductID: { type: int, as: product_id }
      Location: { type: string, as: location }
      Quantity: { type: int, as: quantity }
  Order:
    entity: order
    key: [OrderID]
    partitions: 1
    columns:
      OrderID: { type: int, as: order_id }
`,
)

type Given = { table: string; op?: Operation; row: Row; commit: number; epoch?: number; source?: Source }

/** A row's change as the bus has it. */
export function makeEvent({ table, op = 'c', row, commit, epoch = 1, source = CATALOGUE }: Given): BusEvent {
  const position = makePosition(epoch, BigInt(commit), 0)
  const { key = [], topic = '' } = source.tables.find(({ name }) => name === table) ?? {}
  const values = key.map(name => row[name] ?? null)
  const change = {
    op,
    before: op === 'd' ? row : null,
    after: op === 'd' ? null : row,
    source: { name: source.system, schema: 'public', table },
  }
  return makeBusEvent({
    table,
    topic,
    type: CHANGE,
    position,
    key: values.length === 1 ? String(values[0]) : JSON.stringify(values),
    offset: commit,
    data: change,
  })
}

export function makeSnapshotEnd(table: string, epoch: number, commit: number): BusEvent {
  return makeBusEvent({
    table,
    type: SNAPSHOT_END,
    position: makePosition(epoch, BigInt(commit), 0),
    key: '',
    offset: commit,
    data: { epoch, partitions: 1 },
  })
}

export function makeTruncate(table: string, commit: number, topic?: string): BusEvent {
  const data = { op: 't', before: null, after: null, source: { name: 'shop', schema: 'public', table } }
  return makeBusEvent({
    table,
    ...(topic !== undefined && { topic }),
    type: CHANGE,
    position: makePosition(1, BigInt(commit), 0),
    key: '',
    offset: commit,
    data,
  })
}

type Attributes = {
  table: string
  topic?: string
  type: string
  position: string
  key: string
  offset: number
  data: unknown
}

function makeBusEvent({
  table,
  topic = `cdc.shop.${table}`,
  type,
  position,
  key,
  offset,
  data,
}: Attributes): BusEvent {
  return {
    specversion: '1.0',
    id: `shop/${table}/${position}`,
    source: `/sources/shop/${table}`,
    type,
    time: '2026-01-02T03:04:05.000Z',
    position,
    partitionkey: key,
    topic,
    partition: 0,
    offset: String(offset),
    busid: 'bus',
    data,
  }
}
