import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import searchFeedback from '../../functions/search/search-feedback/handler.ts'
import searchProducts from '../../functions/search/search-products/handler.ts'
import { type Bus, type NewRecord, openStoreBus, topicsOf } from '../../shared/bus/index.ts'
import { ownCapture } from '../../shared/capture/own/capture.ts'
import { recordRows } from '../../shared/capture/own/record.ts'
import { makeOwnSource } from '../../shared/capture/own/source.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { openVault } from '../../shared/privacy/index.ts'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { waitFor } from '../support/demo.ts'
import { startFunction } from '../support/function.ts'
import { makeCountingModels } from '../support/models.ts'
import { followOwnSystem, MASTER_KEY, readLanded } from '../support/own-system.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const log = makeLogger({ level: 'silent' })
const source = makeOwnSource()

let postgres: TestPostgres
let objects: ObjectStore
before(async () => {
  postgres = await startTestPostgres()
  objects = openObjects(pathToFileURL(join(postgres.home, 'objects')).href)
})
after(() => postgres.stop())

const follow = (store: Store, owner: string) => followOwnSystem(owner, { store, objects })
const landed = (name: string) => readLanded(objects, name)

test('searches and what came of them are in the lake and in staging, and no text of them anywhere', {
  timeout: 120_000,
}, async context => {
  const store = await postgres.createStore()
  await store.query(
    "insert into search.product (product_id, system, name, position) values ('7', 'shop', 'Bell', '0001')",
  )
  const { models } = makeCountingModels()
  const search = await startFunction(searchProducts, { resources: { store, models, sources: [] } })
  const feedback = await startFunction(searchFeedback, { resources: { store } })
  const connector = await follow(store, 'first')
  context.after(connector.close)

  const asked = { query: 'canary-4711 bell', clientId: 'c-1', filters: { color: 'canary-4712' } }
  const { body } = await search.call(asked)
  const { searchId } = body as { searchId: string }
  const again = await search.call({ ...asked, searchId })
  assert.equal(again.body.searchId, searchId)
  for (const action of ['click', 'click', 'order'])
    assert.equal((await feedback.call({ searchId, productId: '7', action })).status, 202)
  await search.host.drain()

  await waitFor('the lake to have all of it', async () => {
    const [searches, actions] = [await landed('Search'), await landed('SearchFeedback')]
    return searches.length === 1 && actions.length === 2
  })
  const [row] = await landed('Search')
  assert.match(String(row?.Query), /^[0-9a-f]{64}$/)
  assert.match(String(row?.QueryKey), /^[0-9a-f]{64}$/)
  const { SearchID, ClientID, Filters, ResultCount, ZeroResults, Shown, Ranking, Model } = row ?? {}
  assert.deepEqual(
    { SearchID, ClientID, Filters, ResultCount, ZeroResults, Shown, Ranking, Model },
    {
      SearchID: searchId,
      ClientID: 'c-1',
      Filters: '{"color":null}',
      ResultCount: 0,
      ZeroResults: true,
      Shown: '[]',
      Ranking: 'plain',
      Model: 'counting+counting-multilingual',
    },
  )
  const actions = await landed('SearchFeedback')
  assert.deepEqual(actions.map(({ Action }) => Action).sort(), ['click', 'order'])

  const warehouse = openDuckdbWarehouse(join(postgres.home, 'warehouse'))
  const build = await startFunction(buildWarehouse, {
    resources: { store, objects, warehouse, sources: readSources(join(ROOT, 'sources')) },
    settings: { CORDAGE_HOME: postgres.home },
  })
  const built = await build.attempt({})
  assert.equal(built.status, 200, JSON.stringify(built.body))
  const versions = Object.keys(built.body.versions as object).sort()
  assert.deepEqual(versions, ['cordage.Search', 'cordage.SearchFeedback'])
  assert.deepEqual(await readStaging(warehouse.file), [
    ['click', searchId, '7', null, null],
    ['order', searchId, '7', null, null],
    ['search', searchId, null, 'c-1', true],
  ])
  // The shop was never captured, and what people search does not stand in for it.
  assert.equal(built.body.covered, null)

  const left = await store.query<{ found: number }>(
    `select (select count(*) from bus.event where value like '%canary%')::int
       + (select count(*) from ingest.own_change where row is not null)::int as found`,
  )
  assert.equal(left[0]?.found, 0)
})

/** Staging is views over the lake, which only dbt's own DuckDB reads. */
async function readStaging(file: string): Promise<unknown[][]> {
  const script = `
import json, sys
sys.path.insert(0, "dbt/plugins")
import duckdb, offline_delta
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    offline_delta.open_lake(connection)
    print(json.dumps(connection.execute(
        "select action, search_id, product_id, client_id, zero_results from stg_interaction order by action"
    ).fetchall()))`
  const { stdout } = await promisify(execFile)('.venvs/warehouse/bin/python', ['-c', script, file], {
    cwd: ROOT,
  })
  return JSON.parse(stdout) as unknown[][]
}

test('what many processes record at once is captured once each, in order, though the connector is replaced', {
  timeout: 60_000,
}, async context => {
  const store = await postgres.createStore()
  const recordSome = async (from: number) => {
    for (let i = 0; i < 50; i++)
      await recordRows(store.query, 'SearchFeedback', [
        { row: feedbackRow(`${from}/${i}`) },
        { row: feedbackRow(`${from}/${i}b`) },
      ])
  }
  const first = await follow(store, 'first')
  const writers = Array.from({ length: 6 }, (_, writer) => recordSome(writer))
  await waitFor('some of it', async () => (await captured(store)).length > 20)
  await first.close()
  const second = await follow(store, 'second')
  context.after(second.close)
  await Promise.all(writers)
  const keys = await waitFor('all of it', async () => {
    const found = await captured(store)
    return found.length === 600 && found.map(({ key }) => key)
  })
  assert.equal(new Set(keys).size, 600)
})

const feedbackRow = (id: string) => ({
  InteractionID: id,
  OccurredAt: new Date().toISOString(),
  Action: 'click',
})

/** The events in the log's order, which must be that of their positions. */
async function captured(store: Store) {
  const events = await store.query<{ key: string; position: string }>(
    'select key, position from bus.event order by "offset"',
  )
  const positions = events.map(({ position }) => position)
  assert.deepEqual(positions, [...new Set(positions)].sort())
  return events
}

test('what a killed capture takes again has its old position; a restored store begins a later epoch', async () => {
  const store = await postgres.createStore()
  const bus = openStoreBus(store)
  await bus.ensureTopics(topicsOf([source]))
  const leases = makeLeases(store, randomUUID())
  const lease = await leases.tryAcquire('capture/cordage')
  assert.ok(lease)
  const appended: NewRecord[][] = []
  /** As Kafka does it: what is appended stays, whatever becomes of the transaction. */
  let isKilled = true
  const abort = new AbortController()
  const external: Bus = {
    ...bus,
    async append(_, records) {
      appended.push(records)
      if (isKilled) throw new Error('killed')
      abort.abort()
    },
  }
  const run = (signal: AbortSignal) =>
    ownCapture.run({
      ...{ source, store, lease, log, signal, bus: external, vault: openVault('cordage', MASTER_KEY) },
      url: new SecretUrl('postgres://unused'),
    })
  // Rows gather for some seconds before they are taken.
  const record = async (id: string) => {
    await recordRows(store.query, 'SearchFeedback', [{ row: feedbackRow(id) }])
    await store.query("update ingest.own_change set recorded_at = now() - interval '5 s'")
  }
  await record('a')
  await assert.rejects(run(abort.signal), /killed/)
  await record('b')
  isKilled = false
  await run(abort.signal)
  const placed = appended.map(records => records.map(({ key, position }) => `${key} ${position}`))
  assert.equal(placed[0]?.[0], placed[1]?.[0])
  assert.deepEqual(placed[1], ['a 0001-0000000000000002-00000000', 'b 0001-0000000000000003-00000000'])

  await store.query(
    `update ingest.capture set state = 'snapshot', progress = '{"epochs": [{"epoch": 1001, "from": "0/0"}]}'`,
  )
  await record('c')
  await run(AbortSignal.any([new AbortController().signal, AbortSignal.timeout(50)]))
  assert.deepEqual(
    appended.at(-1)?.map(({ position }) => position),
    ['03e9-0000000000000004-00000000'],
  )
  await leases.close()
})
