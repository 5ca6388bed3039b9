import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from './append-only.ts'
import type { CaptureHabits } from './change-rows.ts'
import { makeDatabase } from './database.ts'
import type { TableDefinition } from './table.ts'

const PRODUCT: TableDefinition = {
  name: 'product',
  columns: [
    { name: 'id', type: 'int' },
    { name: 'name', type: 'nvarchar(50)' },
    { name: 'price', type: 'money' },
    { name: 'active', type: 'bit not null' },
    { name: 'code', type: 'varchar(10)' },
    { name: 'note', type: 'nvarchar(max)' },
    { name: 'old_note', type: 'ntext' },
    { name: 'version', type: 'rowversion not null' },
    {
      name: 'double_price',
      type: 'money',
      compute: ({ price }) => (price === null ? null : String(Number(price) * 2)),
    },
    { name: 'weight', type: 'decimal(9,3)' },
  ],
  primaryKey: ['id'],
  unique: [['code']],
}
const first = {
  id: 1,
  name: 'Gloves',
  price: '24.49',
  active: true,
  code: 'A',
  note: 'long',
  old_note: 'older',
  weight: '1',
}

function make(habits: Partial<CaptureHabits> = {}) {
  const database = makeDatabase({ name: 'shop', habits })
  database.ddl.createTable(PRODUCT)
  database.enableCdc()
  database.enableTable({ table: 'product' })
  const scan = () => {
    database.scan()
    return changesOf(database)
  }
  return { database, scan }
}

function changesOf(database: ReturnType<typeof makeDatabase>, name = 'dbo_product') {
  const instance = database.state.cdc?.instances.find(instance => instance.name === name)
  assert.ok(instance)
  return [...itemsOf(instance.changes)].map(({ values, updateMask, ...row }) => ({
    ...row,
    mask: updateMask.toString('hex'),
    ...Object.fromEntries(instance.columns.map((column, index) => [column.name, values[index]])),
  })) as (Record<string, unknown> & {
    startLsn: string
    seqval: string
    operation: number
    commandId: number
  })[]
}
const ops = (changes: { operation: number }[]) => changes.map(({ operation }) => operation)

test('inserts, updates and deletes are operations 2, 3 and 4, and 1, in the order of their commits', () => {
  const { database, scan } = make()
  const { lsn } = database.commit([{ table: 'product', op: 'insert', row: first }])
  database.commit([{ table: 'product', op: 'update', row: { id: 1, name: 'Socks' } }])
  database.commit([{ table: 'product', op: 'delete', key: { id: 1 } }])
  const changes = scan()
  assert.deepEqual(ops(changes), [2, 3, 4, 1])
  assert.deepEqual(
    changes.map(({ name }) => name),
    ['Gloves', 'Gloves', 'Socks', 'Socks'],
  )
  assert.equal(changes[0]?.startLsn, lsn)
  assert.equal(changes[1]?.seqval, changes[2]?.seqval, 'both halves of an update have one number')
  assert.deepEqual(database.rows('product'), [])
})

test('a mask has the lowest columns in its last byte, all of them for inserts and deletes, the changed ones for updates', () => {
  const { database, scan } = make()
  database.commit([{ table: 'product', op: 'insert', row: first }])
  database.commit([{ table: 'product', op: 'update', row: { id: 1, name: 'Socks', weight: '2' } }])
  const [inserted, , updated] = scan()
  assert.equal(inserted?.mask, '03ff')
  // name is 2, version 8, weight 10.
  assert.equal(updated?.mask, '0282')
})

test('an update that changes nothing is not logged; one of a row with a row version always does', () => {
  const { database, scan } = make()
  database.ddl.createTable({
    name: 'plain',
    columns: [
      { name: 'id', type: 'int' },
      { name: 'n', type: 'int' },
    ],
    primaryKey: ['id'],
  })
  database.enableTable({ table: 'plain' })
  database.commit([
    { table: 'plain', op: 'insert', row: { id: 1, n: 1 } },
    { table: 'product', op: 'insert', row: first },
  ])
  database.commit([{ table: 'plain', op: 'update', row: { id: 1, n: 1 } }])
  database.commit([{ table: 'product', op: 'update', row: { id: 1, name: 'Gloves' } }])
  assert.deepEqual(ops(scan()), [2, 3, 4])
  assert.deepEqual(ops(changesOf(database, 'dbo_plain')), [2])
})

test('old large types are null before a change and in deletes; (max) before an update that leaves it; computed columns always', () => {
  const { database, scan } = make()
  database.commit([{ table: 'product', op: 'insert', row: first }])
  database.commit([{ table: 'product', op: 'update', row: { id: 1, name: 'Socks' } }])
  database.commit([{ table: 'product', op: 'update', row: { id: 1, note: 'longer' } }])
  database.commit([{ table: 'product', op: 'delete', key: { id: 1 } }])
  const changes = scan()
  assert.deepEqual(
    changes.map(({ note }) => note),
    ['long', null, 'long', 'long', 'longer', 'longer'],
  )
  assert.deepEqual(
    changes.map(({ old_note }) => old_note),
    ['older', null, 'older', null, 'older', null],
  )
  assert.ok(changes.every(({ double_price }) => double_price === null))
  assert.equal(database.state.tables[0]?.count, 0)
})

test('where the server has the habit, a bit that may not be null is null in deletes', () => {
  for (const [losesBitsOfDeletes, active] of [
    [false, true],
    [true, null],
  ] as const) {
    const { database, scan } = make({ losesBitsOfDeletes })
    database.commit([{ table: 'product', op: 'insert', row: first }])
    database.commit([{ table: 'product', op: 'delete', key: { id: 1 } }])
    assert.equal(scan()[1]?.active, active)
  }
})

test("a value that is too long for a captured table makes the application's own statement fail", () => {
  const { database } = make()
  const long = (characters: number) => () =>
    database.commit([{ table: 'product', op: 'insert', row: { ...first, note: 'x'.repeat(characters) } }])
  assert.throws(long(32_769), { number: 7139 })
  long(32_768)()
  database.disableTable('dbo_product')
  database.commit([{ table: 'product', op: 'update', row: { id: 1, note: 'x'.repeat(99_999) } }])
})

test('a row whose key changes is deleted and inserted, with two numbers', () => {
  const { database, scan } = make()
  database.commit([{ table: 'product', op: 'insert', row: first }])
  database.commit([{ table: 'product', op: 'update', key: { id: 1 }, row: { id: 9 } }])
  const [, gone, come] = scan()
  assert.deepEqual([gone?.operation, gone?.id, come?.operation, come?.id], [1, 1, 2, 9])
  assert.ok((gone?.seqval ?? '') < (come?.seqval ?? ''))
  assert.deepEqual(
    database.rows('product').map(({ id }) => id),
    [9],
  )
})

test('a statement of many rows that changes a unique column is deferred: a delete and an insert with one number', () => {
  const { database, scan } = make()
  const row = (id: number, code: string) => ({ ...first, id, code })
  database.commit([
    { rows: [1, 2].map(id => ({ table: 'product', op: 'insert' as const, row: row(id, `A${id}`) })) },
  ])
  // They exchange their codes, which no two statements could.
  database.commit([
    {
      rows: [
        { table: 'product', op: 'update', row: { id: 1, code: 'A2' } },
        { table: 'product', op: 'update', row: { id: 2, code: 'A1' } },
      ],
    },
  ])
  const changes = scan().slice(2)
  assert.deepEqual(
    changes.map(({ operation, id, code }) => [operation, id, code]),
    [
      [1, 1, 'A1'],
      [2, 1, 'A2'],
      [1, 2, 'A2'],
      [2, 2, 'A1'],
    ],
  )
  assert.equal(changes[0]?.seqval, changes[1]?.seqval)
  assert.notEqual(changes[1]?.seqval, changes[2]?.seqval)
})

test('keys that are handed on among rows of a statement come out right in the order of the change table', () => {
  const { database, scan } = make()
  database.commit([
    {
      rows: [1, 2, 3].map(id => ({
        table: 'product',
        op: 'insert' as const,
        row: { ...first, id, code: `A${id}` },
      })),
    },
  ])
  database.commit([
    {
      rows: [
        [1, 2],
        [2, 3],
        [3, 1],
      ].map(([from, to]) => ({
        table: 'product',
        op: 'update' as const,
        key: { id: from as number },
        row: { id: to as number },
      })),
    },
  ])
  const replayed = new Map<unknown, unknown>()
  for (const { operation, id, code } of scan()) operation === 1 ? replayed.delete(id) : replayed.set(id, code)
  assert.deepEqual(
    replayed,
    new Map([
      [1, 'A3'],
      [2, 'A1'],
      [3, 'A2'],
    ]),
  )
  assert.deepEqual(new Map(database.rows('product').map(({ id, code }) => [id, code])), new Map(replayed))
})

test('statements of a transaction are numbered; a server that disorders its sequence values is put right by the numbers alone', () => {
  const { database, scan } = make({ disordersSeqvals: true })
  database.commit([
    { table: 'product', op: 'insert', row: first },
    { table: 'product', op: 'update', row: { id: 1, name: 'Socks' } },
    { table: 'product', op: 'delete', key: { id: 1 } },
  ])
  const changes = scan()
  assert.deepEqual(
    changes.map(({ commandId, operation }) => [commandId, operation]),
    [
      [1, 2],
      [2, 3],
      [2, 4],
      [3, 1],
    ],
  )
  const seqvals = changes.map(({ seqval }) => seqval)
  assert.deepEqual([...seqvals].sort(), [...seqvals].reverse())
})

test('a place in the log is that of the commit, whoever began first', () => {
  const { database, scan } = make()
  const slow = database.begin()
  slow.change({ table: 'product', op: 'insert', row: first })
  const quick = database.commit([{ table: 'product', op: 'insert', row: { ...first, id: 2, code: 'B' } }])
  const late = slow.commit()
  const changes = scan()
  assert.deepEqual(
    changes.map(({ id }) => id),
    [2, 1],
  )
  assert.deepEqual(
    changes.map(({ startLsn }) => startLsn),
    [quick.lsn, late.lsn],
  )
  assert.ok((changes[1]?.seqval ?? '') < quick.lsn, 'its row lies in the log before the other commit')
})

test('a table has two instances at most, each from its own beginning and with its own columns', () => {
  const { database, scan } = make()
  database.commit([{ table: 'product', op: 'insert', row: first }])
  database.ddl.addColumn('product', { name: 'extra', type: 'int' })
  database.commit([{ table: 'product', op: 'update', row: { id: 1, extra: 5 } }])
  const second = database.enableTable({
    table: 'product',
    captureInstance: 'dbo_product_2',
    columns: ['id', 'extra'],
  })
  const { lsn } = database.commit([{ table: 'product', op: 'update', row: { id: 1, extra: 6 } }])
  assert.deepEqual(ops(scan()), [2, 3, 4, 3, 4])
  assert.ok(!('extra' in (changesOf(database)[0] ?? {})))
  const own = changesOf(database, 'dbo_product_2')
  assert.deepEqual(
    own.map(({ operation, extra, startLsn, mask }) => [operation, extra, startLsn, mask]),
    [
      [3, 5, lsn, '02'],
      [4, 6, lsn, '02'],
    ],
  )
  assert.ok(second.startLsn < lsn)
  assert.throws(() => database.enableTable({ table: 'product', captureInstance: 'dbo_product_3' }), {
    number: 22_962,
  })
  database.disableTable('dbo_product')
  assert.deepEqual(
    database.state.cdc?.instances.map(({ name }) => name),
    ['dbo_product_2'],
  )
})

test('clean-up moves the beginning of instances first, and deletes after', () => {
  const { database, scan } = make()
  const commits = [1, 2, 3].map(id =>
    database.commit([{ table: 'product', op: 'insert', row: { ...first, id, code: `${id}` } }]),
  )
  scan()
  const before = commits[1]?.lsn ?? ''
  database.cleanUp({ before, onlyMark: true })
  const [instance] = database.state.cdc?.instances ?? []
  assert.equal(instance?.startLsn, before)
  assert.equal(changesOf(database).length, 3)
  database.cleanUp({ before })
  assert.deepEqual(
    changesOf(database).map(({ id }) => id),
    [2, 3],
  )
  assert.deepEqual(
    [...itemsOf(database.state.cdc?.times ?? { items: [], length: 0 })].map(({ startLsn }) => startLsn),
    commits.slice(1).map(({ lsn }) => lsn),
  )
})
