import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { CATALOGUE, makeEvent, makeSnapshotEnd, makeTruncate } from '../../../tests/support/catalogue.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { makeCountingModels } from '../../../tests/support/models.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { ensureGraphs } from './graphs.ts'
import definition from './handler.ts'

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
    'truncate search.product, search.product_text, search.stock, search.product_vector, search.snapshot, search.cleared',
  )
})

async function deliver(...events: Parameters<Awaited<ReturnType<typeof startFunction>>['deliver']>[0]) {
  const { deliver } = await startFunction(definition, { resources: { store, models, sources: [CATALOGUE] } })
  const { status, results } = await deliver(events)
  assert.equal(status, 200)
  return results.map(result => result.reason ?? result.status)
}

const bike = (more: object = {}) => ({
  ProductID: 1,
  ProductNumber: 'BK-1',
  Name: 'Road Bike',
  Model: 'Road',
  ListPrice: '100.0000',
  Category: 'Bikes',
  ...more,
})
const product = async () =>
  (
    await store.query<{ name: string; list_price: string; is_deleted: boolean }>(
      'select name, list_price, is_deleted from search.product',
    )
  )[0]

test('a product, its texts and its stock are written, and the text embedded once', async () => {
  const answers = await deliver(
    makeEvent({ table: 'Product', row: bike(), commit: 1 }),
    makeEvent({ table: 'Inventory', row: { ProductID: 1, Location: 'A', Quantity: 5 }, commit: 2 }),
  )
  assert.deepEqual(answers, ['done', 'done'])
  assert.deepEqual(await product(), { name: 'Road Bike', list_price: '100.0000', is_deleted: false })
  assert.equal((await store.query('select 1 from search.stock where quantity = 5')).length, 1)
  assert.equal(embedded.length, 1)
})

test('a price that is no number is none', async () => {
  for (const [i, price] of ['NaN', 'Infinity', '-Infinity'].entries()) {
    assert.deepEqual(
      await deliver(makeEvent({ table: 'Product', row: bike({ ListPrice: price }), commit: 2 * i + 1 })),
      ['done'],
    )
    assert.equal((await product())?.list_price, null, String(price))
    await deliver(makeEvent({ table: 'Product', row: bike(), commit: 2 * i + 2 }))
    assert.equal((await product())?.list_price, '100.0000')
  }
})

test('a repeat changes nothing and embeds nothing', async () => {
  const event = makeEvent({ table: 'Product', row: bike(), commit: 1 })
  await deliver(event)
  const before = await store.query('select xmin, * from search.product')
  assert.deepEqual(await deliver(event), ['done'])
  assert.deepEqual(await store.query('select xmin, * from search.product'), before)
  assert.equal(embedded.length, 1)
})

test('an older change that comes late does not replace a newer one, not even a deletion', async () => {
  await deliver(makeEvent({ table: 'Product', op: 'd', row: { ProductID: 1 }, commit: 9 }))
  await deliver(makeEvent({ table: 'Product', row: bike(), commit: 3 }))
  assert.equal((await product())?.is_deleted, true)
  await deliver(makeEvent({ table: 'Product', row: bike({ Name: 'Back again' }), commit: 10 }))
  assert.deepEqual(await product(), { name: 'Back again', list_price: '100.0000', is_deleted: false })
})

test('of a text of megabytes the first pages are searched, and the model is given the first', async () => {
  const words = Array.from({ length: 300_000 }, (_, n) => `word${n}`).join(' ')
  const event = makeEvent({ table: 'Product', row: bike({ Description: words }), commit: 1 })
  assert.deepEqual(await deliver(event), ['done'])
  assert.ok((embedded[0]?.length ?? 0) <= 4000)
  const found = await store.query(
    `select 1 from search.product where words @@ to_tsquery('english', 'word4000') and length(description) > 2000000`,
  )
  assert.equal(found.length, 1)
})

test('a price is written without embedding; a changed text is embedded again', async () => {
  await deliver(makeEvent({ table: 'Product', row: bike(), commit: 1 }))
  await deliver(makeEvent({ table: 'Product', op: 'u', row: bike({ ListPrice: '90.0000' }), commit: 2 }))
  assert.equal(embedded.length, 1)
  assert.equal((await product())?.list_price, '90.0000')
  await deliver(
    makeEvent({
      table: 'ProductDescription',
      row: { Model: 'Road', Culture: 'en', Description: 'Very light' },
      commit: 3,
    }),
  )
  assert.equal(embedded.length, 2)
  assert.match(embedded[1] ?? '', /Very light/)
})

test('within a batch the last change of a key counts', async () => {
  await deliver(
    makeEvent({ table: 'Product', row: bike(), commit: 1 }),
    makeEvent({ table: 'Product', op: 'u', row: bike({ Name: 'Second' }), commit: 2 }),
    makeEvent({ table: 'Product', op: 'u', row: bike({ Name: 'Third' }), commit: 3 }),
  )
  assert.equal((await product())?.name, 'Third')
})

test('the end of a snapshot removes what it did not bring; a truncation everything before it', async () => {
  await deliver(makeEvent({ table: 'Product', row: bike(), commit: 1, epoch: 1 }))
  await deliver(
    makeEvent({ table: 'Product', op: 'r', row: bike({ ProductID: 2 }), commit: 1, epoch: 2 }),
    makeSnapshotEnd('Product', 2, 2),
  )
  const left = async () =>
    (
      await store.query<{ product_id: string }>('select product_id from search.product where not is_deleted')
    ).map(row => row.product_id)
  assert.deepEqual(await left(), ['2'])
  await deliver(makeTruncate('Product', 5))
  assert.deepEqual(await left(), ['2'], 'the truncation is of an older epoch')
})

test('an event from before a truncation that is replayed after it brings nothing back', async () => {
  await deliver(makeTruncate('Product', 5))
  await deliver(makeEvent({ table: 'Product', row: bike(), commit: 2 }))
  assert.equal((await store.query('select 1 from search.product where not is_deleted')).length, 0)
  await deliver(makeEvent({ table: 'Product', row: bike(), commit: 6 }))
  assert.equal((await store.query('select 1 from search.product where not is_deleted')).length, 1)
})

test('a graph whose making was cut off is recreated, by one of those who find that it is due', async () => {
  const { name, version } = models.english
  await store.query(
    `insert into search.product_vector select n::text, $1, $2, '', (array[cos(n), sin(n)]::real[] || array_fill(0::real, array[382]))::halfvec from generate_series(1, 5000) n`,
    [name, version],
  )
  const readGraphs = () =>
    store.query<{ graph: string; indisvalid: boolean }>(
      `select indexrelid::regclass::text as graph, indisvalid from pg_index join pg_class c on c.oid = indexrelid where c.relname like 'vectors\\_%'`,
    )
  await ensureGraphs(store, models)
  const made = await readGraphs()
  assert.equal(made.length, 1, 'the other model has no vectors')
  await store.query('update pg_index set indisvalid = false where indexrelid = $1::regclass', [
    made[0]?.graph,
  ])
  await Promise.all([ensureGraphs(store, models), ensureGraphs(store, models)])
  assert.deepEqual(await readGraphs(), made)
})

test('a topic that is not indexed is skipped, and data that are no change are parked', async () => {
  assert.deepEqual(await deliver(makeEvent({ table: 'Order', row: { OrderID: 1 }, commit: 1 })), [
    'not_indexed',
  ])
  const malformed = { ...makeEvent({ table: 'Product', row: bike(), commit: 1 }), data: { op: 'x' } }
  assert.deepEqual(await deliver(malformed, makeEvent({ table: 'Product', row: bike(), commit: 2 })), [
    'malformed_event',
    'done',
  ])
})

test('of two changes of a key in one batch the newer by position stays, whichever comes last', async () => {
  const older = makeEvent({ table: 'Product', row: bike({ Name: 'Old' }), commit: 1 })
  const newer = makeEvent({ table: 'Product', op: 'u', row: bike({ Name: 'New' }), commit: 2 })
  const gone = makeEvent({ table: 'Product', op: 'd', row: { ProductID: 1 }, commit: 3 })
  await deliver(newer, older)
  assert.equal((await product())?.name, 'New')
  await deliver(gone, newer)
  assert.equal((await product())?.is_deleted, true)
  const stock = (Quantity: number, commit: number) =>
    makeEvent({ table: 'Inventory', row: { ProductID: 1, Location: 'A', Quantity }, commit })
  await deliver(stock(7, 12), stock(5, 11))
  assert.deepEqual(await store.query('select quantity from search.stock'), [{ quantity: '7' }])
})

test('texts of any length are indexed', async () => {
  const noise = (length: number) =>
    createHash('shake256', { outputLength: length }).update('x').digest('base64').replaceAll('+', ' ')
  const long = noise(30_000)
  const events = [
    makeEvent({
      table: 'Product',
      row: bike({
        Name: long,
        Model: long,
        ProductNumber: long,
        Category: long,
        Subcategory: long,
        Color: long,
      }),
      commit: 1,
    }),
    makeEvent({
      table: 'ProductDescription',
      row: { Model: long, Culture: 'de', Description: 'Räder' },
      commit: 2,
    }),
    makeEvent({ table: 'Inventory', row: { ProductID: 1, Location: long, Quantity: 5 }, commit: 3 }),
    makeEvent({ table: 'Product', row: bike({ ProductID: 2, Description: noise(3_000_000) }), commit: 4 }),
    makeEvent({ table: 'Product', row: bike({ ProductID: 3, Description: 'ก'.repeat(400_000) }), commit: 5 }),
  ]
  assert.deepEqual(
    await deliver(...events),
    events.map(() => 'done'),
  )
  const found = `select product_id from search.product where words @@ 'rader'::tsquery`
  assert.deepEqual(await store.query(found), [{ product_id: '1' }])
})

test('what an older version has indexed is folded at the next start, and searched by its first guess until then', async () => {
  await deliver(
    makeEvent({ table: 'Product', row: bike({ Name: 'Übertopf', ProductNumber: 'ÄÖ-77' }), commit: 1 }),
  )
  const read = () =>
    store.query(
      `select sku_key, name_key, v.words as vocabulary, p.words::text, folding from search.product p left join search.vocabulary v using (product_id)`,
    )
  const folded = await read()
  await store.query(
    `update search.product set sku_key = lower(sku collate "C"), name_key = null, folding = 0,
       words = to_tsvector('simple', name)`,
  )
  await store.query('truncate search.vocabulary')
  await startFunction(definition, { resources: { store, models, sources: [CATALOGUE] } })
  assert.deepEqual(await read(), folded)
  assert.equal(folded[0]?.sku_key, 'äö-77')
})

test('when the store is down the batch is redelivered', async () => {
  const resources = { store: { ...store }, models, sources: [CATALOGUE] }
  const { deliver } = await startFunction(definition, { resources })
  resources.store.transaction = async () =>
    Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
  assert.equal((await deliver([makeEvent({ table: 'Product', row: bike(), commit: 1 })])).status, 503)
})
