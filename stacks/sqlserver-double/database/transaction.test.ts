import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from './append-only.ts'
import { makeDatabase } from './database.ts'
import type { View } from './views.ts'

function make() {
  const database = makeDatabase({ name: 'shop' })
  for (const name of ['item', 'other'])
    database.ddl.createTable({
      name,
      columns: [
        { name: 'id', type: 'int' },
        { name: 'n', type: 'int' },
      ],
      primaryKey: ['id'],
    })
  database.enableCdc()
  database.enableTable({ table: 'item' })
  const insert = (id: number) => database.commit([{ table: 'item', op: 'insert', row: { id, n: 0 } }])
  const ids = (view: View = database.view()) => [...view.rows(view.table('item'))].map(([id]) => id)
  return { database, insert, ids }
}
const viewOf = (transaction: { view(): View | undefined }) => transaction.view() as View

test('a transaction sees its own changes, others do after its commit, and nothing of one that is rolled back', () => {
  const { database, ids } = make()
  const open = database.begin()
  open.change({ table: 'item', op: 'insert', row: { id: 1, n: 1 } })
  open.change({ table: 'item', op: 'update', row: { id: 1, n: 2 } })
  assert.deepEqual(ids(), [])
  open.commit()
  assert.deepEqual(database.rows('item'), [{ id: 1, n: 2 }])
  const undone = database.begin()
  undone.change({ table: 'item', op: 'delete', key: { id: 1 } })
  undone.rollback()
  assert.deepEqual(ids(), [1])
})

test('a row that an open transaction has changed is locked', () => {
  const { database, insert } = make()
  insert(1)
  const open = database.begin()
  open.change({ table: 'item', op: 'update', row: { id: 1, n: 1 } })
  assert.throws(() => database.commit([{ table: 'item', op: 'update', row: { id: 1, n: 2 } }]), {
    number: 1222,
  })
  insert(2)
  open.commit()
  database.commit([{ table: 'item', op: 'update', row: { id: 1, n: 2 } }])
})

test('a snapshot is of the first read, rows and change tables alike', () => {
  const { database, insert, ids } = make()
  insert(1)
  const open = database.begin('snapshot')
  insert(2)
  database.scan()
  const view = viewOf(open)
  database.commit([{ table: 'item', op: 'update', row: { id: 1, n: 9 } }])
  database.commit([{ table: 'item', op: 'delete', key: { id: 2 } }])
  insert(3)
  database.scan()
  assert.deepEqual(
    [...view.rows(view.table('item'))],
    [
      [1, 0],
      [2, 0],
    ],
  )
  assert.equal([...itemsOf(view.cdc().times)].length, 2)
  database.cleanUp({ before: database.logEnd() })
  assert.equal([...itemsOf(view.cdc().instances[0]?.changes ?? { items: [], length: 0 })].length, 2)
  assert.deepEqual(ids(), [1, 3])
  open.commit()
})

test('DDL on a table ends the reading of it by older snapshots: 3961', () => {
  const { database, insert } = make()
  insert(1)
  const open = database.begin('snapshot')
  const view = viewOf(open)
  database.ddl.addColumn('item', { name: 'extra', type: 'int' })
  assert.throws(() => view.table('item'), { number: 3961 })
  view.table('other')
})

test('a savepoint is a place in the log: what was committed is before it, what comes is behind', () => {
  const { database, insert } = make()
  const { lsn } = insert(1)
  const open = database.begin('snapshot')
  viewOf(open)
  const end = database.logEnd()
  const place = open.save()
  assert.equal(open.savepointLsn, place)
  assert.ok(place > lsn)
  assert.ok(database.logEnd() > end, 'a savepoint moves the end of the log')
  assert.ok(insert(2).lsn > place)
})

test('a shared lock waits for those who have changed the table, and holds back who comes', async () => {
  const { database, insert, ids } = make()
  const writer = database.begin()
  writer.change({ table: 'item', op: 'insert', row: { id: 1 } })
  const reader = {}
  const { objectId } = database.table('item')
  let isLocked = false
  const locked = database.locks.lock(objectId, reader, 'shared').then(() => {
    isLocked = true
  })
  await Promise.resolve()
  assert.equal(isLocked, false)
  assert.throws(() => insert(2), { number: 1222 }, 'who waits goes before who comes')
  const late = database.commitWhenFree([{ table: 'item', op: 'insert', row: { id: 3 } }])
  writer.commit()
  await locked
  assert.deepEqual(ids(), [1])
  assert.throws(() => insert(2), { number: 1222 })
  assert.throws(() => database.ddl.dropColumn('item', 'n'), { number: 1222 })
  database.commit([{ table: 'other', op: 'insert', row: { id: 1 } }])
  database.locks.release(reader)
  await late
  assert.deepEqual(ids(), [1, 3])
})

test('a lock is waited for as long as is said, then it is error 1222', async () => {
  const { database, insert } = make()
  const writer = database.begin()
  writer.change({ table: 'item', op: 'insert', row: { id: 1 } })
  const { objectId } = database.table('item')
  await assert.rejects(database.locks.lock(objectId, {}, 'shared', 20), { number: 1222 })
  await assert.rejects(database.locks.lock(objectId, {}, 'shared', 0), { number: 1222 })
  const abort = new AbortController()
  const waiting = database.locks.lock(objectId, {}, 'shared', -1, abort.signal)
  abort.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  insert(2)
})
