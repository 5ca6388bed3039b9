import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  NAMED_ITEM,
  PRICED_ITEM,
  type ShopServers,
  startShopServers,
  withShop,
} from '../support/captured-shop.ts'
import { waitFor } from '../support/demo.ts'
import { FOREIGN_SETTINGS } from '../support/postgres.ts'

/** Other people's shops: what is odd in them is captured exactly. */
let postgres: ShopServers
before(async () => {
  postgres = await startShopServers()
})
after(() => postgres.stop())

/** Shops have nothing to do with each other, and mostly wait. */
const TOGETHER = { concurrency: 3 }

type Story = {
  what: string
  sql: string
  tables?: string
  /** What the shop does while it is captured; each is waited for. */
  steps: string[]
  /** What `select … from item` gives afterwards: the columns to compare. */
  columns?: string
  /** The first version of Postgres that knows its statements. */
  since?: number
}

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
    tables: PRICED_ITEM,
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
    what: 'parts of its own types that change: labels within arrays, columns of composite types',
    sql: `create type colour as enum ('red', 'blue'); create domain shade as colour; create type pair as (a shade, b int);
      create table item (id int primary key, note pair[]); insert into item values (1, array[row('red', 1)::pair])`,
    columns: 'id, note::text as note',
    steps: [
      `alter type colour rename value 'red' to 'crimson'`,
      'alter type pair add attribute c text',
      'alter type pair drop attribute b',
      `alter type colour add value 'green'; insert into item values (2, null)`,
    ],
  },
  {
    what: 'settings of the database that are for others',
    sql: `${FOREIGN_SETTINGS}; set default_transaction_read_only = off; create schema odd; create table odd.pg_class (oid oid);
      create function odd.to_char(timestamptz, text) returns text language sql as $$ select 'odd' $$;
      do $$ begin execute format('alter database %I set search_path = odd, pg_catalog', current_database()); end $$;
      create table item (id int primary key, note timestamptz); insert into item values (1, '2020-05-06 07:08:09.1+02')`,
    tables: NAMED_ITEM.replace('note: { type: string', 'note: { type: timestamp'),
    columns: `id, to_char(note at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as note`,
    steps: [`update item set note = note + interval '1 day'`, `insert into item values (2, null)`],
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
    since: 150_000,
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
  for (const { what, sql, tables = NAMED_ITEM, steps, columns = 'id, note', since = 0 } of STORIES)
    test(what, { timeout: 120_000 }, async t => {
      if (postgres.version < since) return t.skip(`from Postgres ${since / 10_000} on`)
      await withShop(postgres, { sql, tables }, async shop => {
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

test('what later makes updates fail is withdrawn within seconds, and reported', {
  timeout: 60_000,
}, async () => {
  await withShop(
    postgres,
    {
      sql: `create table item (id int primary key, net numeric); create unique index item_id on item (id);
        alter table item replica identity using index item_id; insert into item values (1, 1)`,
      tables: PRICED_ITEM,
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

test('50 failed openings of the stream leave no connection at the source', {
  timeout: 120_000,
}, async () => {
  await withShop(
    postgres,
    { sql: 'create table item (id int primary key, net numeric)', tables: PRICED_ITEM },
    async shop => {
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
    },
  )
})

test('a reading is as slow as the source file says, and no transaction of it stays open', {
  timeout: 60_000,
}, async () => {
  const sql = `create table item (id int primary key, note text); insert into item select i, 'n' from generate_series(1, 4000) i`
  await withShop(
    postgres,
    { sql, tables: NAMED_ITEM, head: 'snapshot: { rowsPerSecond: 1000 }' },
    async shop => {
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
    },
  )
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
  await withShop(
    postgres,
    { sql: 'create table person (id int primary key, note text)', tables },
    async shop => {
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
    },
  )
})

test('what following a source has made there goes when it is forgotten, and not while it is followed', {
  timeout: 60_000,
}, async () => {
  const sql = `create table item (id int primary key, note text); create publication shop_own for table item`
  await withShop(postgres, { sql, tables: NAMED_ITEM }, async shop => {
    const left = async () => {
      const { rows } = await shop.sql.query<{ name: string }>(
        `select pubname::text as name from pg_publication union all
         select slot_name from pg_replication_slots where database = current_database() order by 1`,
      )
      return rows.map(row => row.name)
    }
    const name = `cordage_${shop.source.system}`
    shop.start()
    await shop.caughtUp()
    await assert.rejects(shop.forget(), new RegExp(`slot ${name} is in use: stop what follows`))
    assert.deepEqual(await left(), [name, name, 'shop_own'])
    await shop.stop()
    assert.deepEqual(await waitFor('the slot to be free', () => shop.forget()), [
      `slot ${name} was dropped`,
      `publication ${name} was dropped`,
    ])
    assert.deepEqual(await left(), ['shop_own'])
    assert.deepEqual(await shop.forget(), [])

    await shop.sql.query(
      `create role other_owner; create publication ${name} for table item; alter table item owner to other_owner;
       grant create on database ${shop.source.system} to other_owner; alter publication ${name} owner to other_owner`,
    )
    assert.deepEqual(await shop.forget(), [
      `publication ${name} stays, for it is of the role other_owner: drop publication ${name}`,
    ])
  })
})
