import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { openObjects } from '../../../shared/objects/index.ts'
import {
  findModel,
  forgetClient,
  readHistory,
  readServed,
  scoreClient,
  writeInteractions,
  writeProducts,
} from '../../../shared/propositions/index.ts'
import { runPythonJob } from '../../../shared/python/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeLogger } from '../../../shared/telemetry/index.ts'
import { openWarehouse, type Warehouse } from '../../../shared/warehouse/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { buildPurchases, indexProducts, makePurchases } from '../../../tests/support/proposition-shop.ts'
import trainPropositions from '../train-propositions/handler.ts'
import scorePropositions from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-propositions-'))
let postgres: TestPostgres | undefined
let store: Store
let warehouse: Warehouse
let train: StartedFunction
let score: StartedFunction

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  train = await startFunction(trainPropositions, { resources: { store, warehouse, objects } })
  score = await startFunction(scorePropositions, { resources: { store, warehouse } })
  await indexProducts(store)
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('before the first build the answer is 503; a shop in which nobody has bought anything is told', async () => {
  assert.equal((await train.attempt({})).status, 503)
  await buildPurchases(warehouse, home, [])
  assert.equal((await train.attempt({})).body.state, 'no_sales')
  assert.equal((await score.attempt({})).body.state, 'no_sales')
})

test('each client has a list of twenty by what was learnt, with reasons, in a mart', async () => {
  await buildPurchases(warehouse, home, makePurchases())
  assert.equal((await score.attempt({})).body.state, 'no_model')
  const trained = await train.attempt({})
  assert.equal(trained.status, 200, JSON.stringify(trained.body))
  assert.equal(trained.body.role, 'champion')
  assert.equal((await train.attempt({})).body.state, 'not_due')
  const { status, body } = await score.attempt({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual([body.state, body.clients, body.version], ['scored', 120, trained.body.version])
  const [counted] = await store.query<{ clients: number; rows: number; reasons: number }>(
    `select count(distinct client_id)::int as clients, count(*)::int as rows, count(*) filter (where reason <> '')::int as reasons
     from mart.mart_reco_client_top_n`,
  )
  assert.equal(counted?.clients, 120)
  assert.equal(counted?.reasons, counted?.rows)
  const [mart] = await store.query<{ rows: number }>(
    "select rows::int from ops.mart where mart = 'mart_reco_client_top_n'",
  )
  assert.equal(mart?.rows, counted?.rows)
})

test('TypeScript says of each client and product what Python does, to four digits', async () => {
  const [own, others] = [join(home, 'own'), join(home, 'others')]
  for (const each of [own, others]) await mkdir(each, { recursive: true })
  const model = await findModel(store.query, 'champion')
  const request = await warehouse.read(async reader => ({
    interactions: await writeInteractions({ reader, gone: [] }, own),
    products: await writeProducts({ reader, gone: [] }, others),
    parameters: model?.parameters,
  }))
  const said = await runPythonJob({
    script: join(ROOT, 'tests/support/observe.py'),
    group: 'learning',
    request,
    result: z.record(z.string(), z.record(z.string(), z.number())),
    signal: AbortSignal.timeout(60_000),
    log: makeLogger({ level: 'warn' }),
  })
  const served = await readServed(store.query)
  assert.ok(served)
  let compared = 0
  for (const [clientId, values] of Object.entries(said)) {
    const history = await readHistory(store.query, clientId)
    assert.ok(history)
    const { scorer } = served.champion
    const own = new Map(
      scoreClient(scorer, history).map(({ product, score }) => [scorer.products[product], score]),
    )
    for (const [productId, value] of Object.entries(values)) {
      compared++
      assert.ok(
        Math.abs((own.get(productId) ?? Number.NaN) - value) < 1e-4 * Math.max(1, Math.abs(value)),
        `${clientId} ${productId}: ${own.get(productId)} and ${value}`,
      )
    }
  }
  assert.ok(compared > 4000, String(compared))
})

test('a client who is deleted has no list, now and after the next scoring', async () => {
  await forgetClient(store.query, 'c7', '0001-0000000000009999-00000000')
  const count = async () =>
    (await store.query("select 1 from mart.mart_reco_client_top_n where client_id = 'c7'")).length
  assert.equal(await count(), 0)
  assert.equal((await score.attempt({})).status, 200)
  assert.equal(await count(), 0)
  assert.equal(await readHistory(store.query, 'c7'), undefined)
})
