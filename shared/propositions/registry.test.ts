import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type MlflowDouble, startMlflowDouble } from '../../tests/support/mlflow-double.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { BUILD, METRICS, PARAMETERS, saveProposer } from '../../tests/support/proposer.ts'
import { openMlflow } from '../mlflow/index.ts'
import { makeLeases, type Store } from '../store/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { findModel, findVersion, listModels, mirrorTraining } from './index.ts'

let postgres: TestPostgres | undefined
let store: Store
let double: MlflowDouble

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  double = await startMlflowDouble()
})
beforeEach(async () => {
  await store.query('truncate propositions.model, propositions.list restart identity')
  double.forget()
})
after(async () => {
  double.stop()
  await postgres?.stop()
})

const mirror = async () => {
  const lines: string[] = []
  await mirrorTraining({
    ...{ mlflow: openMlflow(double.url), store, leases: makeLeases(store, 'a process') },
    log: makeLogger({ level: 'info', destination: { write: line => void lines.push(line) } }),
    signal: new AbortController().signal,
  })
  assert.deepEqual(lines, [])
}

test('a model comes back as it was saved, and lists of models do not read what it is made of', async () => {
  const influence = Buffer.from(Array.from({ length: 1 << 20 }, (_, n) => n % 256))
  assert.deepEqual(await saveProposer(store, { influence }), { version: 1, role: 'champion' })
  const found = await findModel(store.query, 'champion')
  assert.ok(found)
  assert.ok(found.influence.equals(influence))
  assert.deepEqual([found.parameters, found.products, found.data], [PARAMETERS, ['1', '0012'], BUILD])
  assert.deepEqual([found.origin, found.codeVersion], ['2026-11-27', 'abc123'])
  const [listed] = await listModels(store.query)
  assert.ok(listed)
  assert.deepEqual(Object.keys(listed).sort(), [
    ...['championAt', 'codeVersion', 'data', 'metrics', 'origin', 'role', 'trainedAt', 'version'],
  ])
  assert.deepEqual(await findVersion(store.query, 1), found)
  assert.equal(await findVersion(store.query, 2), undefined)
})

test('one serves and one challenges; a model that could be compared with nothing serves only if none does', async () => {
  for (const wins of [null, null, false, true, false]) await saveProposer(store, { wins })
  assert.deepEqual(
    (await listModels(store.query)).map(({ version, role }) => [version, role]),
    [
      [5, 'challenger'],
      [4, 'champion'],
      [3, 'retired'],
      [2, 'retired'],
      [1, 'retired'],
    ],
  )
})

test('the last twenty versions are kept, and what lists are still of', async () => {
  for (let n = 0; n < 5; n++) await saveProposer(store)
  await store.query(
    `insert into propositions.list (client_id, rank, product_id, score, reason, kind, model, version)
     values ('c', 1, '1', 0.5, '', 'ranked', 'product-propositions', 3)`,
  )
  for (let n = 0; n < 20; n++) await saveProposer(store)
  const kept = (await listModels(store.query)).map(({ version }) => version)
  assert.deepEqual(kept, [...Array.from({ length: 20 }, (_, n) => 25 - n), 3])
})

test('a training is logged in MLflow with its weights, figures and files', async () => {
  await saveProposer(store)
  await mirror()
  const [run, ...others] = double.runs
  assert.deepEqual(others, [])
  assert.ok(run)
  assert.deepEqual([run.name, run.status], ['product-propositions 1', 'FINISHED'])
  assert.deepEqual(run.parameters, {
    ...{ version: '1', origin: '2026-11-27', codeVersion: 'abc123', products: '2', clients: '900' },
    ...{
      purchases: '4000',
      'weight.score': '0.25',
      'weight.bought_season': '-1.5',
      trendFor: 'one_basket',
      trendHalf: '7',
    },
    ...{ repeatedProducts: '2', builtAt: BUILD.builtAt, position: BUILD.position },
    ...{ changedAt: BUILD.changedAt, deltaVersions: '{"shop.Sale":12}' },
  })
  assert.deepEqual(run.metrics, {
    ...{ recall20: 0.159, coverage: 0.41, 'baseline.trend.recall20': 0.036, 'champion.recall20': 0.157 },
    ...{ 'segment.one.served.recall20': 0.05, 'segment.one.trend.recall20': 0.06 },
    ...{ clients: 900, purchases: 4000, trainingSeconds: 4.2, wins: 1, seconds: 4.5 },
  })
  const { tags } = run
  assert.deepEqual([tags.role, tags.trainedBecause], ['champion', 'it was asked for'])
  assert.deepEqual(
    [tags.comparison, tags['mlflow.source.name']],
    ['no other model serves', 'train-propositions'],
  )
  assert.deepEqual([...double.aliases], [['champion', '1']])

  const read = (path: string) => double.files.get(`1/${run.id}/artifacts/${path}`) ?? assert.fail(path)
  assert.deepEqual([...read('model/influence.bin')], [0, 1, 254, 255])
  assert.match(read('model/influence.txt').toString(), /float32/)
  assert.deepEqual(JSON.parse(read('model/parameters.json').toString()), PARAMETERS)
  assert.deepEqual(JSON.parse(read('model/products.json').toString()), ['1', '0012'])
  assert.deepEqual(JSON.parse(read('metrics.json').toString()).models, METRICS.models)
  assert.deepEqual(JSON.parse(read('data.json').toString()), BUILD)
  assert.match(
    read('plots/recall-by-model.svg').toString(),
    /served.*0\.159.*champion.*0\.157.*trend.*0\.036/s,
  )
  assert.equal(double.files.size, 7)
})

test('a model of another form is logged with what is known of it', async () => {
  await store.query(
    `insert into propositions.model (role, origin, parameters, products, influence, metrics, data, code_version)
     values ('champion', '2026-10-29', '[]', '{}', '', '{"models": 7, "segments": null}', '{}', '')`,
  )
  await mirror()
  assert.equal(double.runs[0]?.status, 'FINISHED')
  assert.deepEqual(double.runs[0]?.metrics, { seconds: 0 })
  assert.equal(double.runs[0]?.parameters.products, '0')
})
