import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Store } from '../../shared/store/index.ts'
import type { Value } from '../../stacks/sqlserver-double/tds/types.ts'
import { waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import {
  ITEM_TABLE,
  makeCapturedItems,
  openItems,
  put,
  set,
  short,
  yamlOf,
} from '../support/sqlserver-items.ts'

/** What may happen at a server between two statements of ours: it is done right before the second is answered. */
let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

/** Does something once, right before a statement is answered. */
function beforeThe(statement: string, work: () => void, nth = 1) {
  let left = nth
  return {
    isDone: () => left <= 0,
    onStatement(name: string) {
      if (name === statement && --left === 0) work()
    },
  }
}

test('change data capture that is disabled and enabled right before a snapshot takes its place has the table read again', async t => {
  const database = makeCapturedItems()
  database.writeEmptyEntry()
  put(database, { ItemID: 1, Name: 'a' })
  const { onStatement } = beforeThe('lockTable', () => {
    database.disableCdc()
    database.enableCdc()
    database.enableTable({ table: 'Item' })
  })
  const shop = await openItems(t, store, database, { onStatement })
  shop.start()
  await waitFor('the snapshot', async () => (await shop.told()).length > 0)
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  assert.deepEqual(Object.keys(await shop.rows('Item')), ['1', '2'])
  assert.notEqual((await shop.state())?.state, 'lost')
})

test('a change that the capture job writes between a look at the log and one at the changes is told once', async t => {
  const database = makeCapturedItems()
  const between = beforeThe('readChanges', () => {
    put(database, { ItemID: 2, Name: 'b' })
    database.scan()
  })
  const shop = await openItems(t, store, database, between)
  shop.start()
  await waitFor('the snapshot', async () => (await shop.state())?.state === 'streaming')
  put(database, { ItemID: 1, Name: 'a' })
  await shop.caughtUp()
  await shop.caughtUp()
  assert.ok(between.isDone())
  assert.deepEqual((await shop.told()).map(short), ['c 1 a', 'c 2 b'])
})

for (const statement of ['readLog', 'readChanges', 'readGuards'])
  test(`an instance that is replaced by one of its name right before ${statement} loses no change`, async t => {
    const database = makeCapturedItems()
    put(database, { ItemID: 1, Name: 'a' })
    let isReady = false
    let isDone = false
    const shop = await openItems(t, store, database, {
      onStatement(name) {
        if (!isReady || isDone || name !== statement) return
        isDone = true
        database.disableTable('dbo_Item')
        set(database, { ItemID: 1 }, { Name: 'c' })
        database.enableTable({ table: 'Item' })
        put(database, { ItemID: 3, Name: 'd' })
        database.scan()
      },
    })
    shop.start()
    await shop.caughtUp()
    set(database, { ItemID: 1 }, { Name: 'b' })
    isReady = true
    await shop.caughtUp()
    await waitFor('the exchange', async () => isDone)
    put(database, { ItemID: 2, Name: 'e' })
    await shop.caughtUp()
    assert.deepEqual(await shop.rows('Item'), {
      1: { ItemID: 1, Name: 'c' },
      2: { ItemID: 2, Name: 'e' },
      3: { ItemID: 3, Name: 'd' },
    })
  })

test('an instance that is dropped within a large transaction is not followed by one that counts its changes differently', async t => {
  const columns = ['ItemID', 'Name', 'Extra'].map((name, i) => ({
    name,
    type: i === 1 ? 'nvarchar(50)' : 'int',
  }))
  const database = makeCapturedItems({}, [{ name: 'Item', columns, primaryKey: ['ItemID'] }])
  // It records no update of the column that it lacks.
  database.enableTable({ table: 'Item', captureInstance: 'narrow', columns: ['ItemID', 'Name'] })
  const count = 4000
  const rows = Array.from({ length: count }, (_, ItemID) => ({ ItemID, Name: 'a', Extra: 0 }))
  database.commit([{ rows: rows.map(row => ({ table: 'Item', op: 'insert' as const, row })) }])
  const { onStatement, isDone } = beforeThe('readMoreChanges', () => {
    database.disableTable('wide')
    database.failOver()
    database.job.add()
  })
  database.disableTable('dbo_Item')
  database.enableTable({ table: 'Item', captureInstance: 'wide' })
  const shop = await openItems(t, store, database, { onStatement })
  shop.start()
  await shop.caughtUp()
  const update = (row: Record<string, string | number>) => ({
    rows: rows.map(({ ItemID }) => ({ table: 'Item', op: 'update' as const, key: { ItemID }, row })),
  })
  database.commit([update({ Extra: 1 }), update({ Name: 'b' })])
  await shop.caughtUp()
  assert.ok(isDone(), 'the transaction was read in part')
  const names = Object.values(await shop.rows('Item')).map(({ Name }) => Name)
  assert.deepEqual([names.length, ...new Set(names)], [count, 'b'])
})

test('a database that was made anew, whose log begins before the one that was read, is read and followed', async t => {
  const old = makeCapturedItems()
  for (let ItemID = 1; ItemID <= 20; ItemID++) put(old, { ItemID, Name: 'old' })
  const before = await openItems(t, store, old)
  before.start()
  await before.caughtUp()
  await before.stop()
  const database = makeCapturedItems({}, [
    { name: 'Other', columns: [{ name: 'ID', type: 'int' }], primaryKey: ['ID'] },
    ITEM_TABLE,
  ])
  put(database, { ItemID: 1, Name: 'a' })
  const { system } = before.source
  const shop = await openItems(t, store, database, { system })
  shop.start()
  await waitFor('the table to be read again', async () => (await shop.rows('Item'))[1]?.Name === 'a')
  put(database, { ItemID: 2, Name: 'b' })
  await waitFor('the change', async () => database.scan() === 0 && (await shop.rows('Item'))[2])
  assert.deepEqual(Object.keys(await shop.rows('Item')), ['1', '2'])
})

test('a table that is read again without an exact place is followed from as far as others were', async t => {
  const other = { ...ITEM_TABLE, name: 'Other' }
  const database = makeCapturedItems({}, [ITEM_TABLE, other])
  database.writeEmptyEntry()
  put(database, { ItemID: 1, Name: 'a' })
  const tables = ['Item', 'Other'].map(name => yamlOf(name, ['ItemID'], { ItemID: 'int', Name: 'string' }))
  const shop = await openItems(t, store, database, { tables: tables.join('\n') })
  shop.start()
  await waitFor('the snapshot', async () => (await shop.state())?.state === 'streaming')
  await shop.stop()
  database.allowSnapshots(false)
  database.ddl.alterColumn('Item', 'Name', 'nvarchar(60)')
  shop.start()
  await waitFor('the table to be read again', async () => (await shop.told()).length === 2)
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['r 1 a', 'r 1 a', 'c 2 b'])
})

test('a table that is altered between two pieces of its snapshot is read with its new definition', async t => {
  const database = makeCapturedItems()
  const count = 1500
  database.commit([
    {
      rows: Array.from({ length: count }, (_, ItemID) => ({
        table: 'Item',
        op: 'insert' as const,
        row: { ItemID, Name: String(ItemID) },
      })),
    },
  ])
  const { onStatement } = beforeThe(
    'readRows',
    () => database.ddl.alterColumn('Item', 'Name', 'varchar(9)'),
    2,
  )
  const shop = await openItems(t, store, database, { onStatement })
  shop.start()
  await shop.caughtUp()
  await shop.caughtUp()
  const rows = await shop.rows('Item')
  assert.equal(Object.keys(rows).length, count)
  assert.ok(Object.values(rows).every(({ ItemID, Name }) => Name === String(ItemID)))
})

test('rows whose keys move between the pieces of a snapshot are there once, wherever they were read', async t => {
  for (const allowsSnapshots of [true, false]) {
    const database = makeCapturedItems({ allowsSnapshots })
    const count = 1500
    database.commit([
      {
        rows: Array.from({ length: count }, (_, i) => ({
          table: 'Item',
          op: 'insert' as const,
          row: { ItemID: i + 10, Name: String(i) },
        })),
      },
    ])
    const move = (from: number, to: number) => set(database, { ItemID: from }, { ItemID: to })
    const { onStatement, isDone } = beforeThe(
      'readRows',
      () => {
        move(count, 1)
        move(20, count + 100)
      },
      2,
    )
    const shop = await openItems(t, store, database, { onStatement })
    shop.start()
    await shop.caughtUp()
    await shop.caughtUp()
    assert.ok(isDone())
    const rows = await shop.rows('Item')
    assert.deepEqual(
      Object.values(rows)
        .map(({ Name }) => Number(Name))
        .sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    )
    assert.ok(rows[1] && rows[count + 100] && !rows[20] && !rows[count])
    await shop.stop()
  }
})

test('a table of a key alone is followed, and so is one that is emptied', async t => {
  const database = makeCapturedItems()
  const shop = await openItems(t, store, database, { tables: yamlOf('Item', ['ItemID'], { ItemID: 'int' }) })
  shop.start()
  await shop.caughtUp()
  put(database, { ItemID: 1, Name: 'a' })
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  assert.deepEqual(Object.keys(await shop.rows('Item')), ['1', '2'])
  database.commit([
    { rows: [1, 2].map(ItemID => ({ table: 'Item', op: 'delete' as const, key: { ItemID } })) },
  ])
  await shop.caughtUp()
  assert.deepEqual(await shop.rows('Item'), {})
  await shop.readAgain()
  await shop.caughtUp()
  assert.deepEqual(await shop.rows('Item'), {})
})

test('a key of any type resumes the reading of its table behind the row that was read last', async t => {
  const keys: [string, string, (n: number) => Value][] = [
    ['bit', 'boolean', n => n % 2 === 0],
    ['decimal(9,4)', 'decimal(9,4)', n => `${n % 7}.${String(n % 3).padEnd(4, '0')}`],
    ['money', 'decimal(19,4)', n => `-${n % 9}.5000`],
    ['real', 'double', n => Math.fround((n % 9) / 7)],
    ['float', 'double', n => (n % 9) / 7],
    ['datetime', 'timestampNtz', n => `2026-01-05T08:00:0${n % 9}.${['000', '003', '007'][n % 3]}`],
    ['datetime2(7)', 'string', n => `2026-01-05T08:00:00.123456${n % 9}`],
    ['time(7)', 'string', n => `08:00:00.123456${n % 9}`],
    ['varchar(20)', 'string', n => `${'äÖß'[n % 3]}]'[${n % 9}`],
    ['varbinary(4)', 'binary', n => Buffer.from([n % 9, 255])],
  ]
  const database = makeCapturedItems(
    {},
    keys.map(([type], i) => ({
      name: `T${i}`,
      columns: [
        {
          name: "the ]key's",
          type,
          ...(type.startsWith('varchar') && { collation: 'Cyrillic_General_CI_AS' }),
        },
        { name: 'N', type: 'int' },
      ],
      primaryKey: ["the ]key's", 'N'],
    })),
  )
  const count = 1050
  for (const [i, [, , keyOf]] of keys.entries())
    database.commit([
      {
        rows: Array.from({ length: count }, (_, n) => ({
          table: `T${i}`,
          op: 'insert' as const,
          row: { "the ]key's": keyOf(n), N: n },
        })),
      },
    ])
  const tables = keys.map(([, kind], i) =>
    yamlOf(`T${i}`, ["the ]key's", 'N'], { "the ]key's": `"${kind}"`, N: 'int' }),
  )
  const shop = await openItems(t, store, database, { tables: tables.join('\n') })
  shop.start()
  await shop.caughtUp()
  for (const i of keys.keys()) {
    const told = await shop.told(`T${i}`)
    assert.deepEqual(
      [keys[i]?.[0], told.length, Object.keys(await shop.rows(`T${i}`)).length],
      [keys[i]?.[0], count, count],
    )
  }
  assert.deepEqual(shop.failures, [])
})
