import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { writeProjectState } from '../../functions/model/build-warehouse/project-state.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { makeSystemVars, openWarehouse } from '../../shared/warehouse/index.ts'
import { ROOT } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'

const HOUR_MS = 3_600_000

const home = mkdtempSync(join(tmpdir(), 'cordage-freshness-'))
after(() => rm(home, { recursive: true, force: true }))

/** Leaves what a build leaves that found these tables landed up to so many hours ago, null where that is not known. */
async function leaveBuild(hours: Record<string, number | null>): Promise<void> {
  const { stateFolder } = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const declared = makeSystemVars(readSources(join(ROOT, 'sources')))
  const pinned = structuredClone(declared)
  for (const [name, table] of Object.entries(pinned.adventureworks?.tables ?? {})) {
    const { [name]: ago = 0 } = hours
    if (ago !== null) table.covered_at = new Date(Date.now() - ago * HOUR_MS).toISOString()
  }
  await writeProjectState(stateFolder, { declared, pinned })
}

const askFreshness = () =>
  runProgram(['stacks/local/dbt.ts', 'source', 'freshness'], { CORDAGE_HOME: home }, 120_000)

test('dbt runs by hand only after a build', async () => {
  const { code, stderr } = await askFreshness()
  assert.equal(code, 78)
  assert.match(stderr, /the warehouse has not been built yet/)
})

test('dbt source freshness says of each table how long ago all of it had landed', async () => {
  await leaveBuild({ Sale: 2, Order: 48, Client: null })
  const { code, stdout, stderr } = await askFreshness()
  assert.equal(code, 1, stdout + stderr)
  const said = Object.fromEntries(
    [...stdout.matchAll(/ (PASS|WARN|ERROR STALE) freshness of adventureworks\.(\w+)/g)].map(found => [
      found[2],
      found[1],
    ]),
  )
  assert.deepEqual([said.Sale, said.Order, said.Client], ['WARN', 'ERROR STALE', 'ERROR STALE'])
  const { tables = {} } = makeSystemVars(readSources(join(ROOT, 'sources'))).adventureworks ?? {}
  assert.equal(Object.values(said).filter(word => word === 'PASS').length, Object.keys(tables).length - 3)
  assert.doesNotMatch(stdout, /deprecat|WARNING/i)
})

test('where everything has landed just now it passes', async () => {
  await leaveBuild({})
  const { code, stdout, stderr } = await askFreshness()
  assert.equal(code, 0, stdout + stderr)
  const manifest = join(home, 'warehouse', 'dbt', 'by-hand', 'manifest.json')
  assert.ok('source.cordage.adventureworks.Sale' in JSON.parse(readFileSync(manifest, 'utf8')).sources)
})
