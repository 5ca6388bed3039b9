import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseSource } from '../../shared/capture/sources.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Shop, startShop } from '../support/shop.ts'

/** The second worked example of docs/sources.md, from its database to search and the marts. */
const FILE = join(ROOT, 'docs/examples/furniture.yml')
const yml = readFileSync(FILE, 'utf8')
const sql = readFileSync(FILE.replace('.yml', '.sql'), 'utf8')

let postgres: TestPostgres
let shop: Shop
before(async () => {
  postgres = await startTestPostgres()
  shop = await startShop(postgres, 'furniture', { yml, sql })
})
after(async () => {
  await shop?.stop()
  await postgres.stop()
})

type Results = { results: { name: string; category: string }[]; facets: { category: unknown } }
const search = async (body: object) => (await shop.call('search-products', body)).body as Results

test('its source file has six tables, among them categories and none of stock', () => {
  const { tables } = parseSource(FILE, yml)
  assert.deepEqual(
    tables.map(table => table.entity),
    ['category', 'product', 'client', 'order', 'order_item', 'sale'],
  )
})

test('a product is found with the name of its category, and follows when that is renamed', async () => {
  await shop.caughtUp()
  const before = await search({ query: 'oak chair', filters: { category: 'Chairs' } })
  assert.equal(before.results[0]?.name, 'Oak chair')
  await shop.change(`update category set name = 'Seats' where id = 1`)
  await shop.caughtUp()
  const after = await search({ filters: { category: 'seats' } })
  assert.deepEqual(after.results.map(({ name, category }) => [name, category]).sort(), [
    ['Ash armchair', 'Seats'],
    ['Oak chair', 'Seats'],
  ])
  assert.deepEqual(after.facets.category, [{ value: 'Seats', count: 2 }])
})

test('its marts have the names of categories, fractions of metres and kilograms, and what has no product', async () => {
  const { status, body } = await shop.call('build-warehouse')
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(await shop.select('select product_id, category from dim_product order by product_id'), [
    ['1', 'Seats'],
    ['2', 'Seats'],
    ['3', 'Tables'],
    ['4', 'Fabrics'],
    ['5', 'Fillings'],
  ])
  assert.deepEqual(
    await shop.select('select category, quantity, amount, currency from agg_sales_weekly order by category'),
    [
      ['Fabrics', '2.7500', '68.4800', 'EUR'],
      ['Fillings', '0.4000', '7.4000', 'EUR'],
      ['Seats', '4.0000', '516.0000', 'EUR'],
      ['Unknown', '1.0000', '12.0000', 'EUR'],
    ],
  )
  assert.deepEqual(
    await shop.select('select source_table, row_key, column_name, what, reason from set_aside'),
    [['invoice_line', '4', 'product_id', 'reference', 'missing']],
  )
  assert.deepEqual(
    await shop.select("select quantity, amount from fct_order_item where order_item_id = '100-2'"),
    [['2.7500', '68.4750']],
  )
})

test('a date that was wrong once stops no build, neither before it is corrected nor after', async () => {
  await shop.change(`insert into invoice_line (order_id, invoiced_on, product_id, customer_id, quantity, total)
    values (102, '0202-11-05', 3, 1, 1, 899), (102, '2026-03-11', 3, 1, 1, 899)`)
  await shop.caughtUp()
  const wrong = await shop.call('build-warehouse')
  assert.equal(wrong.status, 200, JSON.stringify(wrong.body))
  assert.deepEqual(wrong.body.setAside, [
    {
      system: 'furniture',
      table: 'invoice_line',
      column: 'invoiced_on',
      what: 'row',
      reason: 'date_out_of_range',
      rows: 1,
      keys: ['5'],
    },
    {
      system: 'furniture',
      table: 'invoice_line',
      column: 'product_id',
      what: 'reference',
      reason: 'missing',
      rows: 1,
      keys: ['4'],
    },
  ])
  await shop.change(`update invoice_line set invoiced_on = '2022-11-05' where id = 5`)
  await shop.caughtUp()
  await shop.call('build-warehouse')
  assert.deepEqual(await shop.select(`select row_key from set_aside where what = 'row'`), [])
  assert.deepEqual(await shop.select(`select sum(amount) from agg_sales_monthly where category = 'Tables'`), [
    ['1798.0000'],
  ])
})

test('the marts are published, with the table that says what was set aside', async () => {
  const checked = await shop.call('check-quality')
  assert.equal(checked.status, 200, JSON.stringify(checked.body))
  const failed = checked.body.failed as { check: string }[]
  assert.deepEqual(
    failed.map(({ check }) => check),
    ['nothing_is_set_aside', 'all_sales_follow_their_orders'],
  )
  const { status, body } = await shop.call('publish-marts')
  assert.equal(status, 200, JSON.stringify(body))
  const answer = await shop.call('read-mart', { mart: 'set_aside' })
  assert.equal((answer.body.rows as object[]).length, 1)
})
