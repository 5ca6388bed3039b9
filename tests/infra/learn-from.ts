import assert from 'node:assert/strict'
import scoreForecast from '../../functions/forecast/score-forecast/handler.ts'
import trainForecast from '../../functions/forecast/train-forecast/handler.ts'
import scorePropositions from '../../functions/propositions/score-propositions/handler.ts'
import trainPropositions from '../../functions/propositions/train-propositions/handler.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'

type Client = { client_id: string; bought: [string, number[]][]; territory_id: string | null }

/** In no order that an engine chooses. */
const sorted = ({ bought, ...client }: Client) => ({
  ...client,
  bought: bought.map(([id, days]) => [id, days.toSorted()]).sort(),
})

/** Trains on a warehouse and scores into a store. @returns what is forecast of each product, and known of each client */
export async function learnFrom(warehouse: Warehouse, store: Store, objects: ObjectStore) {
  const resources = { warehouse, store, objects }
  for (const definition of [trainForecast, scoreForecast, trainPropositions, scorePropositions]) {
    const { status, body } = await (await startFunction(definition, { resources })).attempt({})
    assert.equal(status, 200, JSON.stringify(body))
    assert.match(String(body.state), /^(trained|scored)$/)
  }
  const forecasts = await store.query(
    'select product_id, origin::text as origin, mean, p10, p90, model, position from forecast.product order by product_id',
  )
  assert.ok(forecasts.length > 50, `${forecasts.length} products`)
  // Scores differ in their last digits, for neither engine adds up in one order.
  const clients = await store.query<Client>(
    'select client_id, bought, territory_id from propositions.history order by 1',
  )
  const products = await store.query(
    'select product_id, first_on::text, total, round(recent28::numeric, 6)::text as recent, price, cost from propositions.product order by 1',
  )
  assert.ok(clients.length > 1000, `${clients.length} clients`)
  return { forecasts, clients: clients.map(sorted), products }
}
