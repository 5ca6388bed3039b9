import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Shop, startShop } from '../support/shop.ts'

/** What strangers' tables hold: nothing of it stops a build, and all of it is named until it is corrected. */
const SQL = `
create table article (id int primary key, title text, kind text, price numeric(38, 10), cost double precision, changed timestamp);
create table spare (id int primary key, title text, price numeric(10, 2));
create table stock (article int primary key, pieces numeric(10, 3));
create table customer (id int primary key, income numeric(30, 2), children numeric(6, 0));
create table orders (id int primary key, customer int, at timestamptz);
create table line (order_id int, n int, article int, pieces bigint, price numeric(20, 4), primary key (order_id, n));
create table spare_line (order_id int, n int, spare int, pieces int, price numeric(20, 4), primary key (order_id, n));
create table invoice (order_id int, n bigint, on_day timestamp, article int, customer int, pieces bigint, total numeric(20, 2), primary key (order_id, n));
insert into article values (1, 'Chair', repeat('long kind ', 400), 99999999999999999.99, 1e300, '0001-01-01'), (2, null, null, 5, 1, '9999-12-31 23:59:59.999999');
insert into spare values (1, 'Screw', 0.10), (2, 'Nut', 0.20);
insert into stock values (1, 2.5);
insert into customer values (1, 1e20, 3), (2, 5, null);
insert into orders values (1, 1, '2026-01-05 10:00+00'), (2, 99, '0044-03-15 10:00+00'), (3, null, null), (4, 1, '9999-12-31 23:59:59+00');
insert into line values (1, 1, 1, 4006381333931, 999999999999999.9999), (77, 1, 1, 9000000000000000000, 1), (1, 2, null, null, null), (2, 1, 1, 1, 1), (4, 1, 2, 1, 1);
insert into spare_line values (1, 1, 1, 10, 0.10), (1, 2, 2, 20, 0.20);
insert into invoice select 1, 5000000000 + n, '2026-01-06', 1, 1, 1, 999999999999999.99 from generate_series(1, 20) n;
insert into invoice values (2, 1, '2026-01-06 23:30', 1, 1, 9000000000000000000, 99999999999999999.99), (2, 2, null, 1, 1, 1, 5), (2, 3, '9999-12-31', 1, 1, 1, 6),
  (2, 4, '2026-01-07', 1, null, 0, 7);
`
const YML = `
connection: odd
capture: postgres
timeZone: Europe/Berlin
currency: EUR
tables:
  article:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
      title: { type: string, as: name }
      kind: { type: string, as: category }
      price: { type: "decimal(38,10)", as: list_price }
      cost: { type: double, as: standard_cost }
      changed: { type: timestampNtz, as: modified_at }
  spare:
    entity: product
    key: [id]
    idPrefix: s-
    columns: { id: { type: int, as: product_id }, title: { type: string, as: name }, price: { type: "decimal(10,2)", as: list_price } }
  stock:
    entity: inventory
    key: [article]
    columns: { article: { type: int, as: product_id, idPrefix: "" }, pieces: { type: "decimal(10,3)", as: quantity } }
  customer:
    entity: client
    key: [id]
    columns: { id: { type: int, as: client_id }, income: { type: "decimal(30,2)", as: annual_income }, children: { type: "decimal(6,0)", as: total_children } }
  orders:
    entity: order
    key: [id]
    columns: { id: { type: int, as: order_id }, customer: { type: int, as: client_id }, at: { type: timestamp, as: ordered_at } }
  line:
    entity: order_item
    key: [order_id, n]
    columns:
      order_id: { type: int, as: order_id }
      n: { type: int, as: line_number }
      article: { type: int, as: product_id, idPrefix: "" }
      pieces: { type: bigint, as: quantity }
      price: { type: "decimal(20,4)", as: unit_price }
  spare_line:
    entity: order_item
    key: [order_id, n]
    idPrefix: s-
    columns:
      order_id: { type: int, as: order_id }
      n: { type: int, as: line_number }
      spare: { type: int, as: product_id, idPrefix: s- }
      pieces: { type: int, as: quantity }
      price: { type: "decimal(20,4)", as: unit_price }
  invoice:
    entity: sale
    key: [order_id, n]
    columns:
      order_id: { type: int, as: order_id }
      n: { type: bigint, as: line_number }
      on_day: { type: timestampNtz, as: sale_date }
      article: { type: int, as: product_id, idPrefix: "" }
      customer: { type: int, as: client_id }
      pieces: { type: bigint, as: quantity }
      total: { type: "decimal(20,2)", as: amount }
`

let postgres: TestPostgres
let shop: Shop
before(async () => {
  postgres = await startTestPostgres()
  shop = await startShop(postgres, 'odd', { yml: YML, sql: SQL })
})
after(async () => {
  await shop?.stop()
  await postgres.stop()
})

async function build() {
  await shop.caughtUp()
  const { status, body } = await shop.call('build-warehouse')
  assert.equal(status, 200, JSON.stringify(body))
}

const setAside = async () =>
  (
    await shop.select(
      'select source_table, row_key, column_name, what, reason from set_aside order by source_table, row_key, column_name',
    )
  ).map(row => row.join(' '))

test('what does not fit, is missing, or points to nothing is named; everything else is built', async () => {
  await build()
  assert.deepEqual(await setAside(), [
    'article 1 changed value does_not_fit',
    'article 1 cost value does_not_fit',
    'article 1 price value does_not_fit',
    'customer 1 income value does_not_fit',
    'invoice 2-1 pieces value does_not_fit',
    'invoice 2-1 total value does_not_fit',
    'invoice 2-2 on_day row missing',
    'invoice 2-3 on_day row date_out_of_range',
    'line 1-2 article reference missing',
    'line 1-2 pieces value missing',
    'line 1-2 price value missing',
    'line 77-1 order_id reference unknown_reference',
    'line 77-1 pieces value does_not_fit',
    'orders 2 at value date_out_of_range',
    'orders 2 customer reference unknown_reference',
    'orders 3 at value missing',
    'orders 4 at value date_out_of_range',
  ])
})

test('sums and products of large values come out whole', async () => {
  assert.deepEqual(
    await shop.select('select amount, quantity, sale_count from agg_sales_weekly order by amount'),
    [['20000000000000006.8000', '20.0000', 22]],
  )
  assert.deepEqual(
    await shop.select("select quantity, amount from fct_order_item where order_item_id = '1-1'"),
    [['4006381333931.0000', '4006381333930999999599361866.6069']],
  )
})

test('two tables of products, and of lines, are kept apart, each line with the product that it means', async () => {
  assert.deepEqual(
    await shop.select(
      `select i.order_item_id, p.name from fct_order_item i join dim_product p using (product_key) where i.order_id = '1' order by 1`,
    ),
    [
      ['1-1', 'Chair'],
      ['s-1-1', 'Screw'],
      ['s-1-2', 'Nut'],
    ],
  )
  await shop.change('truncate spare_line')
  await build()
  assert.deepEqual(await shop.select('select count(*) from fct_order_item'), [['5']])
})

test('the checks warn of what was set aside, and the marts are published whatever their texts and numbers are', async () => {
  const checked = await shop.call('check-quality')
  assert.equal(checked.body.state, 'warned', JSON.stringify(checked.body))
  assert.deepEqual(
    (checked.body.failed as { check: string }[])
      .map(({ check }) => check)
      .toSorted()
      .toReversed(),
    ['raw_tables_are_not_truncated', 'nothing_is_set_aside'],
  )
  const { status, body } = await shop.call('publish-marts')
  assert.equal(status, 200, JSON.stringify(body))
})

test('a product without a name, and stock without a place, are found', async () => {
  const { status, body } = await shop.call('search-products', { filters: { inStock: true } })
  assert.equal(status, 200)
  assert.deepEqual(
    (body.results as { productId: string }[]).map(row => row.productId),
    ['1'],
  )
  const all = await shop.call('search-products', { query: '', limit: 10 })
  assert.equal((all.body.results as object[]).length, 4)
  assert.deepEqual((await shop.call('show-status')).body.parked, [])
})

test('what is corrected is gone from what was set aside, although history still has it', async () => {
  await shop.change(`
    update article set price = 5, cost = 1, changed = now();
    update customer set income = 1;
    update invoice set pieces = 1, total = 1, on_day = '2026-01-06' where order_id = 2;
    update line set pieces = 1, price = 1, article = 1;
    delete from line where order_id = 77;
    update orders set at = '2026-01-05', customer = 1;`)
  await build()
  assert.deepEqual(await setAside(), [])
})
