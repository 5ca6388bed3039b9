import assert from 'node:assert/strict'
import scoreForecast from '../../functions/forecast/score-forecast/handler.ts'
import trainForecast from '../../functions/forecast/train-forecast/handler.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'

/** Trains on a warehouse and scores into a store. @returns what is forecast of each product */
export async function forecastFrom(warehouse: Warehouse, store: Store, objects: ObjectStore) {
  const resources = { warehouse, store, objects }
  for (const definition of [trainForecast, scoreForecast]) {
    const { status, body } = await (await startFunction(definition, { resources })).attempt({})
    assert.equal(status, 200, JSON.stringify(body))
    assert.match(String(body.state), /^(trained|scored)$/)
  }
  const forecasts = await store.query(
    'select product_id, origin::text as origin, mean, p10, p90, model, position from forecast.product order by product_id',
  )
  assert.ok(forecasts.length > 50, `${forecasts.length} products`)
  return forecasts
}
