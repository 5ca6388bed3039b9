import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import compactLake from '../../functions/land/compact-lake/handler.ts'
import landChanges from '../../functions/land/land-changes/handler.ts'
import { makePosition } from '../../shared/bus/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { type BusEvent, CHANGE } from '../../shared/events/index.ts'
import { landedMark, openTable } from '../../shared/lake/index.ts'
import { startFunction } from '../support/function.ts'
import { makeLake, type TestLake } from './lake-support.ts'

const SOURCE = parseSource(
  'shop.yml',
  `connection: shop
capture: postgres
timeZone: UTC
tables:
  Sale:
    entity: sale
    key: [SaleID]
    columns:
      SaleID: { type: bigint, as: sale_id }
      SaleDate: { type: date, as: sale_date }
      Product: { type: string, as: product_id }
      Quantity: { type: int, as: quantity }
      Amount: { type: "decimal(19,4)", as: amount }
`,
)
const TOPIC = 'cdc.shop.Sale'
const PARTITIONS = 4
const BATCH = 10_000
const EVENTS = 1_000_000
/** What a batch of its largest size takes, many times over; the backlog would take a gigabyte. */
const MAX_GROWTH_MIB = 250

let lake: TestLake
before(async () => {
  lake = await makeLake()
})
after(() => lake.remove())

function event(n: number): BusEvent {
  const position = makePosition(1, BigInt(n + 1), 0)
  const month = String(1 + (Math.floor(n / BATCH) % 12)).padStart(2, '0')
  return {
    specversion: '1.0',
    id: `shop/Sale/${position}`,
    source: '/sources/shop/Sale',
    type: CHANGE,
    time: `2017-${month}-03T10:00:00.000Z`,
    position,
    partitionkey: String(n),
    topic: TOPIC,
    partition: n % PARTITIONS,
    offset: String(Math.floor(n / PARTITIONS)),
    busid: 'bus',
    data: {
      op: 'c',
      before: null,
      after: { SaleID: String(n), Product: `product ${n % 500}`, Quantity: n % 7, Amount: '12.3400' },
      source: { name: 'shop', schema: 'dbo', table: 'Sale' },
    },
  }
}

test('a backlog of a million events lands once each while memory stays flat, with concurrent compaction', async () => {
  const resources = { objects: lake.objects, sources: [SOURCE] }
  const land = await startFunction(landChanges, { resources })
  const compact = await startFunction(compactLake, { resources })
  const afterMerge: number[] = []
  for (let from = 0; from < EVENTS; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, i) => event(from + i))
    const { status, results } = await land.deliver(events)
    assert.equal(status, 200)
    assert.ok(results.every(result => result.status === 'done'))
    if ((from + BATCH) % (EVENTS / 10) !== 0) continue
    assert.equal((await compact.call({})).status, 200)
    globalThis.gc?.()
    afterMerge.push(Math.round(process.memoryUsage().rss / 2 ** 20))
  }
  const growth = Math.max(...afterMerge.slice(2)) - Math.max(...afterMerge.slice(0, 2))
  assert.ok(growth < MAX_GROWTH_MIB, `MiB after each tenth: ${afterMerge.join(', ')}`)
  const { snapshot } = await openTable(lake.objects, 'lake/cdc_shop/Sale')
  const rows = [...snapshot.files.values()].reduce(
    (sum, { stats = '{}' }) => sum + JSON.parse(stats).numRecords,
    0,
  )
  assert.equal(rows, EVENTS)
  for (let partition = 0; partition < PARTITIONS; partition++)
    assert.equal(
      landedMark(snapshot, { busId: 'bus', topic: TOPIC, partition }).offset,
      BigInt(EVENTS / PARTITIONS - 1),
    )
  console.log(`MiB after each tenth: ${afterMerge.join(', ')}; ${snapshot.files.size} files`)
})
