import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadModels, type Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { CATALOGUE, makeEvent } from '../../../tests/support/catalogue.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import indexProducts from '../index-products/handler.ts'
import searchProducts from './handler.ts'

/** Shirts of three models in sizes, of which some are in stock, and what is no shirt. */
const SIZES = ['S', 'M', 'L']
const SHIRTS = ['Alpine', 'Harbour', 'Meadow'].flatMap((model, at) =>
  SIZES.map((size, nth) => ({
    ProductID: 10 * (at + 1) + nth,
    ProductNumber: `SH-${at}${size}`,
    Name: `${model} Shirt, ${size}`,
    Model: `${model} Shirt`,
    Color: at === 0 || (at === 1 && size === 'L') ? 'Blue' : 'White',
    Category: 'Clothing',
    Subcategory: 'Shirts',
    ListPrice: String(20 + 10 * at),
    Description: `A ${model.toLowerCase()} shirt of soft cotton for long summer days in the open, which is washed warm and dried in the shade. It has a collar, long sleeves with two buttons each, and a pocket; shirts of this kind last for years.`,
  })),
)
const OTHERS = ['Steel Kettle', 'Garden Hose'].map((name, at) => ({
  ProductID: 90 + at,
  ProductNumber: `OT-${at}`,
  Name: name,
  Model: null,
  Color: null,
  Category: 'Home',
  Subcategory: name.split(' ')[1] ?? '',
  ListPrice: '15',
  Description: '水筒と庭のホース',
}))
const IN_STOCK = [12, 21, 90]

let postgres: TestPostgres
let store: Store
let models: Models
let search: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  models = await loadModels()
  const index = await startFunction(indexProducts, { resources: resources() })
  const rows = [...SHIRTS, ...OTHERS]
  await index.deliver([
    ...rows.map((row, i) => makeEvent({ table: 'Product', row, commit: i + 1 })),
    ...IN_STOCK.map((ProductID, i) =>
      makeEvent({ table: 'Inventory', row: { ProductID, Location: 'A', Quantity: 3 }, commit: i + 50 }),
    ),
    makeEvent({ table: 'Inventory', row: { ProductID: 10, Location: 'A', Quantity: 0 }, commit: 60 }),
  ])
  search = await startSearch({})
})
after(async () => {
  await models.close()
  await postgres.stop()
})

const resources = () => ({ store, models, sources: [CATALOGUE] })

async function startSearch(settings: object) {
  const started = await startFunction(searchProducts, { resources: resources(), settings })
  // The vocabulary is read in the background with the first search.
  await started.call({})
  await new Promise(resolve => setTimeout(resolve, 300))
  return started
}

type Result = {
  productId: string
  name: string
  inStock: boolean | null
  variants: number
  variantIds: string[]
  matched: string[]
  highlights: { field: string; text: string; ranges: [number, number][] }[]
}
type Found = {
  results: Result[]
  total: number
  facets: Record<string, { value: string; count: number }[]>
  didYouMean: string | null
}

async function find(input: object, by = search): Promise<Found> {
  const { status, body } = await by.call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as Found
}

test('products of one model are one result where that is asked for, in results, total, facets and pages', async () => {
  const apart = await find({ query: 'shirt', limit: 100 })
  assert.equal(apart.total, 9)
  assert.deepEqual([...new Set(apart.results.map(({ variants }) => variants))], [1])
  const { results, total, facets } = await find({ query: 'shirt', group: 'model' })
  assert.deepEqual(
    results.map(({ variants }) => variants),
    [3, 3, 3],
  )
  assert.equal(total, 3)
  assert.deepEqual(facets.subcategory, [{ value: 'Shirts', count: 3 }])
  assert.deepEqual(
    facets.color,
    [
      { value: 'Blue', count: 2 },
      { value: 'White', count: 2 },
    ],
    'a model counts for each colour that one of its products has',
  )
  const all = results.flatMap(({ variantIds }) => variantIds)
  assert.deepEqual(all.toSorted(), SHIRTS.map(({ ProductID }) => String(ProductID)).toSorted())
  assert.ok(results.every(({ productId, variantIds }) => variantIds[0] === productId))
  const pages = [0, 1, 2].map(offset => find({ query: 'shirt', group: 'model', limit: 1, offset }))
  assert.deepEqual(
    (await Promise.all(pages)).map(page => page.results[0]?.productId),
    results.map(({ productId }) => productId),
  )
  const browsed = await find({ group: 'model' })
  assert.equal(browsed.total, 5, 'a product without a model stands for itself')
})

test('each result says whether it is in stock, and where nobody says so that it is unknown', async () => {
  const { results } = await find({ query: 'shirt', limit: 100 })
  const stock = Object.fromEntries(results.map(({ productId, inStock }) => [productId, inStock]))
  assert.deepEqual([stock['12'], stock['10'], stock['11']], [true, false, null])
})

test('with SEARCH_IN_STOCK=first what is in stock comes first, but after what was identified', async () => {
  const first = await startSearch({ SEARCH_IN_STOCK: 'first' })
  const { results } = await find({ query: 'shirt', limit: 100 }, first)
  assert.deepEqual(
    results.map(({ inStock }) => inStock === true),
    [true, true, ...Array(7).fill(false)],
  )
  const byNumber = await find({ query: 'SH-0S' }, first)
  assert.equal(byNumber.results[0]?.productId, '10')
  const grouped = await find({ query: 'shirt', group: 'model' }, first)
  assert.deepEqual(
    grouped.results
      .slice(0, 2)
      .map(({ productId }) => productId)
      .toSorted(),
    ['12', '21'],
    'a model is shown by what is in stock of it',
  )
})

test('every product that passes a filter and has the words comes back', async () => {
  for (const filters of [
    { color: 'White' },
    { subcategory: 'Shirts' },
    { priceMax: 20 },
    { inStock: true },
  ]) {
    const { results, total } = await find({ query: 'shirt', filters, limit: 100 })
    const expected = SHIRTS.filter(
      row =>
        (!('color' in filters) || row.Color === filters.color) &&
        (!('priceMax' in filters) || Number(row.ListPrice) <= 20) &&
        (!('inStock' in filters) || IN_STOCK.includes(row.ProductID)),
    )
    assert.equal(total, expected.length)
    assert.deepEqual(
      results.map(({ productId }) => productId).toSorted(),
      expected.map(({ ProductID }) => String(ProductID)).toSorted(),
    )
  }
})

test('what is like a product is found without others of its model', async () => {
  const { results } = await find({ similarTo: '11' })
  assert.deepEqual([...new Set(results.slice(0, 6).map(({ name }) => name.split(' ')[0]))].toSorted(), [
    'Harbour',
    'Meadow',
  ])
  assert.ok(results.every(({ name }) => !name.startsWith('Alpine')))
  const [cheap] = (await find({ similarTo: '11', filters: { priceMax: 30 }, limit: 1 })).results
  assert.match(cheap?.name ?? '', /^Harbour/)
  const unknown = await search.call({ similarTo: 'nothing' })
  assert.equal(unknown.status, 404)
  assert.match(String(unknown.body.detail), /nothing/)
  assert.equal((await search.call({ similarTo: '11', query: 'shirt' })).status, 400)
})

test('a result shows where it has the words, in each of its texts', async () => {
  const markedIn = ({ highlights }: Result) =>
    Object.fromEntries(
      highlights.map(({ field, text, ranges }) => [field, ranges.map(([from, to]) => text.slice(from, to))]),
    )
  const [shirt] = (await find({ query: 'alpine shirts with pockets' })).results
  assert.deepEqual(markedIn(shirt as Result), {
    name: ['Alpine', 'Shirt'],
    subcategory: ['Shirts'],
    description: ['alpine', 'shirt', 'pocket', 'shirts'],
  })
  const described = shirt?.highlights.find(({ field }) => field === 'description')
  assert.ok((described?.text.length ?? 0) <= 200, 'a long text is shown around what matches')
  const [numbered] = (await find({ query: 'sh0s' })).results
  assert.deepEqual(markedIn(numbered as Result).sku, ['SH-0S'])
  const [japanese] = (await find({ query: 'ホース' })).results
  assert.deepEqual(markedIn(japanese as Result).description, ['ホース'])
  assert.deepEqual((await find({ filters: { color: 'Blue' } })).results[0]?.highlights, [])
})

test('a word that may be a slip is asked about, not corrected', async () => {
  assert.equal((await find({ query: 'garden house' })).didYouMean, 'garden hose')
  assert.equal((await find({ query: 'garden hose' })).didYouMean, null)
})

test('a change is found at once, whatever was found before', async () => {
  const known = await find({ query: 'kettle' })
  assert.deepEqual(await find({ query: 'kettle' }).then(({ results }) => results), known.results)
  const index = await startFunction(indexProducts, { resources: resources() })
  const kettle = { ...OTHERS[0], Name: 'Copper Kettle' }
  const changes = [
    makeEvent({ table: 'Product', op: 'u', row: kettle, commit: 100 }),
    makeEvent({
      table: 'Inventory',
      op: 'u',
      row: { ProductID: 90, Location: 'A', Quantity: 0 },
      commit: 101,
    }),
    makeEvent({ table: 'Product', op: 'd', row: kettle, commit: 102 }),
  ]
  const seen: unknown[] = []
  for (const change of changes) {
    await index.deliver([change])
    const [first] = (await find({ query: 'kettle' })).results
    seen.push(first && [first.name, first.inStock])
  }
  assert.deepEqual(seen, [['Copper Kettle', true], ['Copper Kettle', false], undefined])
})
