import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { cp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { duckdbFolder } from '../../shared/warehouse/index.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { makeRawLake } from '../support/warehouse.ts'

/** Builds of a lake with two small tables that fail, or nearly. */
const home = mkdtempSync(join(tmpdir(), 'cordage-failed-'))
let store: Store
let postgres: TestPostgres | undefined
const warehouse = openDuckdbWarehouse(duckdbFolder({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined }))
let build: StartedFunction

const resources = () => ({
  store,
  objects: openObjects(pathToFileURL(join(home, 'objects')).href),
  warehouse,
})

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  build = await startFunction(buildWarehouse, {
    resources: { ...resources(), sources: readSources(join(ROOT, 'sources')) },
    settings: { CORDAGE_HOME: home },
  })
  await makeRawLake(home).writeDemo('Territory', 'Transporter')
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('a model that fails once is tried again, with what waits for it, and the build goes on', async t => {
  const folder = join(home, 'objects/lake/cdc_adventureworks/Territory')
  const [file = ''] = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.parquet'))
  const aside = join(home, 'aside.parquet')
  await rename(join(folder, file), aside)
  let isBack = false
  const bringBack = async () => {
    if (!isBack) await rename(aside, join(folder, file))
    isBack = true
  }
  t.after(bringBack)
  const outcome = await build.host.perform(
    { id: '', function: 'build-warehouse', input: {}, attempts: 1, failures: 0 },
    {
      signal: new AbortController().signal,
      // By then the model has failed.
      report: share => void (share > 0.5 && bringBack()),
    },
  )
  assert.ok(outcome.isDone, JSON.stringify(outcome))
  const { triedAgain, slowest } = outcome.result as { triedAgain: string[]; slowest: object[] }
  assert.ok(triedAgain.includes('stg_territory') && triedAgain.includes('dim_territory'), triedAgain.join())
  assert.ok(!triedAgain.includes('fct_sale'), triedAgain.join())
  assert.equal(slowest.length, 5)
})

test('a failed build leaves the previous warehouse, and tells the caller which test, and which rows', async t => {
  const { mtimeMs } = await stat(warehouse.file)
  // A second system with the same ids, which a start refuses.
  const other = join(home, 'objects/lake/cdc_other')
  await cp(join(home, 'objects/lake/cdc_adventureworks'), other, { recursive: true })
  const [source] = readSources(join(ROOT, 'sources'))
  assert.ok(source)
  const clashing = await startFunction(buildWarehouse, {
    resources: { ...resources(), sources: [source, { ...source, system: 'other' }] },
    settings: { CORDAGE_HOME: home },
  })
  t.after(() => rm(other, { recursive: true }))
  const { status, body } = await clashing.attempt({})
  assert.deepEqual([status, body.title, body.reason], [500, 'Failed', 'failed_checks'])
  assert.match(
    String(body.detail),
    /^the build failed, and the previous one stays \(what to do: docs\/playbooks\/failed-build\.md\): \d+ of \d+ failed: .*test unique_stg_territory_territory_id: \d+ rows, such as \(unique_field \d+, n_records 2\)/,
  )
  assert.equal((await stat(warehouse.file)).mtimeMs, mtimeMs)
})

test('a model that cannot be built is named with what the engine says', async t => {
  const folder = join(home, 'objects/lake/cdc_adventureworks/Territory')
  const [file = ''] = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.parquet'))
  await rename(join(folder, file), join(home, 'aside.parquet'))
  t.after(() => rename(join(home, 'aside.parquet'), join(folder, file)))
  const { status, body } = await build.attempt({})
  assert.deepEqual([status, body.title, body.reason], [500, 'Failed', 'dbt_error'])
  assert.match(String(body.detail), /failed: .*model stg_territory: .*\.parquet/)
})
