import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { openShop, type Shop } from '../support/captured-shop.ts'
import { waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** Other people's shops: what is odd in them is captured exactly, or refused before anything is changed. */
let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres({
    max_replication_slots: '50',
    max_wal_senders: '50',
    max_connections: '200',
  })
})
after(() => postgres.stop())

/** Shops have nothing to do with each other, and mostly wait. */
const TOGETHER = { concurrency: 3 }

const ITEM = `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    net: { type: "decimal(12,2)", as: list_price }`

async function withShop(
  given: Parameters<typeof openShop>[1],
  work: (shop: Shop) => Promise<void>,
): Promise<void> {
  const shop = await openShop(postgres, given)
  try {
    await work(shop)
  } finally {
    await shop.close()
  }
}

/** Statements of the shop's own, which must not fail because of us. */
const OWN = [
  'insert into item (id, net) values (7, 1)',
  'update item set net = 2',
  'delete from item where id = 7',
]

const HAZARDS: { what: string; sql: string; says: RegExp; remedy?: string }[] = [
  {
    what: 'full identity with a generated column, in a publication that leaves it out',
    sql: `create table item (id int primary key, net numeric, gross numeric generated always as (net * 1.19) stored);
      alter table item replica identity full; create publication other for table item with (publish = 'insert');
      create publication cordage_SHOP for table item with (publish = 'insert, update, delete, truncate')`,
    says: /without gross, which is generated and in its replica identity: alter publication cordage_shop\d+ set \(publish_generated_columns = stored\)/,
    remedy: 'alter publication cordage_SHOP set (publish_generated_columns = stored)',
  },
  {
    what: 'full identity with a column that is generated when read',
    sql: `create table item (id int primary key, net numeric, gross numeric generated always as (net * 1.19) virtual);
      alter table item replica identity full`,
    says: /holds gross, which is generated when read: alter table public\.item replica identity default/,
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
    sql: `create table item (id int primary key, net numeric); alter table item replica identity full;
      create publication other for table item (id)`,
    says: /because publication other sends it with a column list and its replica identity is full/,
    remedy: 'alter table item replica identity default',
  },
  {
    what: "a condition of the shop's own publication on what its identity has not",
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
  for (const { what, sql, says, remedy } of HAZARDS)
    test(what, async () => {
      await withShop({ sql: 'select 1', tables: ITEM }, async shop => {
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
  for (const kind of ['for all tables', 'for tables in schema public'])
    await withShop(
      { sql: 'create table item (id int primary key, net numeric)', tables: ITEM },
      async shop => {
        await shop.sql.query(`create publication cordage_${shop.source.system} ${kind}`)
        assert.match(
          (await shop.check()).problems.join('\n'),
          /is for all tables.*make it for the tables of the file/,
        )
      },
    )
})

test('what comes later and makes updates fail is withdrawn within seconds, and said', {
  timeout: 60_000,
}, async () => {
  await withShop(
    {
      sql: `create table item (id int primary key, net numeric); create unique index item_id on item (id);
        alter table item replica identity using index item_id; insert into item values (1, 1)`,
      tables: ITEM,
    },
    async shop => {
      shop.start()
      await shop.caughtUp()
      await shop.sql.query('drop index item_id')
      await waitFor('the update to work again', async () => {
        await shop.sql.query('update item set net = 2')
        return true
      })
      await waitFor('the reason', async () =>
        /no replica identity/.test(String((await shop.state())?.problem)),
      )
      await shop.sql.query('alter table item replica identity default')
      await shop.caughtUp()
      await shop.sql.query('update item set net = 3')
      await shop.caughtUp()
      assert.deepEqual(await shop.rows('item'), { 1: { id: 1, net: '3' } })
    },
  )
})

test('50 openings of the stream that fail leave no connection at the source', {
  timeout: 120_000,
}, async () => {
  await withShop({ sql: 'create table item (id int primary key, net numeric)', tables: ITEM }, async shop => {
    shop.start()
    await shop.caughtUp()
    await shop.stop()
    // Somebody else holds the slot: START_REPLICATION fails, again and again.
    const name = `cordage_${shop.source.system}`
    const { rows: senders } = await shop.sql.query('select current_setting($1)::int as most', [
      'max_wal_senders',
    ])
    const holder = await postgres.holdSlot(shop.source.system, name)
    shop.start()
    await waitFor('50 failures', async () => shop.failures.length >= 50, 90_000)
    const { rows } = await shop.sql.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'cordage-%'`,
    )
    assert.ok(rows[0].n <= 4, `${rows[0].n} connections`)
    assert.ok(senders[0].most >= 50)
    await holder.release()
    await shop.sql.query('insert into item values (1, 1)')
    await shop.caughtUp()
    assert.deepEqual(Object.keys(await shop.rows('item')), ['1'])
  })
})

type Story = {
  what: string
  sql: string
  tables?: string
  /** What the shop does while it is captured; each is waited for. */
  steps: string[]
  /** What `select … from item` gives afterwards: the columns to compare. */
  columns?: string
}

const PART = `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    note: { type: string, as: name }`

/** A text that is stored apart, and differs by its seed. */
const LARGE = (seed: string) =>
  `(select string_agg(md5(i::text || '${seed}'), '') from generate_series(1, 400) i)`

const STORIES: Story[] = [
  {
    what: 'keys that shift by one within a statement',
    sql: `create table item (id int primary key deferrable initially deferred, note text); alter table item replica identity full;
      insert into item select i, 'n' || i from generate_series(1, 6) i`,
    steps: [
      'update item set id = id + 1',
      'update item set id = id - 1',
      'begin; update item set id = 9 where id = 1; update item set id = 1 where id = 2; update item set id = 2 where id = 9; commit',
    ],
  },
  {
    what: 'two rows of one key for a moment, of which the new one goes',
    sql: `create table item (id int primary key deferrable initially deferred, note text); alter table item replica identity full;
      insert into item values (1, 'one'), (2, 'two')`,
    steps: [
      `begin; insert into item values (2, 'second'); delete from item where note = 'second'; commit`,
      `begin; insert into item values (2, 'third'); delete from item where note = 'two'; commit`,
      `begin; insert into item values (5, 'brief'); delete from item where id = 5; commit`,
    ],
  },
  {
    what: 'a large text that an update leaves as it was, without full identity',
    sql: `create table item (id int primary key, note text, n int); alter table item alter note set storage external; insert into item select i, ${LARGE('a')} || i, i from generate_series(1, 5) i`,
    steps: [
      'update item set n = n + 1',
      'update item set id = 50 where id = 5',
      'begin; update item set n = 0 where id = 1; delete from item where id = 1; commit',
    ],
  },
  {
    what: 'the same in partitions that keep their default identity',
    sql: `create table item (id int primary key, note text, n int) partition by range (id); create table item_1 partition of item for values from (0) to (100);
      create table item_2 (n int, note text, id int not null); alter table item attach partition item_2 for values from (100) to (200);
      alter table item replica identity full; insert into item select i, ${LARGE('b')} || i, i from generate_series(95, 105) i`,
    steps: [
      'update item set n = n + 1',
      'update item set id = id - 50 where id < 100',
      'update item set id = id - 100 where id > 100',
    ],
  },
  {
    what: 'partitions that are attached, detached, truncated and dropped',
    sql: `create table item (id int primary key, note text) partition by range (id); create table item_1 partition of item for values from (0) to (100);
      insert into item values (1, 'one'); create table item_2 (id int primary key, note text); insert into item_2 values (101, 'brought')`,
    steps: [
      'alter table item attach partition item_2 for values from (100) to (200)',
      `insert into item values (102, 'after')`,
      'truncate item_2',
      `insert into item values (103, 'again')`,
      'alter table item detach partition item_2',
      'drop table item_1',
      `create table item_3 partition of item for values from (200) to (300); insert into item values (201, 'third')`,
    ],
  },
  {
    what: 'values that are rewritten without an event at each row',
    sql: `create table item (id int primary key, note text, net numeric(12,2)); insert into item select i, 'n', i from generate_series(1, 5) i`,
    tables: ITEM,
    columns: 'id, net',
    steps: [
      'alter table item alter column net type numeric(12,2) using net * 100',
      'update item set net = net + 1 where id = 1',
      'alter table item drop column net; alter table item add column net numeric(12,2) default 8',
      'alter table item add column other int generated always as identity',
      'vacuum full item',
      'truncate item',
      'insert into item (id, net) values (9, 9)',
    ],
  },
  {
    what: 'labels that are renamed',
    sql: `create type colour as enum ('red', 'blue'); create table item (id int primary key, note colour); insert into item values (1, 'red'), (2, 'blue')`,
    steps: [
      `alter type colour rename value 'red' to 'crimson'`,
      `alter type colour add value 'green'`,
      `insert into item values (3, 'green')`,
    ],
  },
  {
    what: 'a table that is renamed, changed, and renamed back',
    sql: `create table item (id int primary key, note text); insert into item values (1, 'one')`,
    steps: [
      `alter table item rename to moved; insert into moved values (2, 'meanwhile'); update moved set note = 'changed' where id = 1; select pg_sleep(1.5); alter table moved rename to item`,
      `insert into item values (3, 'after')`,
    ],
  },
  {
    what: 'a column that is renamed, written, and renamed back',
    sql: `create table item (id int primary key, note text); insert into item values (1, 'one')`,
    steps: [
      `alter table item rename note to remark; insert into item values (2, 'meanwhile'); select pg_sleep(1.5); alter table item rename remark to note`,
      `insert into item values (3, 'after')`,
    ],
  },
  {
    what: 'a publication that is dropped and made again, and one that is narrowed for a while',
    sql: `create table item (id int primary key, note text); insert into item values (1, 'one')`,
    steps: [
      `drop publication cordage_SHOP; update item set note = 'unseen'; create publication cordage_SHOP for table item`,
      `alter publication cordage_SHOP set (publish = 'insert'); update item set note = 'unseen too'; alter publication cordage_SHOP set (publish = 'insert, update, delete, truncate')`,
      `alter publication cordage_SHOP set table item where (id > 5); insert into item values (2, 'below'); alter publication cordage_SHOP set table item`,
      `alter publication cordage_SHOP drop table item; insert into item values (3, 'out'); alter publication cordage_SHOP add table item`,
    ],
  },
  {
    what: 'a table that is swapped for another of its name',
    sql: `create table item (id int primary key, note text); insert into item values (1, 'one')`,
    steps: [
      `create table fresh (id int primary key, note text); insert into fresh values (8, 'eight'); drop table item; alter table fresh rename to item; alter publication cordage_SHOP add table item`,
      `update item set note = 'nine'`,
    ],
  },
  {
    what: 'a savepoint that is rolled back, a prepared transaction, a key that is used again',
    sql: `create table item (id int primary key, note text); insert into item values (1, 'one')`,
    steps: [
      `begin; insert into item values (2, 'kept'); savepoint s; insert into item values (3, 'not kept'); rollback to s; insert into item values (4, 'kept'); commit`,
      `begin; delete from item where id = 1; insert into item values (1, 'again'); update item set id = 10 where id = 1; insert into item values (1, 'third'); commit`,
    ],
  },
]

describe('captured exactly', TOGETHER, () => {
  for (const { what, sql, tables = PART, steps, columns = 'id, note' } of STORIES)
    test(what, { timeout: 120_000 }, async () => {
      await withShop({ sql, tables }, async shop => {
        const same = async (after: string) => {
          await shop.caughtUp()
          const { rows } = await shop.sql.query<{ id: number }>(`select ${columns} from item order by id`)
          const expected = Object.fromEntries(rows.map(row => [String(row.id), row]))
          assert.deepEqual(await shop.rows('item'), expected, `after ${after}: ${shop.failures.join('; ')}`)
        }
        shop.start()
        await same('the snapshot')
        for (const step of steps) {
          await shop.sql.query(step.replaceAll('SHOP', shop.source.system))
          await same(step)
        }
      })
    })
})

const REFUSED: { what: string; sql: string; says: RegExp; remedy?: string; row?: string }[] = [
  {
    what: 'a condition on our publication',
    sql: `create table item (id int primary key, note text); create publication cordage_SHOP for table item where (id > 3)`,
    says: /sends only some rows of table item: publish it without a condition/,
    remedy: 'alter publication cordage_SHOP set table item',
  },
  {
    what: 'a column list that leaves out what is captured',
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
    says: /its key id need not be unique: no unique index on columns that are not null lies within it/,
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
    sql: `create table item (id int primary key, name text, note text generated always as (upper(name)) stored); create publication cordage_SHOP for table item`,
    row: `(id, name) values (4, 'x')`,
    says: /column item\.note is generated and not sent: leave it out of the file, or, from Postgres 18 on, alter publication cordage_shop\d+ set \(publish_generated_columns = stored\)/,
    remedy: 'alter publication cordage_SHOP set (publish_generated_columns = stored)',
  },
  {
    what: 'a generated column that is not stored',
    sql: `create table item (id int primary key, name text, note text generated always as (upper(name)) virtual)`,
    says: /column item\.note is generated when read, and not in the log: leave it out of the file/,
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
  for (const { what, sql, says, remedy, row = `(id, note) values (4, 'x')` } of REFUSED)
    test(what, async () => {
      await withShop({ sql: 'select 1', tables: PART }, async shop => {
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
  await withShop({ sql: 'create table item (id int primary key, note text)', tables: PART }, async shop => {
    await shop.moveTo(postgres.url('ascii'))
    await shop.sql.query('create table item (id int primary key, note text)')
    assert.match(
      (await shop.check()).problems.join('\n'),
      /its encoding is SQL_ASCII.*restore it into a database with encoding UTF8/,
    )
  })
})

test('a reading is as slow as the source file says, and no transaction of it stays open', {
  timeout: 60_000,
}, async () => {
  const sql = `create table item (id int primary key, note text); insert into item select i, 'n' from generate_series(1, 4000) i`
  await withShop({ sql, tables: PART, head: 'snapshot: { rowsPerSecond: 1000 }' }, async shop => {
    const startedAt = Date.now()
    let longest = 0
    shop.start()
    await waitFor('the rows to be read', async () => {
      const { rows } = await shop.sql.query<{ age: number }>(
        `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as age
         from pg_stat_activity where application_name = 'cordage-snapshot' and datname = current_database()`,
      )
      longest = Math.max(longest, rows[0]?.age ?? 0)
      return (await shop.state())?.state === 'streaming'
    })
    assert.ok(Date.now() - startedAt > 2500, `${Date.now() - startedAt} ms`)
    assert.ok(longest < 2, `${longest} s`)
    await shop.caughtUp()
    assert.equal(Object.keys(await shop.rows('item')).length, 4000)
  })
})

test('a column that is added to a table with personal data stops nothing, and is said', {
  timeout: 60_000,
}, async () => {
  const tables = `person:
  entity: client
  key: [id]
  client: id
  columns:
    id: { type: int, as: client_id, policy: keep }
    note: { type: string, as: last_name, policy: encrypt }`
  await withShop({ sql: 'create table person (id int primary key, note text)', tables }, async shop => {
    shop.start()
    await shop.caughtUp()
    await shop.sql.query(
      `alter table person add column phone text; insert into person values (1, 'a', '555')`,
    )
    await waitFor('the reason', async () =>
      /person\.phone is not listed/.test(String((await shop.state())?.problem)),
    )
    await shop.sql.query(`insert into person values (2, 'b', '556')`)
    await shop.caughtUp()
    assert.deepEqual(Object.keys(await shop.rows('person')), ['1', '2'])
    assert.deepEqual(Object.keys((await shop.rows('person'))['2'] ?? {}), ['id', 'note'])
    assert.deepEqual(shop.failures, [])
  })
})

test('a schema that may not be used, and rows that may not be read, are said by name', async () => {
  await withShop({ sql: 'create table item (id int primary key, note text)', tables: PART }, async shop => {
    await shop.sql.query('revoke usage on schema public from public')
    assert.match(
      (await shop.checkAsReader()).problems.join('\n'),
      /schema public of table item may not be used: grant usage on schema public/,
    )
  })
})
