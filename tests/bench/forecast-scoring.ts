import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import forecastDemand from '../../functions/forecast/forecast-demand/handler.ts'
import { loadChampion } from '../../functions/forecast/score-forecast/champion.ts'
import { readFeatures } from '../../functions/forecast/score-forecast/features.ts'
import scoreForecast from '../../functions/forecast/score-forecast/handler.ts'
import { publishForecasts } from '../../functions/forecast/score-forecast/publish.ts'
import { scoreProducts } from '../../functions/forecast/score-forecast/score.ts'
import trainForecast from '../../functions/forecast/train-forecast/handler.ts'
import { findModel } from '../../shared/forecasts/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { buildSoldDays, makeSoldDays } from '../support/forecast-shop.ts'
import { startFunction } from '../support/function.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { quantile, report } from './report.ts'

/**
 * Ten thousand products scored in TypeScript from the store's features (those of forty, many times over), and what answers about
 * one of them take.
 */
const TIMES = 250
const HORIZON_DAYS = 28
const CALLS = 1000

const home = mkdtempSync(join(tmpdir(), 'cordage-scoring-'))
const postgres = await startTestPostgres()
try {
  const store = await postgres.createStore()
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  await buildSoldDays(warehouse, home, makeSoldDays())
  const train = await startFunction(trainForecast, { resources: { store, warehouse, objects } })
  const score = await startFunction(scoreForecast, { resources: { store, warehouse } })
  report('forecast_training_forty', await tookMs(() => train.attempt({})), 'ms')
  report('forecast_scoring_forty', await tookMs(() => score.attempt({})), 'ms')
  await store.query(
    `insert into forecast.feature
     select product_id || '-' || i, origin, category, subcategory, values, history_from, quantity, out_of_stock, position, changed_at
     from forecast.feature, generate_series(2, ${TIMES}) as i`,
  )
  await store.query('analyze forecast.feature')
  const model = await findModel(store.query, 'champion')
  if (!model) throw new Error('no model was trained')
  const champion = await loadChampion(model)
  const once = await runProgram(
    ['tests/bench/forecast-score-once.ts'],
    { STORE_URL: postgres.url('store_0').reveal(), HORIZON_DAYS: String(HORIZON_DAYS) },
    120_000,
  )
  const { products, seconds, megabytes } = JSON.parse(once.stdout) as Record<string, number>
  report('forecast_scored_products', products ?? 0, 'products', { atLeast: 10_000 })
  report('forecast_scoring', seconds ?? 0, 's', { atMost: 5 })
  report('forecast_scoring_memory', megabytes ?? 0, 'MB', { atMost: 300 })
  const scored = await scoreProducts(champion, readFeatures(store), 90)
  const build = { builtAt: new Date().toISOString(), position: null, changedAt: null, versions: {} }
  const publishMs = await tookMs(() =>
    publishForecasts(store, scored, { version: champion.version, build, horizon: 90 }),
  )
  report('forecast_publishing_90_days', publishMs / 1000, 's')
  await champion.close()
  await store.query('analyze forecast.product')
  const demand = await startFunction(forecastDemand, { resources: { store } })
  const took: number[] = []
  for (let call = 0; call < CALLS; call++) {
    const productId = scored[(call * 7919) % scored.length]?.productId
    took.push(await tookMs(() => demand.call({ productId })))
  }
  report('forecast_demand_p50', quantile(took.slice(100), 0.5), 'ms')
  report('forecast_demand_p99', quantile(took.slice(100), 0.99), 'ms', { atMost: 10 })
  report('forecast_demand_category', await tookMs(() => demand.call({ category: 'Bikes' })), 'ms')
} finally {
  await postgres.stop()
  await rm(home, { recursive: true, force: true })
}

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
