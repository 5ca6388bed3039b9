import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import checkQuality from '../../functions/model/check-quality/handler.ts'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from './function.ts'
import { ROOT } from './postgres.ts'

/** A program for tests that kill it: builds the lake under CORDAGE_HOME, checks the build and publishes it in STORE_URL. */
const { CORDAGE_HOME: home = '', STORE_URL: url = '' } = process.env
const store = openStore(new SecretUrl(url))
const resources = {
  store,
  objects: openObjects(pathToFileURL(join(home, 'objects')).href),
  warehouse: openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined }),
  sources: readSources(join(ROOT, 'sources')),
}
for (const definition of [buildWarehouse, checkQuality, publishMarts]) {
  const step = await startFunction(definition, { resources, settings: { CORDAGE_HOME: home } })
  const { status, body } = await step.attempt({})
  if (status === 200) continue
  process.stderr.write(`${definition.name}: ${status} ${body.detail}\n`)
  process.exit(1)
}
process.exit(0)
