import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Alert } from '../../../shared/alerts/index.ts'
import { findModel, listModels } from '../../../shared/forecasts/index.ts'
import { type ObjectStore, openObjects } from '../../../shared/objects/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../../shared/warehouse/index.ts'
import { buildSoldDays, makeSoldDays, type ShopShape } from '../../../tests/support/forecast-shop.ts'
import { NOBODY, type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import promoteForecast from '../promote-forecast/handler.ts'
import scoreForecast from '../score-forecast/handler.ts'
import { judge } from './drift.ts'
import trainForecast from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-train-'))
const DAYS = 250
const CHANGED_DAY = DAYS

let postgres: TestPostgres | undefined
let store: Store
let warehouse: Warehouse
let objects: ObjectStore
let train: StartedFunction
let score: StartedFunction
const told: Alert[] = []
const parts = () => told.filter(({ name }) => name === 'forecast_drift').map(({ labels }) => labels.part)

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const alerts = { ...NOBODY, send: async (alerts: Alert[]) => void told.push(...alerts) }
  train = await startFunction(trainForecast, { resources: { store, warehouse, objects, alerts } })
  score = await startFunction(scoreForecast, { resources: { store, warehouse } })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

const buildAt = (days: number, shape: ShopShape = {}) =>
  buildSoldDays(warehouse, home, makeSoldDays({ ...shape, days }))

const roles = async () => (await listModels(store.query)).map(({ version, role }) => [version, role])

test('the first model serves, and is trained again only after a week of days', async () => {
  await buildAt(DAYS)
  const first = await train.attempt({})
  assert.equal(first.body.role, 'champion', JSON.stringify(first.body))
  assert.equal((await train.attempt({})).body.state, 'not_due')
  assert.equal((await score.attempt({})).body.state, 'scored')
  await buildAt(DAYS + 3)
  assert.equal((await train.attempt({})).body.state, 'not_due')
  await buildAt(DAYS + 7)
  const second = await train.attempt({})
  assert.equal(second.body.role, 'champion', JSON.stringify(second.body))
  assert.deepEqual(await roles(), [
    [2, 'champion'],
    [1, 'retired'],
  ])
})

test('what would have been said of past days is kept, and better than repeating the week', async () => {
  const [{ days = 0 } = {}] = await store.query<{ days: number }>(
    `select count(distinct date)::int as days from forecast.past where basis = 'back-test'`,
  )
  assert.ok(days >= 70, `${days} days`)
  const champion = await findModel(store.query, 'champion')
  assert.ok(champion)
  const { models } = champion.metrics as { models: Record<string, { rmsse: number }> }
  assert.ok((models.served?.rmsse ?? 1) < (models.naive_7?.rmsse ?? 0), JSON.stringify(models))
})

test('a model that forecasts worse is kept as the challenger; one call lets it serve, another goes back', async () => {
  // As if the champion had been trained earlier: it knows what came since, and its challenger must not.
  await store.query(`update forecast.model set origin = origin - 21 where role = 'champion'`)
  const [{ version: serving = 0 } = {}] = await listModels(store.query)
  const trained = await train.attempt({ force: true })
  const version = Number(trained.body.version)
  assert.equal(trained.body.role, 'challenger', JSON.stringify(trained.body.metrics))
  const promote = await startFunction(promoteForecast, { resources: { store, objects } })
  assert.equal((await promote.call({ version })).body.version, version)
  const back = await promote.call({ version: serving })
  assert.deepEqual([back.body.before, back.body.version], [version, serving])
  assert.equal((await promote.call({})).body.version, version, 'the one that served before')
  assert.equal((await score.attempt({})).body.version, version)
  const unknown = await promote.call({ version: 99 })
  assert.equal(unknown.status, 404)
  assert.match(String(unknown.body.detail), /no model 99: there are/)
})

test('demand that halves is noticed within a week of days, told, and learnt', async () => {
  told.length = 0
  const shape = { demand: (_: number, day: number) => (day >= CHANGED_DAY + 14 ? 0.5 : 1), seed: 2 }
  await store.query('delete from forecast.past')
  await store.query('delete from forecast.product')
  await store.query('delete from forecast.model')
  await buildAt(CHANGED_DAY + 14, shape)
  assert.equal((await train.attempt({})).body.state, 'trained')
  await score.attempt({})
  assert.deepEqual(parts(), [])
  let noticed: number | undefined
  for (let day = 1; day <= 7 && noticed === undefined; day++) {
    await buildAt(CHANGED_DAY + 14 + day, shape)
    await score.attempt({})
    const { body } = await train.attempt({})
    if (/sold \d+ % of what had been forecast/.test(String(body.because))) {
      assert.equal(body.state, 'trained')
      noticed = day
    }
  }
  assert.ok(noticed !== undefined, 'within a week')
  assert.ok(parts().length > 0, 'and told')
})

test('weeks that stray as they always have are no drift', () => {
  const weeks = (ratios: number[]) =>
    ratios.map((ratio, week) => ({ part: '', week, sold: 100 * ratio, forecast: 100 }))
  assert.equal(judge('', weeks([1.3, 0.8, 1.2, 0.9, 1.1, 1.25, 0.85, 1])), undefined)
  assert.equal(judge('', weeks([1.15, 1, 1, 1, 1, 1, 1, 1])), undefined)
  assert.equal(judge('', weeks([0.5, 1, 1])), undefined, 'too few weeks to know what is usual')
  assert.deepEqual(judge('', weeks([0.5, 1, 1, 1, 1, 1, 1, 1])), { part: '', ratio: 0.5, usual: 1 })
})

test('a training that is killed leaves what serves, and the next one trains', async () => {
  const before = await findModel(store.query, 'champion')
  const abort = new AbortController()
  const job = { id: '', function: 'train-forecast', input: { force: true }, attempts: 1, failures: 0 }
  const running = train.host.perform(job, { signal: abort.signal, report: () => abort.abort() })
  assert.equal((await running).isDone, false)
  assert.equal((await findModel(store.query, 'champion'))?.version, before?.version)
  assert.equal((await train.attempt({ force: true })).body.state, 'trained')
})
