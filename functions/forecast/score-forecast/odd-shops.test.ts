import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openObjects } from '../../../shared/objects/index.ts'
import { openWarehouse, type Warehouse } from '../../../shared/warehouse/index.ts'
import {
  buildSoldDays,
  dayAt,
  makeSoldDays,
  type Newcomer,
  type SoldDay,
} from '../../../tests/support/forecast-shop.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import forecastDemand from '../forecast-demand/handler.ts'
import trainForecast from '../train-forecast/handler.ts'
import scoreForecast from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-odd-shops-'))
const DAYS = 400

let postgres: TestPostgres | undefined
let warehouse: Warehouse
before(async () => {
  postgres = await startTestPostgres()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

/** Trains and scores in a store of its own. @returns what asks for the demand of a product */
async function forecast(rows: SoldDay[], newcomers: Newcomer[] = []) {
  assert.ok(postgres)
  const store = await postgres.createStore()
  await buildSoldDays(warehouse, home, rows, { newcomers })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  const train = await startFunction(trainForecast, { resources: { store, warehouse, objects } })
  const score = await startFunction(scoreForecast, { resources: { store, warehouse } })
  const trained = await train.attempt({})
  assert.equal(trained.body.state, 'trained', JSON.stringify(trained.body))
  const scored = await score.attempt({})
  assert.equal(scored.body.state, 'scored', JSON.stringify(scored.body))
  const demand = await startFunction(forecastDemand, { resources: { store } })
  return async (productId?: string) => {
    const { status, body } = await demand.call({ ...(productId && { productId }), horizonDays: 90 })
    assert.equal(status, 200, JSON.stringify(body))
    const { forecast: days } = body as {
      forecast: { quantity: number; p10: number; p50: number; p90: number }[]
    }
    assert.equal(days.length, 90)
    for (const { quantity, p10, p50, p90 } of days)
      assert.ok(
        [quantity, p10, p50, p90].every(units => Number.isFinite(units) && units >= 0) &&
          p10 <= p50 &&
          p50 <= p90,
        `${productId}: ${JSON.stringify({ quantity, p10, p50, p90 })}`,
      )
    return days.reduce((sum, { quantity }) => sum + quantity, 0)
  }
}

/** A product's days, with these quantities by day. */
const soldOn = (rows: SoldDay[], id: string, quantityOf: (day: number) => number, from = 0): SoldDay[] =>
  rows
    .filter(row => row.product_id === 'p0000' && row.date_day >= dayAt(from))
    .map((row, at) => ({
      ...row,
      product_id: id,
      quantity: row.is_planned ? null : quantityOf(from + at),
      returned_quantity: 0,
    }))

test('products of every odd history have forecasts without a number that is none, or negative', async () => {
  const plain = makeSoldDays({ products: 10, days: DAYS })
  const ask = await forecast([
    ...plain,
    ...soldOn(plain, 'single sale', day => (day === 10 ? 3 : 0)),
    ...soldOn(plain, 'sold yesterday', () => 4, DAYS - 1),
    ...soldOn(plain, 'a year of nothing', day => (day < 20 || day > 385 ? 5 : 0)),
    ...soldOn(plain, 'by weight', day => (day % 7 === 6 ? 0 : 0.125 + (day % 5) * 0.35)),
    ...soldOn(plain, 'by the million', day => 1e6 + day),
    ...soldOn(plain, 'returned', () => 0).map(row => ({ ...row, returned_quantity: 2 })),
    ...soldOn(plain, "it's “new” \\ día", () => 1, DAYS - 5).map(row => ({
      ...row,
      price: null,
      discount: null,
    })),
  ])
  assert.ok((await ask('single sale')) < 5)
  assert.ok((await ask('sold yesterday')) > 0)
  assert.ok((await ask('a year of nothing')) > 50)
  const weight = await ask('by weight')
  assert.ok(weight > 30 && weight < 110, `${weight} kg in 90 days`)
  assert.ok((await ask('by the million')) > 3e7)
  assert.ok((await ask('returned')) < 1)
  await ask("it's “new” \\ día")
  await ask()
})

test('a new product is forecast as products of its kind and price began', async () => {
  const plain = makeSoldDays({ products: 8, days: 200 })
  const begin = (id: string, units: number, price: number) =>
    soldOn(plain, id, day => (day % 7 === 6 ? 0 : units), 100).map(row => ({
      ...{ ...row, price, discount: 0, category: 'Helmets', subcategory: 'Helmets' },
    }))
  const begun = [3, 3, 3, 40, 40, 40, 40, 40, 40, 40].flatMap((units, at) =>
    begin(`began ${at}`, units, units === 3 ? 100 : 10),
  )
  const came = { category: 'Helmets', subcategory: 'Helmets', since: dayAt(190) }
  const ask = await forecast(
    [...plain, ...begun],
    [
      { id: 'dear', price: 100, ...came },
      { id: 'cheap', price: 9, ...came },
      { id: 'listed for long', price: 9, ...came, since: dayAt(0) },
    ],
  )
  const [dear, cheap] = [await ask('dear'), await ask('cheap')]
  assert.ok(cheap > 0.9 * 40 * 77 && cheap < 1.1 * 40 * 78, `${cheap} units in 90 days, of which 77 are open`)
  assert.ok(dear < cheap, `${dear} and ${cheap}`)
  await assert.rejects(ask('listed for long'), /"status":404|no product/)
})

test('a shop of one product, and one with a single sale, have a forecast without trees', async () => {
  const one = await forecast(makeSoldDays({ products: 1, days: 30 }))
  assert.ok((await one('p0000')) > 0)
  const plain = makeSoldDays({ products: 1, days: 3 })
  const single = await forecast(soldOn(plain, 'p0000', day => (day === 1 ? 2 : 0)))
  assert.ok((await single('p0000')) >= 0)
})
