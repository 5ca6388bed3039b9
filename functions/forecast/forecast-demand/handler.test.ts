import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openObjects } from '../../../shared/objects/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { openWarehouse } from '../../../shared/warehouse/index.ts'
import { buildSoldDays, dayAt, makeSoldDays } from '../../../tests/support/forecast-shop.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import readMart from '../../report/read-mart/handler.ts'
import scoreForecast from '../score-forecast/handler.ts'
import trainForecast from '../train-forecast/handler.ts'
import { totalBand } from './band.ts'
import forecastDemand from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-demand-'))
const DAYS = 200
const PRODUCTS = 12

type Answer = {
  products: number
  history: { date: string; quantity: number; outOfStock: boolean; forecast: number | null }[]
  forecast: { date: string; quantity: number; p10: number; p50: number; p90: number }[]
  accuracy: { days: number; served: number; error: number | null; inBand: number | null }
  why: { feature: string; effect: number; text: string }[]
  model: { name: string; version: number }
  asOf: { position: string | null }
}

let postgres: TestPostgres | undefined
let store: Store
let demand: StartedFunction

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  demand = await startFunction(forecastDemand, { resources: { store } })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

async function ask(question: object): Promise<Answer> {
  const { status, body } = await demand.call(question)
  assert.equal(status, 200, JSON.stringify(body))
  return body as Answer
}
const total = ({ forecast }: Answer) => forecast.reduce((sum, { quantity }) => sum + quantity, 0)

test('before there is a model the answer says so', async () => {
  const { status, body } = await demand.call({ productId: 'p0001' })
  assert.equal(status, 404)
  assert.match(String(body.detail), /nothing is forecast yet: the model is trained after the first build/)
})

test('a product has its history, a band in order, reasons, accuracy so far, and what it was made of', async () => {
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const rows = makeSoldDays({ products: PRODUCTS, days: DAYS })
  const outOfStock = rows.find(row => row.product_id === 'p0001' && row.date_day === dayAt(DAYS - 3))
  assert.ok(outOfStock)
  outOfStock.is_out_of_stock = true
  await buildSoldDays(warehouse, home, rows)
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const train = await startFunction(trainForecast, { resources: { store, warehouse, objects } })
  const score = await startFunction(scoreForecast, { resources: { store, warehouse } })
  assert.equal((await train.attempt({})).body.state, 'trained')
  assert.equal((await score.attempt({})).body.state, 'scored')

  const answer = await ask({ productId: 'p0001', horizonDays: 90, historyDays: 182 })
  assert.equal(answer.forecast.length, 90)
  assert.equal(answer.forecast[0]?.date, dayAt(DAYS), 'from the day that is not over')
  assert.equal(answer.history.at(-1)?.date, dayAt(DAYS - 1))
  assert.equal(answer.history.at(-3)?.outOfStock, true)
  for (const { p10, p50, p90, quantity } of answer.forecast)
    assert.ok(0 <= p10 && p10 <= p50 && p50 <= p90 && quantity >= 0)
  const sunday = answer.forecast.find(({ date }) => new Date(date).getUTCDay() === 0)
  assert.equal(sunday?.quantity, 0, 'nothing on Sundays')
  assert.ok(answer.accuracy.days > 60 && (answer.accuracy.error ?? 9) < 1, JSON.stringify(answer.accuracy))
  assert.ok(answer.history.some(({ forecast }) => forecast !== null))
  assert.deepEqual(answer.model.name, 'demand-forecast')
  assert.equal(answer.asOf.position, '0001-0000000000003000-00000000')
})

test('products add up to their categories, and categories to the shop', async () => {
  const products = await Promise.all(
    Array.from({ length: PRODUCTS }, (_, product) =>
      ask({ productId: `p${String(product).padStart(4, '0')}` }),
    ),
  )
  const sum = products.reduce((units, answer) => units + total(answer), 0)
  const [bikes, clothing, shop] = [
    await ask({ category: 'bikes' }),
    await ask({ category: 'Clothing' }),
    await ask({}),
  ]
  assert.equal(shop.products, PRODUCTS)
  assert.ok(Math.abs(total(bikes) + total(clothing) - sum) < 0.5)
  assert.ok(Math.abs(total(shop) - sum) < 0.5)
  const subcategories = [await ask({ subcategory: 'Road Bikes' }), await ask({ subcategory: 'Others' })]
  assert.ok(Math.abs(subcategories.reduce((units, answer) => units + total(answer), 0) - sum) < 0.5)
})

test('territories add up to the product', async () => {
  await store.query(`create schema mart_1`)
  await store.query(
    `create table mart_1.fct_sale as select product_id, origin - n as sale_date, (1 + n % 3)::numeric as quantity, (n % 3)::text as territory_id
     from forecast.feature, generate_series(1, 60) as n`,
  )
  await store.query(
    `insert into ops.mart (mart, schema_number, rows, columns, description, built_at, versions)
     values ('fct_sale', 1, 0, '[]', '', now(), '{}')`,
  )
  const whole = await ask({ productId: 'p0001' })
  const parts = await Promise.all(['0', '1', '2'].map(territory => ask({ productId: 'p0001', territory })))
  assert.ok(Math.abs(parts.reduce((sum, part) => sum + total(part), 0) - total(whole)) < 0.1)
  const unknown = await demand.call({ territory: 'Mars' })
  assert.equal(unknown.status, 404)
  assert.match(String(unknown.body.detail), /nothing of this was sold in territory "Mars"/)
})

test('the forecast is a mart like any other', async () => {
  const read = await startFunction(readMart, { resources: { store } })
  const { status, body } = await read.call({
    mart: 'mart_forecast_product_day',
    filters: { product_id: 'p0001' },
    orderBy: 'date',
    limit: 3,
  })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(
    (body.rows as { date: string }[]).map(({ date }) => date),
    [dayAt(DAYS), dayAt(DAYS + 1), dayAt(DAYS + 2)],
  )
})

test('whatever is asked wrongly is named', async () => {
  for (const [question, status, says] of [
    [{ productId: 'p0001', category: 'Bikes' }, 400, 'name either'],
    [{ productId: 'p0001', horizonDays: 91 }, 400, '90'],
    [{ productId: 'nothing' }, 404, 'no product'],
    [{ category: 'Boats' }, 404, 'there are Bikes, Clothing'],
    [{ product: 'p0001' }, 400, 'unknown field'],
  ] as const) {
    const answer = await demand.call(question)
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    assert.ok(JSON.stringify(answer.body).includes(says), JSON.stringify(answer.body))
  }
})

test('a damaged model, or one that asks for a feature that there is not, leaves the forecasts that were served', async () => {
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const score = await startFunction(scoreForecast, { resources: { store, warehouse } })
  const before = await ask({ productId: 'p0002' })
  for (const [damage, says] of [
    [`members = jsonb_set(members, '{ratio,onnx}', '"AAAA"')`, /file of its member ratio is damaged/],
    [`parameters = jsonb_set(parameters, '{features,0}', '"moon_phase"')`, /the feature moon_phase/],
  ] as const) {
    const [kept] = await store.query<{ members: object; parameters: object }>(
      'select members, parameters from forecast.model',
    )
    await store.query(`update forecast.model set ${damage}`)
    const { status, body } = await score.attempt({})
    assert.equal(status, 500)
    assert.match(String(body.detail), says)
    assert.deepEqual((await ask({ productId: 'p0002' })).forecast, before.forecast)
    await store.query('update forecast.model set members = $1, parameters = $2', [
      JSON.stringify(kept?.members),
      JSON.stringify(kept?.parameters),
    ])
  }
})

test("a total's band is how far the total has strayed, not the sum of its products' bands", () => {
  const forecast = [{ date: '2026-01-01', mean: 100, p10: 0, p50: 80, p90: 250 }]
  const past = Array.from({ length: 60 }, (_, day) => ({
    ...{ date: dayAt(day), mean: 100, p10: 0, p90: 250, isServed: true },
    quantity: 90 + (day % 21),
  }))
  const [day] = totalBand(forecast, past)
  assert.ok(day && day.p10 >= 90 && day.p10 < 95 && day.p90 > 105 && day.p90 <= 110, JSON.stringify(day))
})
