import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadModels, type Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { CATALOGUE, makeEvent } from '../../../tests/support/catalogue.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import indexProducts from '../index-products/handler.ts'
import searchProducts from './handler.ts'

/** The real model and a real Postgres with pgvector, over a catalogue small enough to know by heart. */
const PRODUCTS = [
  {
    ProductID: 1,
    ProductNumber: 'BK-R93R-62',
    Name: 'Road-150 Red, 62',
    Model: 'Road-150',
    Color: 'Red',
    Category: 'Bikes',
    Subcategory: 'Road Bikes',
    ListPrice: '3578.2700',
    Description: 'This bike is ridden by race winners. Fast and light.',
  },
  {
    ProductID: 2,
    ProductNumber: 'BK-M82S-38',
    Name: 'Mountain-100 Silver, 38',
    Model: 'Mountain-100',
    Color: 'Silver',
    Category: 'Bikes',
    Subcategory: 'Mountain Bikes',
    ListPrice: '3399.9900',
    Description: 'Top-of-the-line competition mountain bike.',
  },
  {
    ProductID: 3,
    ProductNumber: 'GL-F110-M',
    Name: 'Full-Finger Gloves, M',
    Model: 'Full-Finger Gloves',
    Color: 'Black',
    Category: 'Clothing',
    Subcategory: 'Gloves',
    ListPrice: '37.9900',
    Description: 'Synthetic palm, flexible knuckles, breathable mesh upper.',
  },
  {
    ProductID: 4,
    ProductNumber: 'WB-H098',
    Name: 'Water Bottle - 30 oz.',
    Model: 'Water Bottle',
    Color: null,
    Category: 'Accessories',
    Subcategory: 'Bottles and Cages',
    ListPrice: '4.9900',
    Description: 'Leak-proof bottle.',
  },
  {
    ProductID: 5,
    ProductNumber: 'LJ-0192-S',
    Name: 'Long-Sleeve Logo Jersey, S',
    Model: 'Long-Sleeve Logo Jersey',
    Color: 'Multi',
    Category: 'Clothing',
    Subcategory: 'Jerseys',
    ListPrice: '49.9900',
    Description: 'Unisex long-sleeve microfiber cycling jersey.',
  },
]

let postgres: TestPostgres
let store: Store
let models: Models
let search: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  models = await loadModels()
  const resources = { store, models, sources: [CATALOGUE] }
  const index = await startFunction(indexProducts, { resources })
  await index.deliver([
    ...PRODUCTS.map((row, i) => makeEvent({ table: 'Product', row, commit: i + 1 })),
    makeEvent({ table: 'Inventory', row: { ProductID: 3, Location: 'A', Quantity: 5 }, commit: 10 }),
    makeEvent({ table: 'Inventory', row: { ProductID: 1, Location: 'A', Quantity: 0 }, commit: 11 }),
    makeEvent({
      table: 'ProductDescription',
      row: { Model: 'Water Bottle', Culture: 'fr', Description: 'Gourde étanche' },
      commit: 12,
    }),
  ])
  search = await startFunction(searchProducts, { resources })
  // The vocabulary is read in the background with the first search.
  await search.call({})
  await new Promise(resolve => setTimeout(resolve, 300))
})
after(async () => {
  await models.close()
  await postgres.stop()
})

type Found = {
  results: { sku: string; score: number; matched: string[]; listPrice: number }[]
  facets: Record<string, { value: string; count: number }[]>
  interpreted: { query: string; filters: object; corrected: string | null }
  asOf: object
}

async function find(input: object): Promise<Found> {
  const { status, body } = await search.call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as Found
}
const skus = ({ results }: Found) => results.map(({ sku }) => sku)

test('an identifier comes first, in any case and within a sentence', async () => {
  for (const query of ['WB-H098', 'wb-h098', 'where is WB-H098', '4']) {
    const { results } = await find({ query })
    assert.equal(results[0]?.sku, 'WB-H098', query)
    assert.ok(results[0]?.matched.includes('identifier'), query)
  }
})

test('a meaning is found without any of its words', async () => {
  const { results } = await find({ query: 'keep my hands warm' })
  assert.equal(results[0]?.sku, 'GL-F110-M')
  assert.ok(results[0]?.matched.includes('meaning'))
})

test('words in other languages are found as they are', async () => {
  assert.equal(skus(await find({ query: 'gourde étanche', language: 'fr' }))[0], 'WB-H098')
})

test('a misspelled word is taken for the nearest that the catalogue knows, and said so', async () => {
  const found = await find({ query: 'montain bikes' })
  assert.equal(found.interpreted.corrected, 'mountain bikes')
  assert.equal(skus(found)[0], 'BK-M82S-38')
})

test('a price in the query is a filter', async () => {
  const found = await find({ query: 'clothing under $40' })
  assert.deepEqual(found.interpreted.filters, { priceMax: 40 })
  assert.ok(found.results.length > 0)
  assert.ok(found.results.every(({ listPrice }) => listPrice <= 40))
})

test('filters hold for results and facets alike', async () => {
  const found = await find({ query: '', filters: { category: 'clothing' } })
  assert.deepEqual(skus(found).toSorted(), ['GL-F110-M', 'LJ-0192-S'])
  assert.deepEqual(found.facets.category, [{ value: 'Clothing', count: 2 }])
  assert.deepEqual(skus(await find({ filters: { inStock: true } })), ['GL-F110-M'])
  assert.equal(skus(await find({ filters: { inStock: false } })).length, 4)
  assert.deepEqual(skus(await find({ filters: { priceMin: 37.99, priceMax: 37.99 } })), ['GL-F110-M'])
  assert.deepEqual(skus(await find({ query: 'bike', filters: { color: 'green' } })), [])
})

test('scores fall from 1 at most to 0 at least, and the limit holds', async () => {
  const { results } = await find({ query: 'red road bike', limit: 2 })
  assert.equal(results.length, 2)
  const scores = results.map(({ score }) => score)
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  )
  assert.ok(scores.every(score => score >= 0 && score <= 1))
})

test('a deleted product is not found any more', async () => {
  const index = await startFunction(indexProducts, { resources: { store, models, sources: [CATALOGUE] } })
  await index.deliver([makeEvent({ table: 'Product', op: 'd', row: { ProductID: 5 }, commit: 20 })])
  assert.ok(!skus(await find({ query: 'Long-Sleeve Logo Jersey, S' })).includes('LJ-0192-S'))
})

test('while nothing is known of the bus, asOf says so', async () => {
  assert.deepEqual((await find({ query: 'bike' })).asOf, { changedAt: null, position: null })
})

test('when the store is away the answer is 503', async () => {
  const away: Store = {
    ...store,
    query: async () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })),
  }
  const { call } = await startFunction(searchProducts, {
    resources: { store: away, models, sources: [CATALOGUE] },
  })
  assert.equal((await call({ query: 'bike' })).status, 503)
})
