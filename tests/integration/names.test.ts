import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { stringify } from 'yaml'
import { plainName } from '../../shared/config/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Shop, startShop } from '../support/shop.ts'
import { LakeReader } from './lake-support.ts'

/** Any name that a database allows is carried from the source to search and the marts. */
const COLUMNS = {
  id: 'Artikel-Nr.',
  name: 'Größe (cm)',
  price: 'unit price',
  category: 'a"b\'c`d',
}
/** Modelled tables by their entity, and others that only land. */
const PRODUCT = 'artikel-stamm'
const ORDER = 'select'
const ITEM = 'order items'
const SALE = 'Größe'
const OTHERS = [
  'a.b',
  '..',
  '.',
  '1st',
  '$cash%20',
  'slash/../table',
  'back\\slash',
  'line\nbreak\ttab',
  'quo\'te"s',
  '{{ jinja }} {% raw %}',
  'UPPER',
  '名前 😀',
  'a,b;c{d}=(e)',
  'n'.repeat(63),
  '#:?*<>|&',
  'constructor',
]
const MORE_COLUMNS = [
  '1st',
  '$cash%20',
  'x.y',
  'a,b;c{d}=(e)',
  'line\nbreak\ttab',
  '{{ jinja }}',
  '{# note #}',
  '名前 😀',
  'select',
  'back\\slash',
  'constructor',
  'toString',
  'n'.repeat(63),
]

const q = pg.escapeIdentifier
const { id, name, price, category } = COLUMNS
const SQL = `
create table ${q(PRODUCT)} (${q(id)} int primary key, ${q(name)} text, ${q(price)} numeric(10,2), ${q(category)} text);
create table ${q(ORDER)} ("from" int primary key, "where" timestamptz);
create table ${q(ITEM)} ("from" int, "#" int, ${q(id)} int, "group by" numeric(10,3), ${q(price)} numeric(10,2), primary key ("from", "#"));
create table ${q(SALE)} ("order" int primary key, "date" date, ${q(id)} int, "%" numeric(10,2));
insert into ${q(PRODUCT)} values (1, 'Oak', 10.50, 'Chairs');
insert into ${q(ORDER)} values (7, '2026-03-01 12:00:00+00');
insert into ${q(ITEM)} values (7, 1, 1, 1.5, 10.50);
insert into ${q(SALE)} values (1, '2026-03-01', 1, 15.75);
${OTHERS.map(
  table => `create table ${q(table)} (id int primary key, ${MORE_COLUMNS.map(column => `${q(column)} text`).join(', ')});
insert into ${q(table)} (id, ${q(MORE_COLUMNS[0] ?? '')}) values (1, 'first');`,
).join('\n')}
`
const column = (type: string, as: string) => ({ type, as })
const YML = stringify({
  connection: 'odd',
  capture: 'postgres',
  timeZone: 'UTC',
  tables: {
    [PRODUCT]: {
      entity: 'product',
      key: [id],
      columns: {
        [id]: column('int', 'product_id'),
        [name]: column('string', 'name'),
        [price]: column('decimal(10,2)', 'list_price'),
        [category]: column('string', 'category'),
      },
    },
    [ORDER]: {
      entity: 'order',
      key: ['from'],
      columns: { from: column('int', 'order_id'), where: column('timestamp', 'ordered_at') },
    },
    [ITEM]: {
      entity: 'order_item',
      key: ['from', '#'],
      columns: {
        from: column('int', 'order_id'),
        '#': column('int', 'line_number'),
        [id]: column('int', 'product_id'),
        'group by': column('decimal(10,3)', 'quantity'),
        [price]: column('decimal(10,2)', 'unit_price'),
      },
    },
    [SALE]: {
      entity: 'sale',
      key: ['order'],
      columns: {
        order: column('int', 'sale_id'),
        date: column('date', 'sale_date'),
        [id]: column('int', 'product_id'),
        '%': column('decimal(10,2)', 'amount'),
      },
    },
    ...Object.fromEntries(
      OTHERS.map(table => [
        table,
        {
          entity: 'interaction',
          key: ['id'],
          partitions: 1,
          columns: {
            id: column('int', 'id'),
            ...Object.fromEntries(MORE_COLUMNS.map((name, n) => [name, column('string', `column_${n}`)])),
          },
        },
      ]),
    ),
  },
})

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

test('search and the marts have the rows of tables and columns of any name', async () => {
  await shop.change(`update ${q(PRODUCT)} set ${q(price)} = 11`)
  await shop.caughtUp()
  const { body } = await shop.call('search-products', { query: 'oak' })
  assert.deepEqual(
    (body.results as { listPrice: number; category: string }[]).map(row => [row.listPrice, row.category]),
    [[11, 'Chairs']],
  )
  const built = await shop.call('build-warehouse')
  assert.equal(built.status, 200, JSON.stringify(built.body))
  assert.deepEqual(built.body.setAside, [])
  assert.deepEqual(await shop.select('select category, amount from agg_sales_weekly'), [
    ['Chairs', '15.7500'],
  ])
  assert.deepEqual(await shop.select('select order_item_id, quantity from fct_order_item'), [
    ['7-1', '1.5000'],
  ])
})

test('tables that no model reads are in the lake with every column, for two readers', async t => {
  const reader = new LakeReader()
  t.after(() => reader.close())
  const [first = ''] = MORE_COLUMNS
  for (const table of OTHERS)
    for (const command of ['deltaRs', 'duckdb']) {
      const path = join(shop.lake, plainName(table))
      const [row, ...more] = await reader.ask<Record<string, string | null>[]>({
        command,
        path,
        order: ['id'],
      })
      assert.deepEqual([row?.id, row?.[first], more.length], ['1', 'first', 0], `${table} by ${command}`)
      for (const column of MORE_COLUMNS) assert.ok(row && Object.hasOwn(row, column), `${table}.${column}`)
    }
})

test('nothing was parked', async () => {
  const { body } = await shop.call('show-status')
  assert.deepEqual(body.parked, [])
})
