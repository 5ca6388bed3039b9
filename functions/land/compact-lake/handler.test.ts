import assert from 'node:assert/strict'
import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parseSource } from '../../../shared/capture/sources.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  OWN_COLUMNS,
  openTable,
  RowBuffer,
  schemaActions,
  sourceColumns,
  type Table,
  VersionNotFoundError,
  writeRows,
} from '../../../shared/lake/index.ts'
import { type ObjectStore, openObjects } from '../../../shared/objects/index.ts'
import { makeLogger } from '../../../shared/telemetry/index.ts'
import compactLake from './handler.ts'

const DECLARED = `connection: shop
capture: postgres
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    columns:
      ProductID: { type: int, as: product_id }
  Order:
    entity: order
    key: [OrderID]
    columns:
      OrderID: { type: int, as: order_id }
`
const SOURCE = parseSource('shop.yml', DECLARED)
const WIDER = parseSource('shop.yml', DECLARED.replaceAll('int, as', 'bigint, as')).tables[0]?.columns ?? {}
const PATH = 'lake/cdc_shop/Product'
const HOUR_MS = 3_600_000

let root: string
let objects: ObjectStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-compact-'))
  objects = openObjects(pathToFileURL(root).href)
})
afterEach(() => rm(root, { recursive: true }))

type Report = {
  table: string
  filesBefore: number
  filesAfter: number
  logFilesRemoved: number
  filesVacuumed: number
}

async function run(input: object = {}, source = SOURCE): Promise<Report[]> {
  if (compactLake.kind !== 'request') throw new Error('it answers requests')
  const context = {
    resources: { objects, sources: [source] },
    log: makeLogger({ level: 'silent' }),
    signal: new AbortController().signal,
    lineage() {},
  }
  return ((await compactLake.handle(input, context as never)) as { tables: Report[] }).tables
}

async function append(table: Table, from: number, count: number): Promise<void> {
  for (let id = from; id < from + count; id++) {
    const columns = sourceColumns(SOURCE.tables[0] ?? { columns: {} })
    const { actions } = schemaActions(table.snapshot, columns)
    const rows = new RowBuffer(columns, OWN_COLUMNS)
    rows.add({ ProductID: id }, ['c', `0001-${id}`, 0, BigInt(id), 0n, 0n, 1])
    const add = await writeRows(table, { year: '2017', month: '6' }, rows)
    if (!(await table.commit('WRITE', [...actions, { add }]))) throw new Error('nobody else writes')
    await table.checkpointIfDue()
  }
}

const keys = async (prefix: string) => {
  const found: string[] = []
  for await (const { key } of objects.list(prefix)) found.push(key)
  return found
}

/** Lets all that is stored under the prefix be so old. */
async function age(prefix: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * HOUR_MS)
  for (const key of await keys(prefix)) await utimes(join(root, key), then, then)
}

test('small files become one; a reader that has pinned an earlier version still finds its own', async () => {
  await append(await openTable(objects, PATH), 0, 12)
  const [report] = await run()
  assert.deepEqual([report?.table, report?.filesBefore, report?.filesAfter], [PATH, 12, 1])
  assert.equal(report?.filesVacuumed, 0)
  const pinned = await openTable(objects, PATH, { version: 11 })
  assert.equal(pinned.snapshot.files.size, 12)
  for (const path of pinned.snapshot.files.keys()) await objects.get(pinned.key(path))
})

test('a second run finds nothing to do', async () => {
  await append(await openTable(objects, PATH), 0, 12)
  await run()
  const [report] = await run()
  assert.deepEqual(
    { ...report, table: '' },
    { table: '', filesBefore: 1, filesAfter: 1, bytes: 0, logFilesRemoved: 0, filesVacuumed: 0 },
  )
})

test('few files are left as they are', async () => {
  await append(await openTable(objects, PATH), 0, 7)
  assert.equal((await run())[0]?.filesAfter, 7)
})

test('log and files past retention go, the table and the version that was current then stay', async () => {
  const table = await openTable(objects, PATH)
  await append(table, 0, 25)
  await age(`${PATH}/_delta_log/`, 5)
  await append(table, 25, 3)
  const [report] = await run()
  // 0 to 19 and the checkpoint of 10: version 20's checkpoint carries the rest.
  assert.equal(report?.logFilesRemoved, 21)
  assert.equal((await openTable(objects, PATH)).snapshot.files.size, 1)
  assert.equal((await openTable(objects, PATH, { version: 24 })).snapshot.files.size, 25)
  await assert.rejects(openTable(objects, PATH, { version: 19 }), VersionNotFoundError)
})

test('merged files are deleted once they have been out of the table for the retention', async () => {
  const table = await openTable(objects, PATH)
  await append(table, 0, 10)
  const long = Date.now() - 3 * HOUR_MS
  const removes = [...table.snapshot.files.values()].slice(0, 4).map(({ path, partitionValues, size }) => ({
    remove: {
      path,
      deletionTimestamp: long,
      dataChange: true,
      extendedFileMetadata: true,
      partitionValues,
      size,
    },
  }))
  assert.ok(await table.commit('DELETE', removes))
  assert.equal((await run())[0]?.filesVacuumed, 4)
  assert.equal((await keys(`${PATH}/year=`)).length, 6)
})

test('files that no commit holds are deleted once nobody can still be about to commit them', async () => {
  await append(await openTable(objects, PATH), 0, 1)
  await objects.put(`${PATH}/year=2017/month=6/orphan.parquet`, 'x')
  assert.equal((await run())[0]?.filesVacuumed, 0)
  await age(`${PATH}/year=`, 3)
  assert.equal((await run())[0]?.filesVacuumed, 1)
  assert.equal((await keys(`${PATH}/year=`)).length, 1)
})

test('old checkpoints are thinned out, the newest and every tenth stay', async () => {
  const table = await openTable(objects, PATH)
  await append(table, 0, 132)
  await age(`${PATH}/_delta_log/`, 1)
  await run()
  const checkpoints = (await keys(`${PATH}/_delta_log/`)).filter(key => key.endsWith('.parquet'))
  assert.deepEqual(
    checkpoints.map(key => Number(key.split('/').at(-1)?.slice(0, 20))),
    [100, 130],
  )
  assert.equal((await openTable(objects, PATH, { version: 99 })).snapshot.files.size, 100)
})

test('a table with a column that is declared wider is rewritten, so that landing can go on', async () => {
  const table = await openTable(objects, PATH)
  await append(table, 0, 3)
  const wider = { ...SOURCE, tables: SOURCE.tables.map(source => ({ ...source, columns: WIDER })) }
  await run({}, wider)
  const { snapshot } = await openTable(objects, PATH)
  assert.deepEqual(snapshot.dataColumns[0], { name: 'ProductID', type: { kind: 'bigint' } })
  assert.equal(snapshot.files.size, 3)
  await run({}, wider)
  assert.equal((await openTable(objects, PATH)).snapshot.version, snapshot.version)
})

test('one system or one table may be chosen; a name that no source has is not found', async () => {
  await append(await openTable(objects, PATH), 0, 1)
  assert.equal((await run({ system: 'shop', table: 'Product' })).length, 1)
  assert.equal((await run({ table: 'Order' })).length, 0)
  await assert.rejects(run({ system: 'nowhere' }), NotFoundError)
  await assert.rejects(run({ table: 'Nothing' }), NotFoundError)
})
