import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { findModel, writePanel } from '../../../shared/forecasts/index.ts'
import { openObjects } from '../../../shared/objects/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../../shared/warehouse/index.ts'
import { buildSoldDays, makeSoldDays } from '../../../tests/support/forecast-shop.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import trainForecast from '../train-forecast/handler.ts'
import { loadChampion } from './champion.ts'
import { readFeatures } from './features.ts'
import scoreForecast from './handler.ts'
import { scoreProducts } from './score.ts'

const HORIZON = 90
const home = mkdtempSync(join(tmpdir(), 'cordage-score-'))

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
  train = await startFunction(trainForecast, { resources: { store, warehouse, objects } })
  score = await startFunction(scoreForecast, { resources: { store, warehouse } })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('before the first build the answer is 503, and without a model there is none to score by', async () => {
  assert.equal((await train.attempt({})).status, 503)
  await buildSoldDays(warehouse, home, [])
  assert.deepEqual((await score.attempt({})).body.state, 'no_model')
  assert.equal((await train.attempt({})).body.state, 'no_sales')
})

test('TypeScript forecasts what Python does, to five digits, for each product, day and band', async () => {
  await buildSoldDays(warehouse, home, makeSoldDays())
  const { status, body } = await train.attempt({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.role, 'champion', JSON.stringify(body))
  const scored = await score.attempt({})
  assert.equal(scored.body.products, 40, JSON.stringify(scored.body))

  const model = await findModel(store.query, 'champion')
  assert.ok(model)
  const expected = await forecastInPython(model)
  const champion = await loadChampion(model)
  const forecasts = await scoreProducts(champion, readFeatures(store), HORIZON)
  assert.equal(forecasts.length, Object.keys(expected).length)
  assert.ok(champion.predict, 'there are trees')
  for (const { productId, mean, band, model: name } of forecasts) {
    const other = expected[productId]
    assert.ok(other)
    assert.equal(name, other.model)
    for (let ahead = 0; ahead < HORIZON; ahead++) {
      const where = `${productId}, ${ahead} days ahead`
      almostEqual(mean[ahead], other.mean[ahead], where)
      for (const [level, multiple] of band.entries())
        almostEqual((mean[ahead] ?? 0) * multiple, other.band[ahead]?.[level], `band of ${where}`)
    }
  }
  await champion.close()
})

test('a product whose sales jump is forecast again before the day is over; the others are as they were', async () => {
  const read = async () => {
    const rows = await store.query<{ id: string; origin: string; mean: number[] }>(
      'select product_id as id, origin::text as origin, mean from forecast.product order by product_id',
    )
    return new Map(rows.map(({ id, ...row }) => [id, row]))
  }
  await score.attempt({})
  const before = await read()
  const rows = makeSoldDays()
  const today = rows.find(row => row.product_id === 'p0005' && !row.is_complete && !row.is_planned)
  assert.ok(today)
  today.quantity = 90
  await buildSoldDays(warehouse, home, rows)
  await score.attempt({})
  await score.attempt({})
  const after = await read()
  const [own, then] = [after.get('p0005'), before.get('p0005')]
  assert.ok(own && then)
  assert.deepEqual([own.origin, own.mean[0]], [then.origin, 90], 'today, what was sold already')
  const nextWeek = (mean: number[]) => mean.slice(1, 8).reduce((sum, units) => sum + units, 0)
  assert.ok(
    nextWeek(own.mean) > 1.05 * nextWeek(then.mean),
    `${nextWeek(own.mean)} and ${nextWeek(then.mean)}`,
  )
  assert.deepEqual(
    own.mean.slice(1).flatMap((units, day) => (units === 0 ? [day] : [])),
    then.mean.slice(1).flatMap((units, day) => (units === 0 ? [day] : [])),
    'the same weekdays are closed',
  )
  const [other, otherThen] = [after.get('p0006')?.mean ?? [], before.get('p0006')?.mean ?? []]
  for (const [ahead, units] of other.entries())
    assert.ok(Math.abs(units - (otherThen[ahead] ?? 0)) <= 0.01 * Math.max(units, 1))
})

function almostEqual(own: number | undefined, other: number | undefined, where: string): void {
  assert.ok(own !== undefined && other !== undefined, where)
  assert.ok(Math.abs(own - other) <= 1e-5 * Math.max(1, Math.abs(other)), `${where}: ${own}, not ${other}`)
}

async function forecastInPython(model: object) {
  const panel = await warehouse.read(reader => writePanel(reader, home))
  assert.ok(panel)
  await writeFile(join(home, 'model.json'), JSON.stringify(model))
  const { stdout } = await promisify(execFile)(
    join(ROOT, '.venvs/learning/bin/python'),
    [
      join(ROOT, 'tests/support/forecast_parity.py'),
      ...[panel.file, panel.origin, join(home, 'model.json'), String(HORIZON)],
    ],
    { maxBuffer: 1 << 28 },
  )
  return JSON.parse(stdout) as Record<string, { mean: number[]; band: number[][]; model: string }>
}
