import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { append, COLUMNS, makeLake, type TestLake } from '../../tests/integration/lake-support.ts'
import { batchIdOf, compact, openTable, schemaVersionOf, stampBatch } from './index.ts'

let lake: TestLake
before(async () => {
  lake = await makeLake()
})
after(() => lake.remove())
const columns = COLUMNS.slice(0, 1)

test('a stamp names the last batch, and is written once for it', async () => {
  const table = await openTable(lake.objects, 'stamped')
  for (let i = 0; i < 9; i++) await append(table, columns, '6', [{ id: i }])
  await stampBatch(table)
  assert.deepEqual([batchIdOf(table), schemaVersionOf(table.snapshot), table.snapshot.version], [8, 1, 9])
  await stampBatch(table)
  assert.equal(table.snapshot.version, 9)
  const reopened = await openTable(lake.objects, 'stamped')
  assert.deepEqual([batchIdOf(reopened), reopened.snapshot.files.size], [8, 9])
})

test('merging of files is no batch; the next rows are', async () => {
  const table = await openTable(lake.objects, 'stamped')
  assert.equal((await compact(table)).merged, 9)
  await stampBatch(table)
  assert.deepEqual([batchIdOf(table), table.snapshot.version], [8, 10])
  await append(table, columns, '6', [{ id: 9 }])
  await stampBatch(table)
  assert.equal(batchIdOf(table), 11)
})

test('a stamp that loses its race names what the winner landed', async () => {
  const table = await openTable(lake.objects, 'raced')
  await append(table, columns, '6', [{ id: 1 }])
  const other = await openTable(lake.objects, 'raced')
  await append(other, columns, '6', [{ id: 2 }])
  await stampBatch(table)
  assert.deepEqual([batchIdOf(table), table.snapshot.version, table.snapshot.files.size], [1, 2, 2])
})

test('a table in which nothing has landed is left alone', async () => {
  const table = await openTable(lake.objects, 'empty')
  await stampBatch(table)
  assert.equal(table.snapshot.exists, false)
})

test('where the log no longer tells, the stamp that is there stays', async () => {
  const table = await openTable(lake.objects, 'cleaned')
  await append(table, columns, '6', [{ id: 1 }])
  await stampBatch(table)
  await table.checkpoint()
  for await (const { key } of lake.objects.list('cleaned/_delta_log/0'))
    if (key.endsWith('.json')) await lake.objects.delete(key)
  const reopened = await openTable(lake.objects, 'cleaned')
  await stampBatch(reopened)
  assert.deepEqual([batchIdOf(reopened), reopened.snapshot.version], [0, 1])
})
