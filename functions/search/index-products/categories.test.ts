import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { parseSource } from '../../../shared/capture/sources.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeEvent, makeTruncate } from '../../../tests/support/catalogue.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { makeCountingModels } from '../../../tests/support/models.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import definition from './handler.ts'

/** A normalised shop: categories in tables of their own, two tables of products, one of stock without places. */
const SHOP = parseSource(
  'sources/shop.yml',
  `
connection: shop
capture: postgres
timeZone: UTC
tables:
  category:
    entity: category
    key: [id]
    columns: { id: { type: int, as: category_id }, label: { type: string, as: name } }
  subcategory:
    entity: subcategory
    key: [id]
    columns:
      id: { type: int, as: subcategory_id }
      parent: { type: int, as: category_id }
      label: { type: string, as: name }
  article:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
      title: { type: string, as: name }
      category: { type: int, as: category_id }
      subcategory: { type: int, as: subcategory_id }
      price: { type: "decimal(38,2)", as: list_price }
  spare_part:
    entity: product
    key: [id]
    idPrefix: s-
    columns:
      id: { type: int, as: product_id }
      title: { type: string, as: name }
      line: { type: string, as: model }
  blurb:
    entity: product_text
    key: [line]
    columns: { line: { type: string, as: model }, text: { type: string, as: description } }
  stock:
    entity: inventory
    key: [article]
    columns:
      article: { type: int, as: product_id, idPrefix: "" }
      metres: { type: "decimal(10,3)", as: quantity }
`,
)

let postgres: TestPostgres
let store: Store
const { models, embedded } = makeCountingModels()

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())
beforeEach(async () => {
  embedded.length = 0
  await store.query(
    'truncate search.product, search.product_text, search.category, search.subcategory, search.stock, search.cleared',
  )
})

async function deliver(...events: ReturnType<typeof makeEvent>[]) {
  const { deliver } = await startFunction(definition, { resources: { store, models, sources: [SHOP] } })
  const { status, results } = await deliver(events)
  assert.equal(status, 200)
  assert.ok(
    results.every(result => result.status === 'done'),
    JSON.stringify(results),
  )
}

const change = (
  table: string,
  row: Record<string, string | number | null>,
  commit: number,
  op: 'c' | 'd' = 'c',
) => makeEvent({ table, row, commit, op, source: SHOP })

const products = () =>
  store.query<{ product_id: string; category: string | null; subcategory: string | null }>(
    'select product_id, category, subcategory from search.product where not is_deleted order by product_id',
  )

test('a product has the names of what it points to, whichever comes first, and follows when they change', async () => {
  await deliver(change('article', { id: 1, title: 'Oak', category: 7, subcategory: null }, 1))
  assert.deepEqual(await products(), [{ product_id: '1', category: null, subcategory: null }])
  await deliver(
    change('category', { id: 7, label: 'Chairs' }, 2),
    change('category', { id: 8, label: 'Tables' }, 3),
  )
  await deliver(change('subcategory', { id: 1, parent: 8, label: 'Desks' }, 4))
  await deliver(change('article', { id: 2, title: 'Elm', category: null, subcategory: 1 }, 5))
  assert.deepEqual(await products(), [
    { product_id: '1', category: 'Chairs', subcategory: null },
    { product_id: '2', category: 'Tables', subcategory: 'Desks' },
  ])
  embedded.length = 0
  await deliver(change('category', { id: 8, label: 'Writing tables' }, 6))
  assert.deepEqual((await products()).at(-1), {
    product_id: '2',
    category: 'Writing tables',
    subcategory: 'Desks',
  })
  assert.deepEqual(embedded, ['Elm. Desks. Writing tables'])
  const worded = await store.query(
    `select product_id from search.product where words @@ to_tsquery('english', 'writing')`,
  )
  assert.deepEqual(worded, [{ product_id: '2' }])
})

test('a repeat embeds nothing; a category that is deleted, or truncated, leaves its products without one', async () => {
  const events = [
    change('category', { id: 7, label: 'Chairs' }, 1),
    change('article', { id: 1, title: 'Oak', category: 7, subcategory: null }, 2),
  ]
  await deliver(...events)
  const before = embedded.length
  await deliver(...events)
  assert.equal(embedded.length, before)
  await deliver(change('category', { id: 7, label: null }, 3, 'd'))
  assert.equal((await products())[0]?.category, null)
  await deliver(change('category', { id: 7, label: 'Chairs' }, 4))
  assert.equal((await products())[0]?.category, 'Chairs')
  await deliver(makeTruncate('category', 5, 'cdc.shop.category'))
  assert.equal((await products())[0]?.category, null)
})

test('products of two tables keep apart, also when one of them is truncated', async () => {
  await deliver(
    change('article', { id: 1, title: 'Oak', category: null, subcategory: null }, 1),
    change('spare_part', { id: 1, title: 'Screw' }, 2),
  )
  assert.deepEqual(
    (await products()).map(row => row.product_id),
    ['1', 's-1'],
  )
  await deliver(makeTruncate('spare_part', 3, 'cdc.shop.spare_part'))
  assert.deepEqual(
    (await products()).map(row => row.product_id),
    ['1'],
  )
})

test('stock without a place, in fractions, and a price beyond any currency are taken as they are', async () => {
  await deliver(
    change('stock', { article: 1, metres: '12.500' }, 1),
    change('article', { id: 1, title: 'Oak', price: '99999999999999999.99' }, 2),
  )
  assert.deepEqual(await store.query('select product_id, location, quantity from search.stock'), [
    { product_id: '1', location: '', quantity: '12.500' },
  ])
  assert.deepEqual(await store.query('select list_price from search.product'), [
    { list_price: '99999999999999999.99' },
  ])
})

test('a text without a language is searched, and embedded as the shop has no other', async () => {
  await deliver(change('spare_part', { id: 1, title: 'Screw', line: 'M8' }, 1))
  embedded.length = 0
  await deliver(change('blurb', { line: 'M8', text: 'Stainless steel' }, 2))
  assert.deepEqual(embedded, ['Screw. M8. Stainless steel'])
})

test('a category of many products is renamed in steps, each of them whole', async () => {
  const articles = Array.from({ length: 1100 }, (_, n) =>
    change('article', { id: n, title: `Oak ${n}`, category: 7, subcategory: null }, n + 1),
  )
  await deliver(change('category', { id: 7, label: 'Chairs' }, 1))
  await deliver(...articles)
  embedded.length = 0
  await deliver(change('category', { id: 7, label: 'Seats' }, 2000))
  assert.equal(new Set(embedded).size, 1100)
  assert.ok((await products()).every(row => row.category === 'Seats'))
})
