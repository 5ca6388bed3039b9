import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openMlflow } from '../../../shared/mlflow/index.ts'
import { openObjects } from '../../../shared/objects/index.ts'
import { openWarehouse } from '../../../shared/warehouse/index.ts'
import { buildSoldDays, makeSoldDays } from '../../../tests/support/forecast-shop.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { type MlflowDouble, startMlflowDouble } from '../../../tests/support/mlflow-double.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import promoteForecast from '../promote-forecast/handler.ts'
import scoreForecast from '../score-forecast/handler.ts'
import trainForecast from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-train-mlflow-'))
let postgres: TestPostgres | undefined
let double: MlflowDouble
let train: StartedFunction
let score: StartedFunction
let promote: StartedFunction
const lines: string[] = []

before(async () => {
  postgres = await startTestPostgres()
  double = await startMlflowDouble()
  const store = await postgres.createStore()
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const mlflow = openMlflow(double.url, { answerMs: 300 })
  const options = {
    resources: { store, warehouse, objects, mlflow },
    onLog: (line: string) => lines.push(line),
  }
  train = await startFunction(trainForecast, options)
  score = await startFunction(scoreForecast, options)
  promote = await startFunction(promoteForecast, options)
  await buildSoldDays(warehouse, home, makeSoldDays({ products: 10, days: 150 }))
})
after(async () => {
  double.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('with MLflow away, slow, refusing or talking nonsense all goes on, it is said once, and made up for', async () => {
  const troubles = [
    () => 'hang' as const,
    () => ({ status: 500, text: 'oh' }),
    () => ({ status: 403, text: '{"error_code":"PERMISSION_DENIED","message":"no"}' }),
    () => ({ status: 200, text: '<html>' }),
  ]
  for (const [n, trouble] of troubles.entries()) {
    double.fail(trouble)
    const trained = await train.attempt({ force: true })
    assert.equal(trained.body.state, 'trained', JSON.stringify(trained.body))
    assert.equal((await score.attempt({})).body.state, 'scored')
    assert.equal((await promote.call({ version: n + 1 })).body.version, n + 1)
  }
  assert.equal(lines.length, 1, lines.join(''))
  assert.equal(double.runs.length, 0)
  double.fail()
  // A promotion waits ten seconds for MLflow at most; on a busy machine the next one goes on.
  for (let call = 0; call < 10 && double.runs.length < troubles.length; call++)
    assert.equal((await promote.call({ version: 1 })).status, 200)
  assert.deepEqual(
    double.runs.map(({ name, tags }) => [name, tags.trainedBecause]),
    troubles.map((_, n) => [`demand-forecast ${n + 1}`, 'it was asked for']),
  )
  assert.equal(lines.length, 1)
})

test('a version that somebody chooses in MLflow is scored by', async () => {
  assert.equal((await score.attempt({})).body.version, 1)
  double.aliases.set('champion', '2')
  assert.equal((await score.attempt({})).body.version, 2)
  assert.equal((await promote.call({})).body.version, 1, 'the one that served before')
  assert.equal(double.aliases.get('champion'), '1')
  assert.equal((await score.attempt({})).body.version, 1)
})
