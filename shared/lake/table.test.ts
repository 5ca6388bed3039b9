import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type ObjectStore, openObjects } from '../objects/index.ts'
import { type Action, formatCommit, parseCommit } from './actions.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { schemaActions } from './schema-change.ts'
import { UnsupportedTableError } from './snapshot.ts'
import { BrokenLogError, openTable, Table, VersionNotFoundError } from './table.ts'
import { cleanLog } from './upkeep.ts'

let root: string
let objects: ObjectStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-table-'))
  objects = openObjects(pathToFileURL(root).href)
})
afterEach(async () => {
  mock.timers.reset()
  await rm(root, { recursive: true })
})

const txn = (version: bigint): Action => ({ txn: { appId: 'app', version } })
const logKey = (version: number) => `t/_delta_log/${String(version).padStart(20, '0')}.json`

async function makeTable(commits = 1): Promise<Table> {
  const table = await openTable(objects, 't')
  for (let i = 0; i < commits; i++) await commit(table, BigInt(i))
  return table
}

async function commit(table: Table, version: bigint): Promise<boolean> {
  const { actions } = schemaActions(table.snapshot, [{ name: 'ID', type: { kind: 'int' } }])
  const won = await table.commit('TEST', [...actions, txn(version)])
  if (won) await table.checkpointIfDue()
  return won
}

test('a transaction keeps its 64-bit version, whatever its application is called', () => {
  for (const appId of ['land/x', '"version":1,"version":2', '\\"}', 'é"version": 3'])
    for (const version of [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0n]) {
      const action = { txn: { appId, version, lastUpdated: 5 } }
      assert.deepEqual(parseCommit(formatCommit([action])), [action])
    }
})

test('of two writers at one version one commits, and the other then sees that commit', async () => {
  const first = await makeTable()
  const second = await openTable(objects, 't')
  assert.equal(await commit(first, 10n), true)
  assert.equal(await commit(second, 20n), false)
  assert.equal(second.snapshot.transaction('app'), 10n)
  assert.equal(await commit(second, 20n), true)
  await first.refresh()
  assert.equal(first.snapshot.transaction('app'), 20n)
})

test('each retained version can be opened, one that is not there cannot', async () => {
  await makeTable(25)
  for (const version of [0, 9, 10, 11, 24])
    assert.equal((await openTable(objects, 't', { version })).snapshot.transaction('app'), BigInt(version))
  await assert.rejects(openTable(objects, 't', { version: 25 }), VersionNotFoundError)
  await assert.rejects(openTable(objects, 'nothing', { version: 0 }), VersionNotFoundError)
})

test('a hint to a checkpoint that is gone, ahead or broken misleads nobody', async () => {
  await makeTable(25)
  for (const hint of [
    '{"version":7,"size":1}',
    '{"version":99,"size":1}',
    '{"version":"x"}',
    'not json',
    '',
  ]) {
    await objects.put('t/_delta_log/_last_checkpoint', hint)
    assert.equal((await openTable(objects, 't')).snapshot.version, 24, hint)
  }
})

test('a checkpoint of many thousands of actions says each of them once', async () => {
  const table = await makeTable(1)
  const marks = Array.from(
    { length: 12_000 },
    (_, i): Action => ({ txn: { appId: `app/${i}`, version: BigInt(i) } }),
  )
  await table.commit('TEST', marks)
  const { bytes, actions } = writeCheckpoint(table.snapshot)
  const read = await readCheckpoint(Buffer.from(bytes))
  assert.equal(read.length, actions)
  const applications = new Set(read.flatMap(action => ('txn' in action ? [action.txn.appId] : [])))
  assert.equal(applications.size, 12_001)
  assert.equal(read.filter(action => 'txn' in action).length, 12_001)
})

test('a log with a commit missing in its middle is refused, not read around', async () => {
  await makeTable(5)
  await objects.delete(logKey(2))
  await assert.rejects(openTable(objects, 't'), BrokenLogError)
})

test('a table that asks for what is not known here is refused', async () => {
  await makeTable(1)
  const protocol = {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['deletionVectors'],
    writerFeatures: [],
  }
  await objects.put(logKey(1), formatCommit([{ protocol }]))
  await assert.rejects(openTable(objects, 't'), UnsupportedTableError)
})

test('actions and fields from newer writers are passed over', async () => {
  const table = await makeTable(1)
  await objects.put(
    logKey(1),
    '{"newAction":{"a":1}}\n\n{"txn":{"appId":"other","version":3,"newField":true}}\n',
  )
  await table.refresh()
  assert.equal(table.snapshot.transaction('other'), 3n)
})

test('a writer that slept through log clean-up does not commit under a name that was freed', async () => {
  const slept = await makeTable(5)
  const other = await openTable(objects, 't')
  for (let i = 5; i < 35; i++) await commit(other, BigInt(i))
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 5 * 3_600_000 })
  assert.ok((await cleanLog(other)) > 0)
  await assert.rejects(objects.get(logKey(5)))
  assert.equal(await commit(slept, 99n), false)
  assert.equal(slept.snapshot.version, 34)
  assert.equal(await commit(slept, 99n), true)
  assert.equal(slept.snapshot.version, 35)
})

const mark = (partition: number, version: bigint): Action[] => [
  { txn: { appId: `land/${partition}`, version } },
]
const always = () => true

test('what waits for the same turn is one commit, where it sets different things', async () => {
  const table = await makeTable(1)
  const made = await Promise.all([
    table.commitInTurn(always, 'WRITE', mark(0, 5n)),
    table.commitInTurn(always, 'WRITE', mark(1, 6n)),
    table.commitInTurn(() => false, 'WRITE', mark(2, 7n)),
    table.commitInTurn(always, 'WRITE', mark(0, 8n)),
    table.commitInTurn(always, 'WRITE', mark(3, 9n)),
  ])
  assert.deepEqual(made, [true, true, false, true, true])
  assert.equal(table.snapshot.version, 2, 'the second of partition 0 has a commit of its own')
  const again = await openTable(objects, 't')
  assert.deepEqual(
    [0, 1, 2, 3].map(partition => again.snapshot.transaction(`land/${partition}`)),
    [8n, 6n, undefined, 9n],
  )
})

test('a waiter for a commit that failed gets the error, and the next goes on', async () => {
  let isAway = true
  const away = { ...objects, putIfAbsent: async () => Promise.reject(new Error('away')) }
  const table = new Table(
    { ...objects, putIfAbsent: (...of) => (isAway ? away : objects).putIfAbsent(...of) },
    't',
  )
  await makeTable(1)
  await table.refresh()
  const failed = [0, 1].map(partition => table.commitInTurn(always, 'WRITE', mark(partition, 1n)))
  for (const { status } of await Promise.allSettled(failed)) assert.equal(status, 'rejected')
  isAway = false
  assert.equal(await table.commitInTurn(always, 'WRITE', mark(0, 2n)), true)
})
