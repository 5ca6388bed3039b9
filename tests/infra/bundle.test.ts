import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTable } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { listFunctions } from '../../stacks/project.ts'
import { startBundle } from '../conformance/server.ts'
import { eventsOf, RACE_PATH, RACE_YML } from '../integration/lake-racer.ts'
import { ROOT } from '../support/postgres.ts'
import { onEachStore } from './stores.ts'

onEachStore(store => {
  test('a bundle that is nothing but its folder lands in a bucket, and a wrong bucket is an outage', async t => {
    const folder = listFunctions(ROOT).find(({ name }) => name === 'land-changes')
    assert.ok(folder)
    const bundle = await bundleFunction(folder, ROOT, join(store.home, 'dist'))
    const sources = join(store.home, 'sources')
    await mkdir(sources, { recursive: true })
    await writeFile(join(sources, 'race.yml'), RACE_YML)
    const url = await store.server.bucket('bundled')
    const events = eventsOf(0, 0)
    const land = async (OBJECTS_URL: string) => {
      const server = await startBundle(bundle, { CORDAGE_HOME: store.home, SOURCES: sources, OBJECTS_URL })
      t.after(() => server.kill())
      return server.post(events, 'application/cloudevents-batch+json')
    }
    assert.equal((await land(url.replace('@bundled', '@none'))).status, 503)
    const { status, body } = await land(url)
    assert.equal(status, 200, body)
    assert.equal((await openTable(openObjects(url), RACE_PATH)).snapshot.version, 0)
  })
})
