import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openObjects } from '../../../shared/objects/index.ts'
import { findModel, forgetClient, listModels } from '../../../shared/propositions/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../../shared/warehouse/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import {
  buildPurchases,
  type Did,
  dayBefore,
  indexProducts,
  makePurchases,
} from '../../../tests/support/proposition-shop.ts'
import recommendProducts from '../recommend-products/handler.ts'
import scorePropositions from '../score-propositions/handler.ts'
import trainPropositions from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-train-propositions-'))
let postgres: TestPostgres | undefined
let store: Store
let warehouse: Warehouse
let train: StartedFunction
let score: StartedFunction
let recommend: StartedFunction

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  train = await startFunction(trainPropositions, { resources: { store, warehouse, objects } })
  score = await startFunction(scorePropositions, { resources: { store, warehouse } })
  recommend = await startFunction(recommendProducts, { resources: { store } })
  await indexProducts(store)
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

const trained = async (question: object = { force: true }) => {
  const { status, body } = await train.attempt(question)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const newest = async () => {
  const [{ version } = { version: 0 }] = await listModels(store.query)
  for (const role of ['champion', 'challenger'] as const) {
    const model = await findModel(store.query, role)
    if (model?.version === version) return model
  }
  throw new Error('no model')
}
const bought = (client_id: string, product: number, ago: number): Did => ({
  client_id,
  product_id: `p${String(product).padStart(3, '0')}`,
  interaction_date: dayBefore(ago),
  kind: 'purchase',
  quantity: 1,
})

test('shops of one client, of one product, of one day and of a client with 10,000 purchases are trained and answered', async () => {
  const shops: Record<string, Did[]> = {
    'one client': [bought('c', 1, 50), bought('c', 2, 20), bought('c', 1, 3)],
    'one product': Array.from({ length: 30 }, (_, n) => bought(`c${n}`, 1, n)),
    'one day': Array.from({ length: 30 }, (_, n) => bought(`c${n % 5}`, n % 12, 0)),
    'one purchase': [bought('c', 1, 0)],
    'only returned': [bought('c', 1, 3), { ...bought('c', 1, 2), kind: 'return' }, bought('d', 2, 5)],
    'ten thousand purchases': [
      ...Array.from({ length: 10_000 }, (_, n) => bought('many', n % 60, Math.floor(n / 60))),
      ...makePurchases({ clients: 40 }),
    ],
  }
  for (const [name, rows] of Object.entries(shops)) {
    await buildPurchases(warehouse, home, rows)
    await trained()
    const scored = await score.attempt({})
    assert.equal(scored.body.state, 'scored', `${name}: ${JSON.stringify(scored.body)}`)
    for (const clientId of new Set(rows.map(({ client_id }) => client_id))) {
      const { status, body } = await recommend.attempt({ clientId, limit: 20 })
      assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`)
      for (const { score } of body.propositions as { score: number }[]) assert.ok(Number.isFinite(score))
    }
  }
})

test('a model that does no better is the challenger; after a week of days another is due', async () => {
  await store.query('delete from propositions.list')
  await store.query('delete from propositions.model')
  await buildPurchases(warehouse, home, makePurchases())
  const first = await trained({})
  assert.equal(first.role, 'champion', JSON.stringify(first))
  assert.match(String((first.metrics as Record<string, unknown>).because), /recall of 20 on the last 28 days/)
  assert.equal((await trained({})).state, 'not_due')
  await store.query("update propositions.model set origin = origin - 7 where role = 'champion'")
  const second = await trained({})
  assert.match(String(second.because), /has not seen the last 7 days/)
  assert.deepEqual(
    (await listModels(store.query)).map(({ version, role }) => [version, role]),
    second.role === 'champion'
      ? [
          [second.version, 'champion'],
          [first.version, 'retired'],
        ]
      : [
          [second.version, 'challenger'],
          [first.version, 'champion'],
        ],
  )
})

test('the next model is the same as if an erased client had never bought anything', async () => {
  const canary = Array.from({ length: 40 }, (_, n) => bought('canary', n % 60, n * 2))
  const others = makePurchases()
  await buildPurchases(warehouse, home, others)
  await trained()
  const without = await newest()
  await buildPurchases(warehouse, home, [...others, ...canary])
  await trained()
  const withCanary = await newest()
  assert.notDeepEqual(withCanary.influence, without.influence)
  // The build knows that it is gone.
  await buildPurchases(warehouse, home, [...others, ...canary], { gone: ['canary'] })
  await trained()
  const built = await newest()
  assert.deepEqual([built.influence, built.parameters], [without.influence, without.parameters])
  // The build does not know it yet.
  await buildPurchases(warehouse, home, [...others, ...canary])
  await forgetClient(store.query, 'canary', '0001-0000000000009999-00000000')
  await trained()
  const erased = await newest()
  assert.deepEqual([erased.influence, erased.parameters], [without.influence, without.parameters])
  await score.attempt({})
  assert.equal((await store.query("select 1 from propositions.history where client_id = 'canary'")).length, 0)
})

test('a training that is ended in the middle leaves what serves, and no files', async () => {
  await buildPurchases(warehouse, home, makePurchases({ clients: 2000 }))
  const before = await listModels(store.query)
  const folders = async () => (await readdir(tmpdir())).filter(name => name.startsWith('cordage-training-'))
  const left = await folders()
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 1500)
  const job = { id: '', function: 'train-propositions', input: { force: true }, attempts: 1, failures: 0 }
  const ended = await train.host.perform(job, { signal: abort.signal, report() {} }).catch(() => undefined)
  assert.notEqual(ended?.isDone, true)
  assert.deepEqual(await listModels(store.query), before)
  assert.deepEqual(await folders(), left)
  await trained()
})
