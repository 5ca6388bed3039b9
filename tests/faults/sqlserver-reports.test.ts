import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { commitOf, ordinalOf } from '../../shared/bus/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeSecondary } from '../../stacks/sqlserver-double/index.ts'
import { waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import {
  makeCapturedItems,
  makeItems,
  openItems,
  put,
  set,
  short,
  type Told,
  yamlOf,
} from '../support/sqlserver-items.ts'

/** What users of other connectors reported of changes that were read: each is named by the report at its end. */
let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const namesOf = (rows: Record<string, object>) =>
  Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, (row as { Name: string }).Name]))

/** No position is there twice. */
function assertDistinct(told: Told[]): void {
  assert.equal(new Set(told.map(({ position }) => position)).size, told.length)
}

test('the capture that is cut within a large transaction goes on with its next change (redpanda-data/connect#4677, debezium#781)', async t => {
  const database = makeCapturedItems()
  let cuts = 0
  const shop = await openItems(t, store, database, {
    onStatement(name) {
      if (name !== 'readMoreChanges' || cuts++ > 0) return
      database.failOver()
      database.job.add()
    },
  })
  shop.start()
  await shop.caughtUp()
  const count = 5400
  const { lsn } = database.commit([
    {
      rows: Array.from({ length: count }, (_, i) => ({
        table: 'Item',
        op: 'insert' as const,
        row: { ItemID: i, Name: `n${i}` },
      })),
    },
  ])
  await shop.caughtUp()
  const told = await shop.told()
  assert.ok(cuts > 1, 'the connection was cut')
  assert.deepEqual(
    told.map(({ after }) => after?.ItemID),
    Array.from({ length: count }, (_, i) => i),
  )
  assert.deepEqual([...new Set(told.map(({ position }) => commitOf(position)))], [BigInt(`0x${lsn}`)])
  assertDistinct(told)
})

test('changes of a transaction are told in the order of its statements, whatever order their sequence values have (debezium#1691)', async t => {
  const database = makeCapturedItems({ habits: { disordersSeqvals: true } })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  database.commit([
    { table: 'Item', op: 'insert', row: { ItemID: 1, Name: 'a' } },
    { table: 'Item', op: 'update', key: { ItemID: 1 }, row: { ItemID: 2, Name: 'b' } },
    { table: 'Item', op: 'update', key: { ItemID: 2 }, row: { Name: 'c' } },
    { table: 'Item', op: 'insert', row: { ItemID: 1, Name: 'd' } },
  ])
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['c 1 a', 'd 1 a', 'c 2 b', 'u 2 c', 'c 1 d'])
  assert.deepEqual(namesOf(await shop.rows('Item')), { 1: 'd', 2: 'c' })
})

test('a row stays where an update of it is a delete and an insert with one sequence value (powersync-service#742)', async t => {
  const database = makeCapturedItems({}, [
    {
      name: 'Item',
      columns: [
        { name: 'ItemID', type: 'int' },
        { name: 'Name', type: 'nvarchar(50) not null' },
      ],
      primaryKey: ['ItemID'],
      unique: [['Name']],
    },
  ])
  put(database, { ItemID: 1, Name: 'a' })
  put(database, { ItemID: 2, Name: 'b' })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  database.commit([
    {
      rows: [
        { table: 'Item', op: 'update', key: { ItemID: 1 }, row: { Name: 'b' } },
        { table: 'Item', op: 'update', key: { ItemID: 2 }, row: { Name: 'a' } },
      ],
    },
  ])
  const operations = database.state.cdc?.instances[0]?.changes
  while (database.scan() > 0);
  assert.deepEqual(
    operations?.items.slice(-4).map(({ operation }) => operation),
    [1, 2, 1, 2],
  )
  await shop.caughtUp()
  assert.deepEqual(namesOf(await shop.rows('Item')), { 1: 'b', 2: 'a' })
})

test('versions of a row within a transaction have places of their own, and the last one wins (airbyte#23850)', async t => {
  const database = makeCapturedItems()
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  database.commit([
    { table: 'Item', op: 'insert', row: { ItemID: 1, Name: 'a' } },
    { table: 'Item', op: 'update', key: { ItemID: 1 }, row: { Name: 'b' } },
    { table: 'Item', op: 'update', key: { ItemID: 1 }, row: { Name: 'c' } },
  ])
  await shop.caughtUp()
  const told = await shop.told()
  assert.deepEqual(told.map(short), ['c 1 a', 'u 1 b', 'u 1 c'])
  assert.deepEqual(
    told.map(({ position }) => ordinalOf(position)),
    [0, 2, 4],
  )
})

test('a quiet source is followed over entries without changes, so that clean-up never overtakes it (airbyte#37772, airbyte#68150, airbyte#42907)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  for (let day = 0; day < 3; day++) {
    await shop.caughtUp()
    database.cleanUp({ before: ((await shop.reached()) ?? '').replaceAll(':', '') })
  }
  await shop.stop()
  shop.start()
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  assert.deepEqual(namesOf(await shop.rows('Item')), { 1: 'a', 2: 'b' })
  assert.equal((await shop.state())?.epoch, 1)
  assert.deepEqual(shop.failures, [])
})

test('what a delete does not record is left out of its old row, not told as null (estuary/connectors#2796, estuary/connectors#1927)', async t => {
  const database = makeCapturedItems({ habits: { losesBitsOfDeletes: true } }, [
    {
      name: 'Item',
      columns: [
        { name: 'ItemID', type: 'int' },
        { name: 'Name', type: 'nvarchar(50)' },
        { name: 'Active', type: 'bit not null' },
        { name: 'Remark', type: 'ntext' },
      ],
      primaryKey: ['ItemID'],
    },
  ])
  const columns = { ItemID: 'int', Name: 'string', Active: 'boolean', Remark: 'string' }
  const shop = await openItems(t, store, database, { tables: yamlOf('Item', ['ItemID'], columns) })
  shop.start()
  await shop.caughtUp()
  put(database, { ItemID: 1, Name: null, Active: true, Remark: 'long' })
  database.commit([{ table: 'Item', op: 'delete', key: { ItemID: 1 } }])
  await shop.caughtUp()
  const [inserted, deleted] = await shop.told()
  assert.deepEqual(inserted?.after, { ItemID: 1, Name: null, Active: true, Remark: 'long' })
  assert.deepEqual(deleted?.before, { ItemID: 1, Name: null })
})

test('a computed column is refused by its name, for its changes are not recorded (estuary/connectors#1995)', async t => {
  const database = makeCapturedItems({}, [
    {
      name: 'Item',
      columns: [
        { name: 'ItemID', type: 'int' },
        { name: 'Name', type: 'nvarchar(50)', compute: ({ ItemID }) => `item ${ItemID}` },
      ],
      primaryKey: ['ItemID'],
    },
  ])
  const shop = await openItems(t, store, database)
  const refusal = 'column Item.Name is computed, and its changes are not captured: leave it out of the file'
  assert.deepEqual((await shop.check()).problems, [refusal])
  shop.start()
  const refused = await waitFor('the refusal', async () => shop.failures[0])
  assert.ok(refused.includes(refusal), refused)
  assert.deepEqual(await shop.told(), [])
})

test('the update mask is read from its last byte, and a large value is null only where it was (debezium#8064, debezium#8078)', async t => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'Note', 'G', 'Remark']
  const isLarge = (name: string) => name === 'Note' || name === 'Remark'
  const database = makeCapturedItems({}, [
    {
      name: 'Item',
      columns: [
        { name: 'ItemID', type: 'int' },
        ...names.map(name => ({ name, type: isLarge(name) ? 'nvarchar(max)' : 'int' })),
      ],
      primaryKey: ['ItemID'],
    },
  ])
  const columns = Object.fromEntries(names.map(name => [name, isLarge(name) ? 'string' : 'int']))
  const tables = yamlOf('Item', ['ItemID'], { ItemID: 'int', ...columns })
  const shop = await openItems(t, store, database, { tables })
  shop.start()
  await shop.caughtUp()
  const numbers = { ItemID: 1, A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7 }
  put(database, { ...numbers, Note: 'note', Remark: 'remark' })
  set(database, { ItemID: 1 }, { Remark: null })
  set(database, { ItemID: 1 }, { Remark: 'other' })
  set(database, { ItemID: 1 }, { Note: null })
  set(database, { ItemID: 1 }, { A: 9 })
  await shop.caughtUp()
  const [, cleared, filled, noteCleared, other] = await shop.told()
  // Where a value was not changed the log has no old one.
  assert.deepEqual(cleared?.before, { ...numbers, Remark: 'remark' })
  assert.deepEqual(cleared?.after, { ...numbers, Note: 'note', Remark: null })
  assert.deepEqual(filled?.before, { ...numbers, Remark: null })
  assert.deepEqual(filled?.after, { ...numbers, Note: 'note', Remark: 'other' })
  assert.deepEqual(noteCleared?.before, { ...numbers, Note: 'note' })
  assert.deepEqual(other?.before, numbers)
  assert.deepEqual(other?.after, { ...numbers, A: 9, Note: null, Remark: 'other' })
})

test('a snapshot beside a capture job that lags neither doubles a change nor loses one (materialize#32979, olake#843, flink-cdc#2853)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  set(database, { ItemID: 1 }, { Name: 'b' })
  const shop = await openItems(t, store, database)
  shop.start()
  // The job has read nothing of this yet when the table is read.
  await waitFor('the snapshot', async () => (await shop.state())?.state === 'streaming')
  put(database, { ItemID: 2, Name: 'c' })
  set(database, { ItemID: 1 }, { Name: 'd' })
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['r 1 b', 'c 2 c', 'u 1 d'])
})

test('right after a table was enabled the log ends before its beginning, and its changes are followed all the same (materialize#33202)', async t => {
  for (const allowsSnapshots of [true, false]) {
    const database = makeItems({ allowsSnapshots })
    database.enableCdc()
    database.ddl.createTable({ name: 'Old', columns: [{ name: 'ID', type: 'int' }], primaryKey: ['ID'] })
    database.enableTable({ table: 'Old' })
    database.writeEmptyEntry()
    put(database, { ItemID: 1, Name: 'a' })
    database.enableTable({ table: 'Item' })
    const shop = await openItems(t, store, database)
    shop.start()
    await waitFor('the snapshot', async () => (await shop.state())?.state === 'streaming')
    put(database, { ItemID: 2, Name: 'b' })
    await shop.caughtUp()
    assert.deepEqual((await shop.told()).map(short), ['r 1 a', 'c 2 b'])
    assert.deepEqual(shop.failures, [])
    await shop.stop()
  }
})

test('on a readable secondary each look sees what has come since the last one (debezium#1176)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  const secondary = makeSecondary(database)
  const shop = await openItems(t, store, database, { served: secondary })
  shop.start()
  for (const [ItemID, Name] of [
    [2, 'b'],
    [3, 'c'],
  ] as const) {
    put(database, { ItemID, Name })
    while (database.scan() > 0);
    database.writeEmptyEntry()
    secondary.catchUp()
    await waitFor('the secondary to be followed', async () => (await shop.rows('Item'))[ItemID])
  }
  assert.deepEqual(namesOf(await shop.rows('Item')), { 1: 'a', 2: 'b', 3: 'c' })
  assert.deepEqual(shop.failures, [])
})

test('keys are put in order by the server alone, however it compares texts and GUIDs (estuary/connectors#655, estuary/connectors#2602, risingwave#27112)', async t => {
  const database = makeCapturedItems({}, [
    { name: 'Guid', columns: [{ name: 'ID', type: 'uniqueidentifier' }], primaryKey: ['ID'] },
    { name: 'Word', columns: [{ name: 'ID', type: 'nvarchar(20)' }], primaryKey: ['ID'] },
  ])
  // More than two pieces of each.
  const count = 3500
  const guid = (n: number) =>
    `${String((n * 7919) % 10_007).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`
  const word = (n: number) => `${n % 2 ? 'Z' : 'a'}${n % 3 ? '-' : '_'}${n.toString(36)}${n % 5 ? 'ß' : 'É'}`
  const insert = (table: string, idOf: (n: number) => string) =>
    database.commit([
      {
        rows: Array.from({ length: count }, (_, n) => ({
          table,
          op: 'insert' as const,
          row: { ID: idOf(n) },
        })),
      },
    ])
  insert('Guid', guid)
  insert('Word', word)
  let pieces = 0
  const shop = await openItems(t, store, database, {
    tables: ['Guid', 'Word'].map(table => yamlOf(table, ['ID'], { ID: 'string' })).join('\n'),
    onStatement(name) {
      if (name !== 'readRows' || ++pieces !== 2) return
      database.failOver()
      database.job.add()
    },
  })
  shop.start()
  // What is read from then on is of a later place in the log, which the job must have come to.
  await waitFor('the cut', async () => pieces > 1)
  await shop.caughtUp()
  for (const [table, idOf] of [
    ['Guid', guid],
    ['Word', word],
  ] as const)
    assert.deepEqual(
      Object.keys(await shop.rows(table)).sort(),
      Array.from({ length: count }, (_, n) => idOf(n)).sort(),
    )
  assert.equal((await shop.told('Guid')).length, count)
})

test('a place in the log has all its bytes, whatever text they would make (redpanda-data/connect#4642)', async t => {
  const database = makeCapturedItems()
  database.state.log.vlf = 0xfe80_00c3
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  const { lsn } = put(database, { ItemID: 1, Name: 'a' })
  await shop.caughtUp()
  await shop.stop()
  shop.start()
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  const told = await shop.told()
  assert.deepEqual(told.map(short), ['c 1 a', 'c 2 b'])
  assert.equal(told[0]?.position.slice(5, 25), lsn.toLowerCase())
  assert.match((await shop.reached()) ?? '', /^fe8000c3:/)
})
