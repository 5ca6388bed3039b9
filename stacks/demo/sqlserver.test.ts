import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { parseSource } from '../../shared/capture/sources.ts'
import { sqlServerCapture } from '../../shared/capture/sqlserver/index.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { waitFor } from '../../tests/support/demo.ts'
import { followSource } from '../../tests/support/follow-source.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { serveShopAsSqlServer } from './sqlserver.ts'

const SHOP = `create schema dbo;
  create table dbo."Product" ("ProductID" integer primary key, "Name" text not null, "ListPrice" numeric(19, 4),
    "Active" boolean, "ModifiedDate" timestamp);
  create table dbo."OrderItem" ("OrderID" integer, "LineNumber" integer, "Amount" bigint, primary key ("OrderID", "LineNumber"));
  insert into dbo."Product" values (1, 'Größe 😀', 23.55, true, '2026-11-26 11:13:14.123456'), (2, '', null, null, null);
  insert into dbo."OrderItem" values (1, 1, 9223372036854775807);
  alter table dbo."Product" replica identity full; alter table dbo."OrderItem" replica identity full`

const FILE = `connection: shop
capture: sqlserver
namespace: dbo
timeZone: UTC
tables:
  Product:
    entity: interaction
    key: [ProductID]
    columns:
      ProductID: { type: int, as: product_id }
      Name: { type: string, as: name }
      ListPrice: { type: "decimal(19,4)", as: list_price }
      Active: { type: boolean, as: active }
      ModifiedDate: { type: timestampNtz, as: modified_at }
  OrderItem:
    entity: interaction
    key: [OrderID, LineNumber]
    columns:
      OrderID: { type: int, as: order_id }
      LineNumber: { type: int, as: line_number }
      Amount: { type: bigint, as: amount }
`

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres({ wal_level: 'logical' })
})
after(() => postgres.stop())

test('what the demo has in its Postgres, and what changes there, is on the protocol of SQL Server too', async t => {
  const url = await postgres.createDatabase('shop')
  const shop = new pg.Client({ connectionString: url.reveal() })
  await shop.connect()
  await shop.query(SHOP)
  const double = await serveShopAsSqlServer(url)
  const store = await postgres.createStore('store')
  const followed = await followSource({
    capture: sqlServerCapture,
    source: parseSource('shop.yml', FILE),
    urlOf: () => new SecretUrl(double.url),
    store,
  })
  t.after(async () => {
    await followed.close()
    await double.close()
    await shop.end()
  })
  followed.start()
  const product = (id: string) => followed.rows('Product').then(rows => rows[id])
  await waitFor('the snapshot', async () => (await followed.state())?.state === 'streaming')
  assert.deepEqual(await product('1'), {
    ProductID: 1,
    Name: 'Größe 😀',
    ListPrice: '23.5500',
    Active: true,
    ModifiedDate: '2026-11-26T11:13:14.123456',
  })
  assert.deepEqual((await product('2'))?.ListPrice, null)
  await shop.query(`begin; update dbo."Product" set "ListPrice" = 1 where "ProductID" = 1;
    delete from dbo."Product" where "ProductID" = 2; insert into dbo."OrderItem" values (1, 2, null); commit`)
  await waitFor('the change', async () => (await product('1'))?.ListPrice === '1.0000')
  await waitFor('the deletion', async () => (await product('2')) === undefined)
  await waitFor('the insertion', async () => Object.keys(await followed.rows('OrderItem')).length === 2)
  assert.equal((await followed.rows('OrderItem'))['[1,1]']?.Amount, '9223372036854775807')
})
