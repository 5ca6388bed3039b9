import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Store } from '../../shared/store/index.ts'
import { waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import {
  ITEM,
  ITEM_TABLE,
  makeCapturedItems,
  makeItems,
  openItems,
  put,
  set,
  short,
  yamlOf,
} from '../support/sqlserver-items.ts'
import type { SqlServerShop } from '../support/sqlserver-shop.ts'

/** What users of other connectors reported of capture instances, clean-up and restores: each is named by the report at its end. */
let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const namesOf = async (shop: SqlServerShop, table = 'Item') =>
  Object.fromEntries(
    Object.entries(await shop.rows(table)).map(([key, row]) => [key, (row as { Name: string }).Name]),
  )
const endsLost = (shop: SqlServerShop) =>
  waitFor('the capture to end', async () => {
    const { state, problem } = (await shop.state()) ?? {}
    return state === 'lost' ? problem : null
  })

test('a place below what is kept ends the capture, with both places and how to read again (panchenkoai/rivet#50)', async t => {
  const database = makeCapturedItems()
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  await shop.stop()
  put(database, { ItemID: 1, Name: 'a' })
  while (database.scan() > 0);
  const { startLsn } = database.writeEmptyEntry()
  database.cleanUp({ before: startLsn })
  put(database, { ItemID: 2, Name: 'b' })
  shop.start()
  const problem = await endsLost(shop)
  const start = startLsn.replace(/^(.{8})(.{8})/, '$1:$2:').toLowerCase()
  assert.match(problem ?? '', new RegExp(`of Item between 00000027:[0-9a-f:]{13} and ${start}`))
  assert.match(problem ?? '', /npm run snapshot -- shop/)
  assert.deepEqual(await shop.told(), [])
  await shop.caughtUp(shop.readAgain)
  assert.deepEqual(await namesOf(shop), { 1: 'a', 2: 'b' })
})

test('an instance that is gone is an error, and one that begins later than another is none (airbyte#72935, airbyte#73706)', async t => {
  const database = makeCapturedItems({}, [ITEM_TABLE, { ...ITEM_TABLE, name: 'Other' }])
  const shop = await openItems(t, store, database, {
    tables: ['Item', 'Other']
      .map(table => yamlOf(table, ['ItemID'], { ItemID: 'int', Name: 'string' }))
      .join('\n'),
  })
  shop.start()
  await shop.caughtUp()
  put(database, { ItemID: 1, Name: 'a' })
  await shop.caughtUp()
  database.disableTable('dbo_Other')
  put(database, { ItemID: 2, Name: 'b' })
  const refused = await waitFor('the refusal', async () => {
    while (database.scan() > 0);
    return shop.failures.find(text => text.includes('has no capture instance'))
  })
  assert.match(refused, /table dbo\.Other has no capture instance: exec sys\.sp_cdc_enable_table/)
  put(database, { ItemID: 1, Name: 'c' }, 'Other')
  database.enableTable({ table: 'Other' })
  await shop.caughtUp()
  assert.deepEqual(await namesOf(shop, 'Other'), { 1: 'c' })
  assert.deepEqual((await shop.told()).map(short), ['c 1 a', 'c 2 b'])
})

test('of two instances each change is read from one that has it (debezium#2928)', async t => {
  const database = makeCapturedItems()
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  await shop.stop()
  put(database, { ItemID: 1, Name: 'a' })
  database.enableTable({ table: 'Item', captureInstance: 'second' })
  put(database, { ItemID: 2, Name: 'b' })
  shop.start()
  await shop.caughtUp()
  database.disableTable('dbo_Item')
  put(database, { ItemID: 3, Name: 'c' })
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['c 1 a', 'c 2 b', 'c 3 c'])
  assert.equal((await shop.state())?.epoch, 1)
})

test('an instance of the same name that was made while the capture was away is another one (powersync-service#730)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  await shop.stop()
  database.disableTable('dbo_Item')
  set(database, { ItemID: 1 }, { Name: 'b' })
  database.enableTable({ table: 'Item' })
  shop.start()
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['r 1 a', 'r 1 b'])
  assert.equal((await shop.state())?.epoch, 2)
})

test('a tool that disables and enables the capture of a table is noticed, and the table is read again (Schema-Smith/SchemaSmith#398)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  database.disableTable('dbo_Item')
  set(database, { ItemID: 1 }, { Name: 'b' })
  database.enableTable({ table: 'Item' })
  await shop.caughtUp()
  put(database, { ItemID: 2, Name: 'c' })
  await shop.caughtUp()
  assert.deepEqual(await namesOf(shop), { 1: 'b', 2: 'c' })
})

test('a database that was restored is noticed by its log, and is read again in a new epoch (materialize#33409)', async t => {
  const database = makeCapturedItems()
  put(database, { ItemID: 1, Name: 'a' })
  const shop = await openItems(t, store, database)
  shop.start()
  await shop.caughtUp()
  const backup = database.backUp()
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  database.restore(backup)
  database.job.add()
  put(database, { ItemID: 3, Name: 'c' })
  const problem = await endsLost(shop)
  assert.match(problem ?? '', /was restored from an older copy/)
  await shop.caughtUp(shop.readAgain)
  assert.deepEqual(await namesOf(shop), { 1: 'a', 3: 'c' })
  assert.equal((await shop.state())?.epoch, 2)
})

test("an orphaned row in the history of definitions is nobody's (estuary/connectors#5127)", async t => {
  const database = makeCapturedItems()
  database.ddl.addColumn('Item', { name: 'Extra', type: 'int' })
  while (database.scan() > 0);
  database.disableTable('dbo_Item', { leaveDdlHistory: true })
  database.enableTable({ table: 'Item' })
  const shop = await openItems(t, store, database)
  shop.start()
  for (const ItemID of [1, 2, 3]) {
    put(database, { ItemID, Name: 'a' })
    await shop.caughtUp()
  }
  assert.equal((await shop.state())?.epoch, 1)
  assert.deepEqual(shop.failures, [])
})

test('an instance has whatever name the catalogue says (wintersrd/pipelinewise-tap-mssql#109)', async t => {
  const database = makeItems()
  put(database, { ItemID: 1, Name: 'a' })
  database.enableCdc()
  database.enableTable({ table: 'Item', captureInstance: "shop's [item].x ]😀" })
  const shop = await openItems(t, store, database, { tables: ITEM })
  shop.start()
  await shop.caughtUp()
  put(database, { ItemID: 2, Name: 'b' })
  await shop.caughtUp()
  assert.deepEqual((await shop.told()).map(short), ['r 1 a', 'c 2 b'])
})
