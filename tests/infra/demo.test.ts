import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SecretUrl } from '../../shared/config/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { compareLake } from '../support/equality.ts'
import { deltaEnv } from './data-centre.ts'
import { onEachStore } from './stores.ts'

onEachStore(store => {
  test('the whole stack on a bucket answers, and loses and doubles nothing while the storage is killed and started again', {
    timeout: 400_000,
  }, async t => {
    const { server, home, start } = store
    const { endpoint, accessKeyId, secretAccessKey } = server
    const demo = await startDemo({
      home: join(home, 'demo'),
      env: { OBJECTS_URL: await server.bucket('demo'), DEMO_DAYS: '30', DEMO_SHOP: 'still' },
    })
    t.after(() => demo.stop())
    assert.equal(demo.lake, 's3://demo/lake')
    const source = new pg.Client({ connectionString: demo.source })
    await source.connect()
    await waitFor('the marts', async () => demo.printed().includes('the page is at'), 240_000)
    assert.match(demo.printed(), /week_start .* sale_count/)

    for (let round = 0; round < 2; round++) {
      const update = `update dbo."Product" set "ListPrice" = "ListPrice" + 1 where "ProductID" % 10 = $1`
      for (let i = 0; i < 10; i++) {
        await source.query(update, [i])
        if (i === 3) await store.server.kill()
        await sleep(200)
      }
      const port = Number(new URL(endpoint).port)
      store.server = await start({ home: join(home, 'server'), port, accessKeyId, secretAccessKey })
    }
    await source.end()
    await waitUntilCaughtUp(demo)
    const own = openStore(new SecretUrl(demo.store))
    const { differences, tables } = await compareLake({
      source: new SecretUrl(demo.source),
      store: own,
      home: demo.home,
      lake: demo.lake,
      env: deltaEnv(server),
      withLedger: false,
    })
    await own.close()
    assert.deepEqual(differences, [])
    assert.ok((tables.Product?.changes ?? 0) >= 2 * 293)
    assert.ok(!demo.printed().includes(secretAccessKey))
  })
})
