import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type ObjectStore, openObjects } from '../objects/index.ts'
import type { AddFile } from './actions.ts'
import type { Column } from './columns.ts'
import { writeRows } from './data-files.ts'
import { RowBuffer } from './parquet.ts'
import { OWN_COLUMNS } from './raw-table.ts'
import { schemaActions } from './schema-change.ts'
import { openTable, type Table } from './table.ts'
import { chooseFiles, compact, vacuum } from './upkeep.ts'
import { widenTable } from './widen.ts'

const NARROW: Column[] = [{ name: 'id', type: { kind: 'int' } }]
const WIDE: Column[] = [{ name: 'id', type: { kind: 'bigint' } }]
const HOUR_MS = 3_600_000

let root: string
let objects: ObjectStore
let table: Table
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-upkeep-'))
  objects = openObjects(pathToFileURL(root).href)
  table = await openTable(objects, 't')
})
afterEach(async () => {
  mock.timers.reset()
  await rm(root, { recursive: true })
})

const hoursLater = (hours: number) => {
  mock.timers.reset()
  mock.timers.enable({ apis: ['Date'], now: Date.now() + hours * HOUR_MS })
}

function write(id: number): Promise<AddFile> {
  const rows = new RowBuffer(NARROW, OWN_COLUMNS)
  rows.add({ id }, ['c', `0001-${id}`, 0, BigInt(id), 0n, 0n, 1])
  return writeRows(table, { year: '2017', month: '6' }, rows)
}

async function append(count: number): Promise<void> {
  for (let id = 0; id < count; id++) {
    const { actions } = schemaActions(table.snapshot, NARROW)
    assert.ok(await table.commit('WRITE', [...actions, { add: await write(id) }]))
  }
}

async function dataFiles(): Promise<number> {
  let count = 0
  for await (const { key } of objects.list('t/year=')) if (key) count += 1
  return count
}

/** Widens until so many files are rewritten. */
async function widenSome(files: number): Promise<void> {
  let looks = 0
  const signal = { throwIfAborted: () => assert.ok(looks++ < files, 'stopped') } as AbortSignal
  await assert.rejects(widenTable(table, WIDE, signal), /stopped/)
}

test('files that a widening has rewritten wait for it as long as it takes', async () => {
  await append(3)
  await widenSome(2)
  assert.equal(await dataFiles(), 5)
  hoursLater(24)
  assert.equal(await vacuum(table), 0)
  assert.equal(await widenTable(table, WIDE), 3)
  assert.equal(await dataFiles(), 6)
})

test('files of a widening that nobody has gone on with for a week are deleted', async () => {
  await append(3)
  await widenSome(2)
  hoursLater(7 * 24 + 1)
  assert.equal(await vacuum(table), 2)
  assert.equal(await dataFiles(), 3)
})

test('a file that no commit holds is left for an hour, however short the retention: its commit may be on the way', async () => {
  await append(1)
  const add = await write(7)
  hoursLater(0.9)
  assert.equal(await vacuum(table, { retentionMs: 0 }), 0)
  assert.ok(await table.commit('WRITE', [{ add }]))
  await write(8)
  hoursLater(3)
  assert.equal(await vacuum(table), 1)
  assert.equal(await dataFiles(), 2)
})

test('a file that was merged stays for the retention, and what is in the table for ever', async () => {
  await append(8)
  assert.equal((await compact(table)).merged, 8)
  hoursLater(1.9)
  assert.equal(await vacuum(table), 0)
  hoursLater(2.1)
  assert.equal(await vacuum(table), 8)
  hoursLater(1000)
  assert.equal(await vacuum(table), 0)
  assert.equal(await dataFiles(), 1)
})

const MIB = 1024 * 1024
const files = (count: number, size: number, month = '6'): AddFile[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `${month}-${size}-${i}`,
    partitionValues: { year: '2017', month },
    size,
    modificationTime: 0,
    dataChange: true,
  }))
const chosen = (...given: AddFile[][]) => chooseFiles(given.flat()).map(({ length }) => length)

test('eight files of about one size and one month are merged, fewer and larger ones are left', () => {
  assert.deepEqual(chosen(files(7, 5000)), [])
  assert.deepEqual(chosen(files(8, 5000)), [8])
  assert.deepEqual(chosen(files(9, 100)), [9])
  assert.deepEqual(chosen(files(4, 5000), files(4, 500_000)), [])
  assert.deepEqual(chosen(files(4, 5000, '6'), files(4, 5000, '7')), [])
  assert.deepEqual(chosen(files(4, 4096), files(4, 8 * 4096 - 1)), [8])
  assert.deepEqual(chosen(files(4, 8 * 4096 - 1), files(4, 8 * 4096 + 1)), [])
  assert.deepEqual(chosen(files(20, 16 * MIB)), [])
})

test('what is merged is at most 32 MiB, and nothing is rewritten alone', () => {
  assert.deepEqual(chosen(files(8, 8 * MIB)), [4, 4])
  assert.deepEqual(chosen(files(9, 8 * MIB)), [4, 4])
  assert.deepEqual(chosen(files(8, 15 * MIB)), [2, 2, 2, 2])
})
