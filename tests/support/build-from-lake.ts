import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import type { Settings } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from './function.ts'
import { ROOT } from './postgres.ts'

/** Builds a warehouse from the lake under `home`, of the demo's sources. */
export async function buildFromLake({
  home,
  store,
  warehouse,
  settings,
}: {
  home: string
  store: Store
  warehouse: Warehouse
  settings: Partial<Settings>
}): Promise<void> {
  const logged: string[] = []
  const build = await startFunction(buildWarehouse, {
    resources: {
      store,
      objects: openObjects(pathToFileURL(join(home, 'objects')).href),
      warehouse,
      sources: readSources(join(ROOT, 'sources')),
    },
    settings,
    onLog: line => logged.push(line),
  })
  const { status } = await build.attempt({})
  assert.equal(status, 200, logged.join(''))
}
