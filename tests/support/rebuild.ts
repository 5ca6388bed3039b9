import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import landChanges from '../../functions/land/land-changes/handler.ts'
import indexProducts from '../../functions/search/index-products/handler.ts'
import { type Bus, makePosition, type NewRecord, type Topic } from '../../shared/bus/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import type { Source, SourceTable } from '../../shared/config/index.ts'
import type { Host } from '../../shared/contract/index.ts'
import { CHANGE, SNAPSHOT_END, toBusEvent } from '../../shared/events/index.ts'
import { completedEpoch, openTable, RestoreError, readRows, tablePath } from '../../shared/lake/index.ts'
import { type Leases, makeLeases, type Store } from '../../shared/store/index.ts'
import { settle } from '../../stacks/connector/settle.ts'
import { rebuildIndex } from '../../stacks/rebuild/rebuild-index.ts'
import { type Goal, rebuildTable } from '../../stacks/rebuild/rebuild-table.ts'
import { makeLake, type TestLake } from '../integration/lake-support.ts'
import { startFunction } from './function.ts'
import { makeCountingModels } from './models.ts'
import { startTestPostgres, type TestPostgres } from './postgres.ts'

const SOURCE_TEXT = `connection: shop
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
      ListPrice: { type: "decimal(19,4)", as: list_price }
`

type BusUnderTest = {
  openBus(store: Store): Promise<Bus>
  /** Makes every partition's log begin at an offset, as retention does. */
  cutLog(store: Store, topic: Topic, offset: number): Promise<void>
}

/** What rebuilding a table or the index does, on any bus. */
export function testRebuild({ openBus, cutLog }: BusUnderTest): void {
  let source: Source
  let product: SourceTable
  let path: string
  let postgres: TestPostgres
  let store: Store
  let lake: TestLake
  let bus: Bus
  let topic: Topic
  let leases: Leases
  let land: Host
  let index: Host
  const { models } = makeCountingModels()

  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.stop())
  let count = 0
  beforeEach(async context => {
    store = await postgres.createStore(`rebuild_${count++}`)
    lake = await makeLake()
    // A system of its own, and so a topic: a log may outlive the store of a test.
    source = parseSource(`shop${count}.yml`, SOURCE_TEXT)
    product = source.tables[0] as SourceTable
    path = tablePath(source.system, product.name)
    bus = await openBus(store)
    topic = (await bus.ensureTopics([{ name: product.topic, partitions: 2 }])).get(product.topic) as Topic
    leases = makeLeases(store, 'test')
    const resources = { store, models, objects: lake.objects, sources: [source] }
    land = (await startFunction(landChanges, { resources })).host
    index = (await startFunction(indexProducts, { resources })).host
    if ('after' in context)
      context.after(async () => {
        await leases.close()
        await bus.close()
        await lake.remove()
      })
  })

  /** A change of product `id`, at the source's commit `commit`. */
  const change = (commit: number, id: number, more: object = {}, epoch = 1): NewRecord => ({
    topic: topic.name,
    partition: id % 2,
    type: CHANGE,
    key: `[${id}]`,
    position: makePosition(epoch, BigInt(commit), commit === 0 ? id : 0),
    changedAt: '2026-01-01T00:00:00.123Z',
    value: JSON.stringify({
      op: commit === 0 ? 'r' : 'u',
      before: null,
      after: { ProductID: id, Name: `Bike ${id} of ${commit}`, ListPrice: '1.5000', ...more },
      source: { name: source.system, schema: 'dbo', table: 'Product' },
    }),
  })
  const deletion = (commit: number, id: number): NewRecord => ({
    ...change(commit, id),
    value: JSON.stringify({
      op: 'd',
      before: { ProductID: id },
      after: null,
      source: { name: source.system, schema: 'dbo', table: 'Product' },
    }),
  })
  const end = (partition: number, epoch = 1): NewRecord => ({
    ...change(0, partition),
    type: SNAPSHOT_END,
    key: '',
    partition,
    position: makePosition(epoch, 0n, 0xffffffff),
    value: JSON.stringify({ epoch, partitions: 2 }),
  })

  const append = (...records: NewRecord[]) =>
    store.transaction(transaction => bus.append(transaction, records))

  /** Whether a group has read all that the log has. */
  const isThrough = async (group: string) => {
    const [row] = await store.query<{ left: string }>(
      `select sum(p.next_offset - c.next_offset) as left from bus.cursor c join bus.partition p using (topic_id, partition)
     where "group" = $1 and topic_id = $2`,
      [group, topic.id],
    )
    return row?.left === '0'
  }

  /** Hands over all that is unread, as the connector does. @returns the answers that were not `done` */
  async function pump(host: Host, maxEvents = 100): Promise<string[]> {
    const group = host.definition.name
    const lease = await leases.tryAcquire(`consume/${group}/${topic.name}`)
    assert.ok(lease)
    const reader = await bus.openReader(group, topic, () => {})
    const others: string[] = []
    for (;;) {
      const batches = await reader.read({ maxEvents, maxBytes: 1_000_000 })
      const records = batches.flatMap(batch => batch.records)
      if (records.length === 0) {
        if (await isThrough(group)) break
        await sleep(10)
        continue
      }
      const { results } = await host.deliver(records.map(toBusEvent))
      others.push(...results.flatMap(({ status, reason }) => (status === 'done' ? [] : (reason ?? status))))
      const { moves, parked } = settle(batches, results)
      for (const { record, reason } of parked)
        await store.query(
          'insert into ops.parked (function, topic, event_id, event, reason) values ($1, $2, $3, $4, $5) on conflict do nothing',
          [group, topic.name, toBusEvent(record).id, JSON.stringify(toBusEvent(record)), reason],
        )
      if (moves.length > 0) await bus.moveCursors(group, topic, moves, lease.fencing)
    }
    await reader.close()
    await leases.release(lease)
    return others
  }

  const positionsIn = async () => {
    const table = await openTable(lake.objects, path)
    const found: string[] = []
    for (const file of table.snapshot.files.values())
      for await (const rows of readRows(table, file, table.snapshot.dataColumns))
        found.push(...rows.map(row => `${row._position} ${row.Name}`))
    return found.sort()
  }
  const version = async () => (await openTable(lake.objects, path)).snapshot.version
  const rebuild = (goal: Goal) =>
    rebuildTable({ bus, leases, objects: lake.objects, source, table: product, goal })
  const cursors = () =>
    store.query(`select partition, next_offset from bus.cursor where "group" = 'land-changes' order by 1`)

  test('a table is restored to a version, and later changes land again, once', async () => {
    await append(change(0, 1), change(0, 2), end(0), end(1), change(1, 1), change(1, 2))
    await pump(land)
    const then = await version()
    await append(...Array.from({ length: 20 }, (_, i) => change(2 + i, i)))
    await pump(land, 6)
    const all = await positionsIn()
    assert.equal(all.length, 24)
    const { rewound } = await rebuild({ version: then })
    assert.deepEqual(
      rewound.map(({ partition, nextOffset }) => [partition, nextOffset]),
      [
        [0, 3n],
        [1, 3n],
      ],
    )
    assert.equal((await positionsIn()).length, 4)
    // The same process as before: what it remembers of the table is older than the table's way back.
    const others = await pump(land, 6)
    assert.deepEqual(new Set(others), new Set(['table_was_restored']))
    assert.deepEqual(await positionsIn(), all)
    await append(change(50, 1))
    assert.deepEqual(await pump(land), [])
    assert.equal((await positionsIn()).length, 25)
  })

  test('a table is restored to a position within its stream, or within its first snapshot', async () => {
    await append(...[1, 2, 3, 4].map(id => change(0, id)), end(0), end(1))
    await append(...Array.from({ length: 10 }, (_, i) => change(1 + i, i)))
    await pump(land, 4)
    const all = await positionsIn()
    const epoch = async () => completedEpoch((await openTable(lake.objects, path)).snapshot, topic.name, 2)
    for (const [position, left, complete] of [
      [makePosition(1, 5n, 0), 9, 1],
      [makePosition(1, 0n, 2), 2, 0],
    ] as const) {
      await rebuild({ position })
      assert.equal((await positionsIn()).length, left)
      assert.equal(await epoch(), complete)
      await pump(land)
      assert.deepEqual(await positionsIn(), all)
      assert.equal(await epoch(), 1)
    }
    assert.deepEqual((await rebuild({ position: makePosition(9, 0n, 0) })).rewound, [])
  })

  test('where the bus or the version is gone it is refused in one line, and nothing has changed', async () => {
    await append(change(1, 1), change(2, 2))
    await pump(land)
    await append(change(3, 1), change(4, 2))
    await pump(land)
    await cutLog(store, topic, 2)
    const before = [await cursors(), await version()]
    await assert.rejects(
      rebuild({ version: 0 }),
      /what came after version 0 is no longer on the bus: partition 0 begins at 2, wanted is 1; partition 1/,
    )
    await assert.rejects(rebuild({ position: makePosition(1, 2n, 0) }), RestoreError)
    await assert.rejects(rebuild({ version: 99 }), /has no version 99/)
    assert.deepEqual([await cursors(), await version()], before)
  })

  test('a consumer that runs is stopped for it, and what it still moves is refused', async () => {
    await append(change(1, 1))
    await pump(land)
    await append(change(2, 1))
    await pump(land)
    const running = makeLeases(store, 'a running connector')
    const lease = await running.tryAcquire(`consume/land-changes/${topic.name}`)
    assert.ok(lease)
    await rebuild({ version: 0 })
    assert.ok(lease.signal.aborted)
    const cursor = { partition: 1, nextOffset: 2n }
    await assert.rejects(
      bus.moveCursors(
        'land-changes',
        topic,
        [{ from: cursor, nextOffset: 3n, position: makePosition(1, 3n, 0), changedAt: new Date() }],
        lease.fencing,
      ),
      /another holder moved the cursor/,
    )
    await running.close()
  })

  test('the index is rebuilt from the lake, parked events and those that have not landed yet, and is searched meanwhile', async () => {
    const everything = () =>
      store.query(
        `select product_id, name, list_price, position, is_deleted, text_hash, words is not null as has_words
       from search.product left join search.product_vector v using (product_id)
       where v.model is null or v.model = 'counting' order by product_id`,
      )
    await append(...[1, 2, 3, 4].map(id => change(0, id)), end(0), end(1))
    await append(change(1, 1), change(2, 1, { ListPrice: '2.2500' }), deletion(3, 2), change(4, 5))
    // Too wide for the lake, not for the index.
    await append(change(5, 7, { ListPrice: '1.00001' }))
    await pump(land)
    await append(change(6, 6))
    await pump(index)
    const right = await everything()
    assert.equal(right.length, 7)
    await store.query(`update search.product set name = 'wrong', list_price = 0 where product_id <> '6'`)
    await store.query(`delete from search.product where product_id = '3'`)
    await store.query(
      `insert into search.product (product_id, system, name, position) values ('99', $2, 'never was', $1)`,
      [makePosition(1, 1n, 0), source.system],
    )
    const { rows } = await rebuildIndex({
      store,
      bus,
      leases,
      objects: lake.objects,
      sources: [source],
      host: index,
    })
    assert.equal(rows, 8)
    await pump(index)
    assert.deepEqual(await everything(), right)
  })
}
