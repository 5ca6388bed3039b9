import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import landChanges from '../../functions/land/land-changes/handler.ts'
import replayParkedFunction from '../../functions/operate/replay-parked/handler.ts'
import showStatus from '../../functions/operate/show-status/handler.ts'
import indexProducts from '../../functions/search/index-products/handler.ts'
import { openStoreBus } from '../../shared/bus/index.ts'
import type { TopicTrigger } from '../../shared/config/index.ts'
import { type BusEvent, CHANGE } from '../../shared/events/index.ts'
import { openTable } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { makeLocalCaller } from '../../stacks/connector/caller.ts'
import { consume } from '../../stacks/connector/consume.ts'
import { replayParked } from '../../stacks/connector/replay.ts'
import { makeWaker } from '../../stacks/connector/wake.ts'
import { CATALOGUE, makeEvent } from '../support/catalogue.ts'
import { waitFor } from '../support/demo.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { makeCountingModels } from '../support/models.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** Bus, connector and both sinks in this process, on a real store and a real lake; the model only counts. */
const log = makeLogger({ level: 'silent' })
const { models } = makeCountingModels()
const TRIGGER: TopicTrigger = {
  pattern: undefined,
  entities: undefined,
  maxEvents: 100,
  maxBytes: 1e6,
  lingerMs: 0,
  busyLingerMs: undefined,
}

let postgres: TestPostgres
let store: Store
let functions: Map<string, StartedFunction>
let objects: ReturnType<typeof openObjects>
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  mkdirSync(join(postgres.home, 'objects'))
  objects = openObjects(pathToFileURL(join(postgres.home, 'objects')).href)
  const resources = { store, objects, models, sources: [CATALOGUE] }
  functions = new Map()
  for (const definition of [landChanges, indexProducts, replayParkedFunction, showStatus])
    functions.set(definition.name, await startFunction(definition, { resources }))
})
after(() => postgres.stop())

const product = (id: number, price: string) => ({
  ProductID: id,
  ProductNumber: `P-${id}`,
  Name: `Product ${id}`,
  ListPrice: price,
})
const rowsInLake = async () => {
  const table = await openTable(objects, 'lake/cdc_shop/Product')
  return [...table.snapshot.files.values()].reduce(
    (sum, file) => sum + Number(JSON.parse(file.stats ?? '{}').numRecords ?? 0),
    0,
  )
}
const priceOf = async (id: string) =>
  (
    await store.query<{ list_price: string }>('select list_price from search.product where product_id = $1', [
      id,
    ])
  )[0]?.list_price

test('a parked event reaches search and lake once it is corrected and replayed', {
  timeout: 60_000,
}, async () => {
  const bus = openStoreBus(store)
  const topics = await bus.ensureTopics(
    CATALOGUE.tables.map(table => ({ name: table.topic, partitions: table.partitions })),
  )
  const topic = topics.get('cdc.shop.Product')
  assert.ok(topic)
  // The second price is no number, which the lake refuses.
  const events = [
    makeEvent({ table: 'Product', row: product(1, '10.0000'), commit: 1 }),
    makeEvent({ table: 'Product', row: product(2, 'twenty'), commit: 2 }),
    makeEvent({ table: 'Product', row: product(3, '30.0000'), commit: 3 }),
  ]
  const toRecord = ({ topic, position, partitionkey, time, data }: BusEvent) => ({
    topic,
    partition: 0,
    type: CHANGE,
    key: partitionkey,
    position,
    changedAt: time,
    value: JSON.stringify(data),
  })
  await store.transaction(transaction => bus.append(transaction, events.map(toRecord)))

  const abort = new AbortController()
  const { signal } = abort
  const leases = makeLeases(store, 'test')
  const hosts = new Map([...functions].map(([name, { host }]) => [name, host]))
  const caller = makeLocalCaller(hosts)
  const lease = await leases.tryAcquire('consume')
  assert.ok(lease)
  const loops = [
    consume({
      name: 'land-changes',
      topic,
      trigger: TRIGGER,
      store,
      bus,
      caller,
      lease,
      waker: makeWaker(),
      log,
      signal,
    }),
    replayParked({ store, caller, log, signal }),
  ]
  try {
    await waitFor('the good events to land', async () => (await rowsInLake()) === 2, 20_000)
    const status = async () =>
      (await functions.get('show-status')?.call({}))?.body.parked as { reason: string; count: number }[]
    assert.deepEqual(
      (await status()).map(({ reason, count }) => [reason, count]),
      [['type_mismatch', 1]],
    )

    // As it was, it is parked again and nothing is lost.
    await functions.get('replay-parked')?.call({})
    await waitFor('it to be parked again', async () => {
      const [row] = await store.query<{ asked: boolean }>(
        'select replay_requested_at is not null as asked from ops.parked',
      )
      return row?.asked === false
    })
    assert.equal(await rowsInLake(), 2)

    // Mended, as an operator would where the source has sent nonsense.
    await store.query(`update ops.parked set event = jsonb_set(event, '{data,after,ListPrice}', '"20.0000"')`)
    await store.query(`insert into ops.parked (function, topic, event_id, event, reason)
      select 'index-products', topic, event_id, event, reason from ops.parked`)
    const asked = await functions.get('replay-parked')?.call({ topic: 'cdc.shop.Product' })
    assert.deepEqual(asked?.body, { requested: 2, withoutEvent: 0 })
    await waitFor(
      'nothing to be parked',
      async () => (await store.query('select 1 from ops.parked')).length === 0,
    )
    assert.equal(await rowsInLake(), 3)
    assert.equal(await priceOf('2'), '20.0000')
  } finally {
    abort.abort()
    await Promise.all(loops)
    await leases.close()
    await bus.close()
  }
})
