import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import {
  NAMED_ITEM,
  PRICED_ITEM,
  type ShopServers,
  startShopServers,
  withShop,
} from '../support/captured-shop.ts'
import { waitFor } from '../support/demo.ts'

/** Other people's shops: what cannot be captured, or would harm them, is refused before anything is changed. */
let postgres: ShopServers
before(async () => {
  postgres = await startShopServers()
})
after(() => postgres.stop())

/** Shops have nothing to do with each other, and mostly wait. */
const TOGETHER = { concurrency: 3 }

/** Statements of the shop's own, which must not fail because of us. */
const OWN = [
  'insert into item (id, net) values (7, 1)',
  'update item set net = 2',
  'delete from item where id = 7',
]

const HAZARDS: { what: string; sql: string; says: RegExp; remedy?: string; since?: number }[] = [
  {
    what: 'full identity with a generated column, in a publication that leaves it out',
    since: 180_000,
    sql: `create table item (id int primary key, net numeric, gross numeric generated always as (net * 1.19) stored);
      alter table item replica identity full; create publication other for table item with (publish = 'insert');
      create publication cordage_SHOP for table item with (publish = 'insert, update, delete, truncate')`,
    says: /without gross, which is generated and in its replica identity: alter publication cordage_shop\d+ set \(publish_generated_columns = stored\)/,
    remedy: 'alter publication cordage_SHOP set (publish_generated_columns = stored)',
  },
  {
    what: 'full identity with a column that is generated when read',
    since: 180_000,
    sql: `create table item (id int primary key, net numeric, gross numeric generated always as (net * 1.19) virtual);
      alter table item replica identity full`,
    says: /holds gross, a virtual generated column: alter table public\.item replica identity default/,
    remedy: 'alter table item replica identity default',
  },
  {
    what: 'a key that is checked at the end, as the only identity',
    sql: 'create table item (id int primary key deferrable, net numeric)',
    says: /it has no replica identity: alter table public\.item replica identity using index …/,
    remedy: 'alter table item replica identity full',
  },
  {
    what: "full identity beside the shop's own publication with a column list",
    since: 150_000,
    sql: `create table item (id int primary key, net numeric); alter table item replica identity full;
      create publication other for table item (id)`,
    says: /because publication other sends it with a column list and its replica identity is full/,
    remedy: 'alter table item replica identity default',
  },
  {
    what: "a condition of the shop's own publication on what its identity has not",
    since: 150_000,
    sql: `create table item (id int primary key, net numeric); create publication other for table item where (net > 1)`,
    says: /publication other sends it where net …, which is not in its replica identity/,
    remedy: 'alter table item replica identity full',
  },
  {
    what: 'an index as identity that is gone',
    sql: `create table item (id int primary key, net numeric); create unique index item_id on item (id);
      alter table item replica identity using index item_id; drop index item_id`,
    says: /it has no replica identity/,
    remedy: 'alter table item replica identity default',
  },
]

describe('refused before it harms the shop', TOGETHER, () => {
  for (const { what, sql, says, remedy, since = 0 } of HAZARDS)
    test(what, async t => {
      if (postgres.version < since) return t.skip(`from Postgres ${since / 10_000} on`)
      await withShop(postgres, { sql: 'select 1', tables: PRICED_ITEM }, async shop => {
        const own = (text: string) => shop.sql.query(text.replaceAll('SHOP', shop.source.system))
        await own(sql)
        const { problems, hazards } = await shop.check()
        assert.match(problems.join('\n'), says)
        assert.ok(hazards.length > 0)
        const { rows: before } = await shop.sql.query('select * from pg_publication order by 1')
        shop.start()
        await waitFor('the refusal', async () => shop.failures.length > 0)
        assert.deepEqual((await shop.sql.query('select * from pg_publication order by 1')).rows, before)
        if (!remedy) return
        await own(remedy)
        assert.deepEqual((await shop.check()).problems, [])
        await shop.caughtUp()
        for (const statement of OWN) await shop.sql.query(statement)
        await shop.caughtUp()
        assert.deepEqual(await shop.rows('item'), {})
      })
    })
})

test('a publication for all tables, or of a schema, is refused: a table made later could not be updated', async () => {
  const ofSchema = postgres.version >= 150_000 ? ['for tables in schema public'] : []
  for (const kind of ['for all tables', ...ofSchema])
    await withShop(
      postgres,
      { sql: 'create table item (id int primary key, net numeric)', tables: PRICED_ITEM },
      async shop => {
        await shop.sql.query(`create publication cordage_${shop.source.system} ${kind}`)
        assert.match(
          (await shop.check()).problems.join('\n'),
          /is for all tables.*create it for the tables of the file/,
        )
      },
    )
})

const REFUSED: { what: string; sql: string; says: RegExp; remedy?: string; row?: string; since?: number }[] =
  [
    {
      what: 'a condition on our publication',
      since: 150_000,
      sql: `create table item (id int primary key, note text); create publication cordage_SHOP for table item where (id > 3)`,
      says: /sends only some rows of table item: publish it without a condition/,
      remedy: 'alter publication cordage_SHOP set table item',
    },
    {
      what: 'a column list that leaves out what is captured',
      since: 150_000,
      sql: `create table item (id int primary key, note text); create publication cordage_SHOP for table item (id)`,
      says: /does not send note of table item: publish it without a column list/,
      remedy: 'alter publication cordage_SHOP set table item',
    },
    {
      what: 'a publication of insertions only',
      sql: `create table item (id int primary key, note text); create publication cordage_SHOP for table item with (publish = 'insert')`,
      says: /does not send update, delete, truncate: alter publication cordage_shop\d+ set \(publish = 'insert, update, delete, truncate'\)/,
      remedy: `alter publication cordage_SHOP set (publish = 'insert, update, delete, truncate')`,
    },
    {
      what: 'rows that a policy hides',
      sql: `create table item (id int primary key, note text); alter table item enable row level security`,
      says: /row level security hides rows of table item from this role: alter role … bypassrls/,
    },
    {
      what: 'a view',
      sql: `create table other (id int primary key, note text); create view item as select * from other`,
      says: /table item is a view, which has no changes of its own to follow: list the tables that its rows come from/,
    },
    {
      what: 'a materialized view',
      sql: `create table other (id int primary key, note text); create materialized view item as select * from other`,
      says: /table item is a view/,
    },
    {
      what: 'an unlogged table',
      sql: `create unlogged table item (id int primary key, note text)`,
      says: /table item is unlogged or temporary: .* alter table item set logged/,
      remedy: 'alter table item set logged',
    },
    {
      what: 'a table with children by inheritance',
      sql: `create table item (id int primary key, note text); create table child () inherits (item)`,
      says: /table item has child tables by inheritance/,
    },
    {
      what: 'a key that is not unique',
      sql: `create table item (id int not null, note text, code int primary key); alter table item replica identity full`,
      says: /its key id need not be unique: no unique index on not-null columns is part of it/,
      remedy: 'create unique index on item (id)',
      row: `(code, id, note) values (1, 4, 'x')`,
    },
    {
      what: 'a key that may be null',
      sql: `create table item (id int unique, note text); alter table item replica identity full`,
      says: /its key id need not be unique/,
      remedy: 'alter table item alter id set not null',
    },
    {
      what: 'a key that is unique for some rows only',
      sql: `create table item (id int not null, note text, code int primary key); create unique index on item (id) where code > 0; alter table item replica identity full`,
      says: /its key id need not be unique/,
    },
    {
      what: 'a generated column that the publication leaves out',
      since: 180_000,
      sql: `create table item (id int primary key, name text, note text generated always as (upper(name)) stored); create publication cordage_SHOP for table item`,
      row: `(id, name) values (4, 'x')`,
      says: /column item\.note is generated and not sent: leave it out of the file, or, from Postgres 18 on, alter publication cordage_shop\d+ set \(publish_generated_columns = stored\)/,
      remedy: 'alter publication cordage_SHOP set (publish_generated_columns = stored)',
    },
    {
      what: 'a generated column that is not stored',
      since: 180_000,
      sql: `create table item (id int primary key, name text, note text generated always as (upper(name)) virtual)`,
      says: /column item\.note is a virtual generated column, which is not in the log: leave it out of the file/,
    },
    {
      what: 'a partition whose whole table is published',
      sql: `create table whole (id int primary key, note text) partition by range (id); create table item partition of whole for values from (0) to (10);
      create publication cordage_SHOP for table whole with (publish_via_partition_root = true)`,
      says: /table item is a partition whose changes come under the name of the whole table/,
    },
    {
      what: 'a table that is not listed and that our publication harms',
      sql: `create table item (id int primary key, note text); create table other (id int); create publication cordage_SHOP for table item, other`,
      says: /UPDATE and DELETE of public\.other fail because publication cordage_shop\d+ sends it and it has no replica identity/,
      remedy: 'alter publication cordage_SHOP drop table other',
    },
  ]

describe('refused by name', TOGETHER, () => {
  for (const { what, sql, says, remedy, since = 0, row = `(id, note) values (4, 'x')` } of REFUSED)
    test(what, async t => {
      if (postgres.version < since) return t.skip(`from Postgres ${since / 10_000} on`)
      await withShop(postgres, { sql: 'select 1', tables: NAMED_ITEM }, async shop => {
        const own = (text: string) => shop.sql.query(text.replaceAll('SHOP', shop.source.system))
        await own(sql)
        assert.match((await shop.checkAsReader()).problems.join('\n'), says)
        if (!remedy) return
        await own(remedy)
        assert.deepEqual((await shop.check()).problems, [])
        await own(`insert into item ${row}`)
        shop.start()
        await shop.caughtUp()
        const { rows } = await shop.sql.query('select id, note from item')
        assert.deepEqual(Object.values(await shop.rows('item')), rows)
      })
    })
})

test('a database whose encoding says nothing of its texts is refused, with what to do', async () => {
  const admin = await postgres.createDatabase('encodings')
  const client = new pg.Client({ connectionString: admin.reveal() })
  await client.connect()
  await client.query(`create database ascii encoding 'SQL_ASCII' locale 'C' template template0`)
  await client.end()
  await withShop(
    postgres,
    { sql: 'create table item (id int primary key, note text)', tables: NAMED_ITEM },
    async shop => {
      await shop.moveTo(postgres.sourceUrl('ascii'))
      await shop.sql.query('create table item (id int primary key, note text)')
      assert.match(
        (await shop.check()).problems.join('\n'),
        /its encoding is SQL_ASCII.*restore it into a database with encoding UTF8/,
      )
    },
  )
})

test('a schema that may not be used, and rows that may not be read, are said by name', async () => {
  await withShop(
    postgres,
    { sql: 'create table item (id int primary key, note text)', tables: NAMED_ITEM },
    async shop => {
      await shop.sql.query('revoke usage on schema public from public')
      assert.match(
        (await shop.checkAsReader()).problems.join('\n'),
        /schema public of table item may not be used: grant usage on schema public/,
      )
    },
  )
})
