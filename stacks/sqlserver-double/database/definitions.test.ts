import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from './append-only.ts'
import { makeDatabase } from './database.ts'

function make() {
  const database = makeDatabase({ name: 'shop' })
  database.ddl.createTable({
    name: 'product',
    columns: [
      { name: 'id', type: 'int', identity: true },
      { name: 'name', type: 'varchar(20)' },
      { name: 'size', type: 'int' },
    ],
    primaryKey: ['id'],
  })
  database.enableCdc()
  const instance = database.enableTable({ table: 'product' })
  const insert = (row: Record<string, string | number>) =>
    database.commit([{ table: 'product', op: 'insert', row }])
  const history = () => [...itemsOf(database.state.cdc?.ddl ?? { items: [], length: 0 })]
  return { database, instance, insert, history }
}

test('identities are given, and numbers of columns are not used again', () => {
  const { database, insert } = make()
  insert({ name: 'a' })
  insert({ name: 'b' })
  database.ddl.dropColumn('product', 'size')
  database.ddl.addColumn('product', { name: 'size', type: 'bigint' }, 7n)
  assert.deepEqual(database.rows('product'), [
    { id: 1, name: 'a', size: 7n },
    { id: 2, name: 'b', size: 7n },
  ])
  assert.deepEqual(
    database.table('product').columns.map(({ id }) => id),
    [1, 2, 4],
  )
})

test('a column that was dropped is null in the changes after it, one that was added is not there', () => {
  const { database, instance, insert, history } = make()
  insert({ name: 'a', size: 1 })
  database.ddl.dropColumn('product', 'size')
  database.ddl.addColumn('product', { name: 'size', type: 'int' })
  insert({ name: 'b', size: 2 })
  assert.equal(history().length, 0, 'it is the capture job that writes the history')
  database.scan()
  assert.deepEqual(
    [...itemsOf(instance.changes)].map(({ values }) => values),
    [
      [1, 'a', 1],
      [2, 'b', null],
    ],
  )
  assert.deepEqual(
    history().map(({ command, requiredColumnUpdate, objectId }) => [command, requiredColumnUpdate, objectId]),
    [
      ['ALTER TABLE dbo.product DROP COLUMN size', false, instance.objectId],
      ['ALTER TABLE dbo.product ADD size int', false, instance.objectId],
    ],
  )
})

test('another type alters the change table, with what it holds', () => {
  const { database, instance, insert, history } = make()
  insert({ name: 'a', size: 1 })
  database.scan()
  database.ddl.alterColumn('product', 'size', 'varchar(5)')
  insert({ name: 'b', size: 'two' })
  database.scan()
  assert.deepEqual(
    [...itemsOf(instance.changes)].map(({ values }) => values[2]),
    ['1', 'two'],
  )
  assert.deepEqual(instance.columns[2]?.type, { name: 'varchar', length: 5 })
  assert.equal(history()[0]?.requiredColumnUpdate, true)
})

test('narrowing a column stops the job where its change table holds a longer value', () => {
  const { database, insert } = make()
  insert({ name: 'a long name' })
  database.scan()
  database.commit([{ table: 'product', op: 'update', row: { id: 1, name: 'short' } }])
  database.ddl.alterColumn('product', 'name', 'varchar(5)')
  const late = insert({ name: 'later' })
  database.scan()
  database.scan()
  assert.equal(database.server.job.errors.at(-1)?.number, 2628)
  assert.equal(database.server.job.isRunning, false)
  assert.ok(
    database.state.log.unread.some(({ commitLsn }) => commitLsn === late.lsn),
    'the log waits',
  )
})

test('a captured column is not renamed, another is', () => {
  const { database } = make()
  assert.throws(() => database.ddl.renameColumn('product', 'name', 'title'), { number: 4928 })
  database.ddl.addColumn('product', { name: 'extra', type: 'int' })
  database.ddl.renameColumn('product', 'extra', 'more')
  assert.deepEqual(
    database.table('product').columns.map(({ name }) => name),
    ['id', 'name', 'size', 'more'],
  )
})

test('a dropped table takes its capture along; made again it has another number', () => {
  const { database, insert, history } = make()
  insert({ name: 'a' })
  database.ddl.addColumn('product', { name: 'extra', type: 'int' })
  database.scan()
  const { objectId } = database.table('product')
  database.ddl.dropTable('product', { leaveDdlHistory: true })
  assert.deepEqual(database.state.cdc?.instances, [])
  assert.equal(history().length, 1, 'a row of the history that belongs to no instance')
  database.ddl.createTable({ name: 'product', columns: [{ name: 'id', type: 'int' }], primaryKey: ['id'] })
  assert.notEqual(database.table('product').objectId, objectId)
})

test('a captured table is not truncated', () => {
  const { database, insert } = make()
  insert({ name: 'a' })
  assert.throws(() => database.ddl.truncate('product'), { number: 4711 })
  database.disableTable('dbo_product')
  database.ddl.truncate('product')
  assert.deepEqual(database.rows('product'), [])
})

test('a switched partition is not captured, and has another number; an instance may forbid it', () => {
  const { database } = make()
  database.ddl.createTable({
    name: 'sale',
    columns: [{ name: 'id', type: 'int' }],
    primaryKey: ['id'],
    partitions: { count: 2, of: ({ id }) => (Number(id) < 100 ? 1 : 2) },
  })
  const instance = database.enableTable({ table: 'sale' })
  const ids = () => database.table('sale').partitions.map(({ id }) => id)
  const [first, second] = ids()
  database.commit([1, 2, 101].map(id => ({ table: 'sale', op: 'insert' as const, row: { id } })))
  database.scan()
  database.ddl.switchPartition('sale', 1, [{ id: 3 }])
  database.scan()
  assert.deepEqual(database.rows('sale'), [{ id: 101 }, { id: 3 }])
  assert.equal(instance.changes.length, 3)
  assert.notEqual(ids()[0], first)
  assert.equal(ids()[1], second)
  database.disableTable('dbo_sale')
  database.enableTable({ table: 'sale', allowPartitionSwitch: false })
  assert.throws(() => database.ddl.switchPartition('sale', 1), { number: 22_855 })
})

test('what does not fit is refused, with the number that SQL Server has for it', () => {
  const { database, insert } = make()
  assert.throws(() => insert({ name: 'x'.repeat(21) }), { number: 2628 })
  assert.throws(() => insert({ size: 2 ** 40 }), { number: 8115 })
  assert.throws(() => insert({ colour: 1 }), { number: 207 })
  insert({ id: 5 })
  assert.throws(() => insert({ id: 5 }), { number: 2627 })
  assert.throws(() => database.commit([{ table: 'none', op: 'insert' }]), { number: 208 })
  assert.equal(database.rows('product').length, 1)
})
