import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import showStatus from '../../functions/operate/show-status/handler.ts'
import { makePosition } from '../../shared/bus/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { writeBuild } from '../support/build.ts'
import { passChecks } from '../support/checks.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-gate-'))
let postgres: TestPostgres | undefined
let store: Store
let warehouse: Warehouse
let publish: StartedFunction

const build = (rows: number) =>
  writeBuild(
    warehouse,
    { fct_row: { sql: `select * from range(${rows}) as r (id)`, key: ['id'] } },
    { position: makePosition(1, 1n, 0) },
  )
const builtAt = () => warehouse.read(async reader => reader.build.builtAt)
const published = async () =>
  (await store.query<{ rows: string }>(`select count(*) as rows from mart.fct_row`))[0]?.rows

/** A run that failed by two rows of one check, and warned of another. */
async function failChecks(): Promise<void> {
  const [run] = await store.query<{ run_id: string }>(
    `insert into ops.quality_run (built_at, state, started_at, checks) values ($1, 'failed', now(), 3) returning run_id`,
    [await builtAt()],
  )
  await store.query(
    `insert into ops.quality_result (run_id, check_name, model, severity, state, description, observed, failing, keys, since) values
       ($1, 'rows_are_unique', 'fct_row', 'critical', 'failed', 'No row is there twice.', '2 of 3 rows', 2, '[{"id": 1}]', now()),
       ($1, 'rows_are_few', 'fct_row', 'warning', 'failed', '', '3 rows', 1, '[]', now()),
       ($1, 'rows_are_there', 'fct_row', 'critical', 'passed', '', '', 0, '[]', null)`,
    [run?.run_id],
  )
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  publish = await startFunction(publishMarts, { resources: { store, warehouse } })
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('a build that passed is published, and one that failed leaves it there and names the checks', async () => {
  await build(2)
  await passChecks(store, warehouse)
  assert.equal((await publish.call({})).status, 200)
  await build(3)
  await failChecks()
  const { status, body } = await publish.call({})
  assert.equal(status, 409)
  assert.match(
    String(body.detail),
    /failed-checks\.md\): checks failed: rows_are_unique of fct_row \(2 rows\)$/,
  )
  assert.equal(await published(), '2')
})

test('the status has what the last run found, with the rows, and how the runs before came out', async () => {
  const { body } = await (await startFunction(showStatus, { resources: { store } })).get('')
  const { lastRun, findings, runs } = body.quality as {
    lastRun: object
    findings: { check: string; severity: string; keys: object[] }[]
    runs: { state: string; failed: number; warned: number }[]
  }
  assert.deepEqual(lastRun, runs[0])
  assert.deepEqual(
    runs.map(({ state, failed, warned }) => [state, failed, warned]),
    [
      ['failed', 1, 1],
      ['passed', 0, 0],
    ],
  )
  assert.deepEqual(
    findings.map(({ check, severity, keys }) => [check, severity, keys]),
    [
      ['rows_are_unique', 'critical', [{ id: 1 }]],
      ['rows_are_few', 'warning', []],
    ],
  )
})

test('a build whose checks could not run is not published, and says why', async () => {
  await build(4)
  await store.query(
    `insert into ops.quality_run (built_at, state, started_at, problem) values ($1, 'failed', now(), 'fct_row.suite.yml: no YAML in line 2')`,
    [await builtAt()],
  )
  const { status, body } = await publish.call({})
  assert.equal(status, 409)
  assert.match(String(body.detail), /no YAML in line 2$/)
})

test('a build that passes when it is checked again is published', async () => {
  await passChecks(store, warehouse)
  assert.equal((await publish.call({})).status, 200)
  assert.equal(await published(), '4')
})

test('publishing waits for the checks of a build', async () => {
  await build(5)
  const publishing = publish.call({})
  await new Promise(resolve => setTimeout(resolve, 1200))
  assert.equal(await published(), '4')
  await passChecks(store, warehouse)
  assert.equal((await publishing).status, 200)
  assert.equal(await published(), '5')
})

test('a build that nobody checks is a 503 that says what to run', async context => {
  await build(6)
  const now = performance.now.bind(performance)
  let laterMs = 0
  context.mock.method(performance, 'now', () => now() + laterMs)
  // Long after it has its lease, whose answer must not lie on both sides of the jump.
  setTimeout(() => {
    laterMs = 180_000
  }, 1500)
  const { status, body } = await publish.call({})
  assert.equal(status, 503)
  assert.match(JSON.stringify(body), /run check-quality/)
})
