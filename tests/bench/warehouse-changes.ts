import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { duckdbFolder } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { at, makeRawLake } from '../support/warehouse.ts'
import { report } from './report.ts'

/** The demo's warehouse from nothing, and again after 10,000 changes of its sales. */
const CHANGES = 10_000

const home = mkdtempSync(join(tmpdir(), 'cordage-changes-'))
const postgres = await startTestPostgres()
try {
  const lake = makeRawLake(home)
  await lake.writeDemo()
  const build = await startFunction(buildWarehouse, {
    resources: {
      store: await postgres.createStore(),
      objects: openObjects(pathToFileURL(join(home, 'objects')).href),
      warehouse: openDuckdbWarehouse(duckdbFolder({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })),
      sources: readSources(join(ROOT, 'sources')),
    },
    settings: { CORDAGE_HOME: home },
  })
  const timeBuild = async () => {
    const { status, body } = await build.attempt({})
    assert.equal(status, 200, JSON.stringify(body))
    return (body.tookMs as number) / 1000
  }
  report('warehouse_demo_build', await timeBuild(), 's', { atMost: 45 })
  await lake.land(
    Array.from({ length: CHANGES }, (_, i) => ({
      table: 'Sale',
      op: 'c',
      position: at(0x2000 + i),
      changedAt: '2017-07-01T07:00:00Z',
      row: {
        SaleID: 1_000_000 + i,
        OrderID: 45_079,
        LineNumber: 100 + i,
        SaleDate: '2017-06-30',
        ProductID: 480,
        ClientID: 11_000 + (i % 1000),
        TerritoryID: 1,
        Quantity: 1,
        Amount: 1,
      },
    })),
  )
  report('warehouse_demo_after_changes', await timeBuild(), 's', { atMost: 15 })
} finally {
  await postgres.stop()
  await rm(home, { recursive: true, force: true })
}
