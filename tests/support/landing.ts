import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'node:test'
import { pathToFileURL } from 'node:url'
import landChanges from '../../functions/land/land-changes/handler.ts'
import { makePosition } from '../../shared/bus/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import type { BatchResult } from '../../shared/contract/index.ts'
import { type BusEvent, CHANGE, SNAPSHOT_END } from '../../shared/events/index.ts'
import { openTable } from '../../shared/lake/index.ts'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'

/** A lake of its own for each test of a file that imports this, and land-changes over it. */
export const SOURCE = (columns = '') => `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    partitions: 2
    columns:
      ProductID: { type: int, as: product_id }
      Name: { type: string, as: name }
      Price: { type: "decimal(5,2)", as: price }
      ${columns}
  Order:
    entity: order
    key: [OrderID]
    columns:
      OrderID: { type: bigint, as: order_id }
`
export const TABLE = 'lake/cdc_shop/Product'

export let root: string
export let objects: ObjectStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-land-'))
  objects = openObjects(pathToFileURL(root).href)
})
afterEach(() => rm(root, { recursive: true }))

export const position = (commit: number, epoch = 1) => makePosition(epoch, BigInt(commit), 0)

export function event(
  offset: number,
  given: Partial<BusEvent> & { op?: string; row?: object | null } = {},
): BusEvent {
  const {
    op = 'c',
    row = { ProductID: offset, Name: `Bike ${offset}`, Price: '9.90' },
    ...attributes
  } = given
  return {
    specversion: '1.0',
    id: `shop/Product/${given.position ?? position(offset)}`,
    source: '/shop',
    type: CHANGE,
    time: '2017-06-30T10:00:00.123456Z',
    position: position(offset),
    partitionkey: String(offset),
    topic: 'cdc.shop.Product',
    partition: 0,
    offset: String(offset),
    busid: 'bus-1',
    data: {
      op,
      before: op === 'd' ? row : null,
      after: op === 'd' || op === 't' ? null : row,
      source: { name: 'shop', schema: 'dbo', table: 'Product' },
    },
    ...attributes,
  }
}

export const snapshotEnd = (offset: number, epoch: number, partition = 0): BusEvent =>
  event(offset, {
    type: SNAPSHOT_END,
    partition,
    position: position(0, epoch),
    data: { epoch, partitions: 2 },
  })

/** A function as its host runs it: from the same sources, over the same objects. */
export function start(
  columns?: string,
  store: ObjectStore = objects,
): (events: BusEvent[]) => Promise<string[]> {
  const resources = { objects: store, sources: [parseSource('shop.yml', SOURCE(columns))] }
  const lines: string[] = []
  const log = makeLogger({ level: 'debug', destination: { write: line => lines.push(line) } })
  const surroundings = { resources, log, settings: {} } as never
  const state = landChanges.init?.(surroundings)
  logged = lines
  return async events => {
    if (landChanges.kind !== 'events') throw new Error('it takes events')
    const context = { ...(surroundings as object), state, signal: new AbortController().signal, lineage() {} }
    return (await landChanges.handleBatch(events, context as never)).map(outcome)
  }
}
export let logged: string[] = []
export const outcome = ({ status, reason }: BatchResult) => (reason ? `${status} ${reason}` : status)

export const rowsIn = async (path = TABLE) => {
  const { snapshot } = await openTable(objects, path)
  return [...snapshot.files.values()].reduce((sum, { stats = '{}' }) => sum + JSON.parse(stats).numRecords, 0)
}
export const dataFiles = async () => {
  const keys: string[] = []
  for await (const { key } of objects.list(`${TABLE}/year=`)) keys.push(key)
  return keys
}
