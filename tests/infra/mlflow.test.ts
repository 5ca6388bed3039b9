import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { InferenceSession } from 'onnxruntime-node'
import promoteForecast from '../../functions/forecast/promote-forecast/handler.ts'
import scoreForecast from '../../functions/forecast/score-forecast/handler.ts'
import trainForecast from '../../functions/forecast/train-forecast/handler.ts'
import promotePropositions from '../../functions/propositions/promote-propositions/handler.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { findModel, members } from '../../shared/forecasts/index.ts'
import { openMlflow } from '../../shared/mlflow/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import * as propositions from '../../shared/propositions/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { startMlflow } from '../../stacks/mlflow/server.ts'
import { buildSoldDays, makeSoldDays } from '../support/forecast-shop.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { METRICS, PARAMETERS, saveProposer } from '../support/proposer.ts'

/** Trainings, promotions and aliases with a real MLflow server, and with MLflow's own client beside it. */
type Run = {
  id: string
  name: string
  status: string
  files: Record<string, string>
  parameters: Record<string, string>
  metrics: Record<string, number>
  tags: Record<string, string>
}
type Known = {
  runs: Run[]
  versions: { version: string; runId: string; source: string; tags: Record<string, string> }[]
  aliases: Record<string, string>
}

const home = mkdtempSync(join(tmpdir(), 'cordage-mlflow-'))
const DAYS = 250
let postgres: TestPostgres | undefined
let store: Store
let warehouse: Warehouse
let port: number
let server: Awaited<ReturnType<typeof startMlflow>> | undefined
let train: StartedFunction
let score: StartedFunction
let promote: StartedFunction
const lines: string[] = []

const startServer = () => startMlflow({ home: join(home, 'mlflow'), port })

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  port = await takeFreePort()
  server = await startServer()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const mlflow = openMlflow(new SecretUrl(server.url))
  const options = {
    resources: { store, warehouse, objects, mlflow },
    onLog: (line: string) => void lines.push(line),
  }
  train = await startFunction(trainForecast, options)
  score = await startFunction(scoreForecast, options)
  promote = await startFunction(promoteForecast, options)
  await buildSoldDays(warehouse, home, makeSoldDays({ days: DAYS }))
})
after(async () => {
  await server?.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

/** MLflow's client in Python. */
async function useClient(model: string, ...command: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    join(ROOT, '.venvs/mlflow/bin/python'),
    ['-W', 'ignore', join(ROOT, 'tests/infra/use_mlflow.py'), `http://127.0.0.1:${port}`, model, ...command],
    { env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' }, maxBuffer: 1 << 26 },
  )
  return stdout
}
let reads = 0
const read = async (model = 'demand-forecast') =>
  JSON.parse(await useClient(model, 'read', join(home, `read${reads++}`))) as Known

/** By aliases: which of our versions they name. */
const named = ({ aliases, versions }: Known) =>
  Object.fromEntries(
    Object.entries(aliases).map(([alias, at]) => {
      const found = versions.find(({ version }) => version === String(at))
      return [alias, Number(found?.tags.version)]
    }),
  )

test('a training is logged with its parameters, figures, files and pictures, and registered', async () => {
  const trained = await train.attempt({})
  assert.equal(trained.body.role, 'champion', JSON.stringify(trained.body))
  const known = await read()
  const [run, ...others] = known.runs
  assert.ok(run)
  assert.deepEqual(others, [])
  assert.deepEqual([run.name, run.status], ['demand-forecast 1', 'FINISHED'])
  const model = await findModel(store.query, 'champion')
  assert.ok(model)
  const { builtAt, position, versions } = model.data as Record<string, unknown>
  const { parameters, metrics, tags } = run
  assert.equal(parameters.origin, model.origin)
  assert.equal(parameters.codeVersion, model.codeVersion)
  assert.equal(parameters.deltaVersions, JSON.stringify(versions))
  assert.deepEqual([parameters.builtAt, parameters.position], [builtAt, position])
  assert.equal(parameters.horizonDays, '28')
  assert.ok(Number(parameters.features) > 10 && Number.isFinite(Number(parameters.volume)))
  assert.deepEqual(
    [tags.role, tags.trainedBecause, tags.position],
    ['champion', 'no model serves yet', position],
  )

  const { models, segments } = model.metrics as Record<string, Record<string, Record<string, number>>>
  assert.equal(metrics.rmsse, models?.served?.rmsse)
  assert.equal(metrics['baseline.naive_7.rmsse'], models?.naive_7?.rmsse)
  assert.ok(Object.keys(segments ?? {}).length >= 3)
  for (const [name, own] of Object.entries(segments ?? {}))
    for (const [figure, value] of Object.entries(own))
      assert.equal(metrics[`segment.${name}.${figure}`], value ?? undefined, `${figure} of ${name}`)

  const { ratio } = members.parse(model.members)
  const file = readFileSync(run.files['model/ratio.onnx'] ?? '')
  assert.equal(file.toString('base64'), ratio?.onnx)
  await (await InferenceSession.create(file)).release()
  const json = (path: string) => JSON.parse(readFileSync(run.files[path] ?? '', 'utf8'))
  assert.deepEqual(json('model/parameters.json'), model.parameters)
  assert.deepEqual(json('metrics.json'), model.metrics)
  assert.deepEqual(Object.keys(run.files).sort(), [
    ...['data.json', 'metrics.json', 'model/parameters.json', 'model/ratio.onnx', 'model/tweedie.onnx'],
    ...['plots/band-by-segment.svg', 'plots/error-by-model.svg'],
  ])
  const [version] = known.versions
  assert.deepEqual([version?.runId, version?.tags.version, named(known)], [run.id, '1', { champion: 1 }])
  assert.deepEqual(lines, [])
})

test('a challenger has its alias, and an alias that is moved by a client of MLflow is followed', async () => {
  // As if the champion had been trained earlier: it knows what came since, and its challenger must not.
  await store.query(`update forecast.model set origin = origin - 21 where role = 'champion'`)
  assert.equal((await train.attempt({ force: true })).body.role, 'challenger')
  assert.equal((await score.attempt({})).body.version, 1)
  const before = await read()
  assert.deepEqual(named(before), { champion: 1, challenger: 2 })
  await useClient(
    'demand-forecast',
    'move',
    'champion',
    before.versions.find(({ tags }) => tags.version === '2')?.version ?? '',
  )
  assert.equal((await score.attempt({})).body.version, 2)
  const after = await read()
  assert.deepEqual(named(after), { champion: 2 }, 'what serves is no challenger any more')
  assert.deepEqual(
    after.runs.map(({ tags }) => tags.role),
    ['retired', 'champion'],
  )
})

test('a promotion here moves the alias, and calling back what served before moves it back', async () => {
  assert.equal((await promote.call({ version: 1 })).body.version, 1)
  assert.deepEqual(named(await read()), { champion: 1 })
  assert.equal((await promote.call({})).body.version, 2)
  assert.deepEqual(named(await read()), { champion: 2 })
  assert.equal((await score.attempt({})).body.version, 2)
})

test('what happens while the server is stopped is made up for, once', async () => {
  await server?.stop()
  server = undefined
  assert.equal((await train.attempt({ force: true })).body.state, 'trained')
  assert.equal((await promote.call({ version: 1 })).body.version, 1)
  assert.equal((await score.attempt({})).body.version, 1)
  assert.equal(lines.length, 1, lines.join(''))
  server = await startServer()
  assert.equal((await score.attempt({})).body.version, 1, 'the alias was not moved by anybody')
  assert.equal((await promote.call({ version: 1 })).body.version, 1)
  for (let time = 0; time < 2; time++) {
    const known = await read()
    assert.deepEqual(
      known.runs.map(({ name }) => name),
      [1, 2, 3].map(version => `demand-forecast ${version}`),
    )
    assert.equal(known.versions.length, 3)
    assert.equal(named(known).champion, 1)
    await promote.call({ version: 1 })
  }
  assert.equal(lines.length, 1)
})

test('models of propositions are beside those of forecasts, with aliases of their own', async () => {
  const [mlflow, log] = [
    openMlflow(new SecretUrl(`http://127.0.0.1:${port}`)),
    makeLogger({ level: 'silent' }),
  ]
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const promoteOther = await startFunction(promotePropositions, { resources: { store, objects, mlflow } })
  const mirror = {
    mlflow,
    store,
    log,
    leases: makeLeases(store, 'a process'),
    signal: AbortSignal.timeout(60_000),
  }
  const forecasts = named(await read())
  for (const wins of [true, false]) {
    await saveProposer(store, { wins })
    await propositions.mirrorTraining(mirror)
  }
  const known = await read(propositions.MODEL_NAME)
  const [run] = known.runs
  assert.ok(run)
  assert.deepEqual(
    known.runs.map(({ name, tags }) => [name, tags.role]),
    [
      ['product-propositions 1', 'champion'],
      ['product-propositions 2', 'challenger'],
    ],
  )
  assert.equal(run.metrics.recall20, METRICS.models.served.recall20)
  assert.equal(run.metrics['baseline.trend.recall20'], METRICS.models.trend.recall20)
  assert.equal(run.parameters['weight.score'], String(PARAMETERS.weights.score))
  assert.deepEqual(Object.keys(run.files).sort(), [
    ...['data.json', 'metrics.json', 'model/influence.bin', 'model/influence.txt', 'model/parameters.json'],
    ...['model/products.json', 'plots/recall-by-model.svg'],
  ])
  assert.deepEqual([...readFileSync(run.files['model/influence.bin'] ?? '')], [0, 1, 254, 255])
  assert.deepEqual(named(known), { champion: 1, challenger: 2 })

  const second = known.versions.find(({ tags }) => tags.version === '2')?.version ?? ''
  await useClient(propositions.MODEL_NAME, 'move', 'champion', second)
  await propositions.followAlias(mirror)
  assert.equal((await propositions.findModel(store.query, 'champion'))?.version, 2)
  assert.equal((await promoteOther.call({})).body.version, 1, 'the one that served before')
  assert.deepEqual(named(await read(propositions.MODEL_NAME)), { champion: 1 })
  assert.deepEqual(named(await read()), forecasts)
})
