import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { startProgram, waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'

let postgres: TestPostgres
const home = mkdtempSync(join(tmpdir(), 'cordage-probes-'))
before(async () => {
  postgres = await startTestPostgres()
})
let isStopped = false
async function stopPostgres(): Promise<void> {
  if (!isStopped) await postgres.stop()
  isStopped = true
}
after(async () => {
  await stopPostgres()
  await rm(home, { recursive: true, force: true })
})

test('a connector of its own tells that it lives, what its loops are at, and what it counts', {
  timeout: 60_000,
}, async t => {
  await postgres.createStore('store')
  const source = await postgres.createDatabase('shop')
  const own = postgres.openStore(source)
  await own.query('create table item (id int primary key, name text)')
  writeFileSync(
    join(home, 'shop.yml'),
    `connection: shop
capture: postgres
timeZone: UTC
tables:
  item:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
      name: { type: string, as: name }
`,
  )
  const connector = startProgram('stacks/connector/main.ts', {
    STORE_URL: postgres.url('store').reveal(),
    OBJECTS_URL: pathToFileURL(home).href,
    CORDAGE_HOME: home,
    SOURCES: home,
    SHOP_URL: source.reveal(),
    CONNECTOR_DUTIES: 'capture',
    CONNECTOR_PORT: '0',
  })
  t.after(connector.stop)
  const port = await waitFor('the port', async () => /"port":(\d+)/.exec(connector.printed())?.[1])
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    return { status: response.status, text: await response.text() }
  }
  assert.deepEqual(await ask('/_/health'), { status: 200, text: '{"status":"ok"}' })
  const loopOf = async () =>
    (
      JSON.parse((await ask('/_/ready')).text).loops as { loop: string; state: string; problem?: string }[]
    ).find(({ loop }) => loop === 'capture/shop')
  await waitFor('the capture to run', async () => (await loopOf())?.state === 'running')
  assert.deepEqual({ ...(await loopOf()), since: '' }, { loop: 'capture/shop', state: 'running', since: '' })
  const { text } = await ask('/metrics')
  assert.match(text, /^cordage_connector_loop_running\{loop="capture\/shop"\} 1$/m)
  assert.match(text, /^process_resident_memory_bytes \d/m)
  assert.equal((await ask('/')).status, 404)
  assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status, 405)

  // The source refuses: the loop says why, and the connector is as ready as before.
  await own.query('drop table item')
  await waitFor('the reason', async () => /item/.test((await loopOf())?.problem ?? ''))
  assert.equal((await ask('/_/ready')).status, 200)

  await stopPostgres()
  const { status, text: said } = await ask('/_/ready')
  assert.deepEqual([status, JSON.parse(said).status], [503, 'waiting'])
  assert.equal((await ask('/_/health')).status, 200)
})
