import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { SecretUrl } from '../../shared/config/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { type Demo, startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { compareIndex, compareLake } from '../support/equality.ts'
import { listFamily, listProcesses, type ProcessInfo } from '../support/processes.ts'
import { runProgram } from '../support/run.ts'

/** One home, stopped and killed and started again; each test goes on where the one before has ended. */
const home = mkdtempSync(join(tmpdir(), 'cordage-restart-'))
const ENV = { DEMO_SHOP: 'still', DEMO_DAYS: '30' }
let demo: Demo
after(async () => {
  await demo.stop()
  rmSync(home, { recursive: true, force: true })
})

async function atSource(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: demo.source })
  await client.connect()
  await client.query(sql)
  await client.end()
}

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(socket.destroy() !== undefined))
    socket.once('error', () => resolve(false))
  })
}

/** The processes of a family that are still there, by number and command. */
function leftOf(family: ProcessInfo[]): ProcessInfo[] {
  const now = listProcesses()
  return family.filter(({ pid, command }) => now.some(one => one.pid === pid && one.command === command))
}

async function assertGone(family: ProcessInfo[], { gateway, store }: Demo): Promise<void> {
  assert.ok(
    family.some(({ command }) => command.includes('postgres')),
    'the family is known',
  )
  await waitFor('every process to end', async () => leftOf(family).length === 0, 15_000)
  for (const url of [gateway, store]) assert.equal(await isListening(url), false, url)
  assert.equal(existsSync(join(home, 'postgres', 'postmaster.pid')), false)
}

/** The demo changes a price itself, at a moment of its own: what still differs after a while is lost, not late. */
async function assertNothingLost(): Promise<void> {
  const source = new SecretUrl(demo.source)
  const store = openStore(new SecretUrl(demo.store))
  let differences: string[] = []
  try {
    await waitFor('lake and index to equal the source', async () => {
      await waitUntilCaughtUp(demo)
      const lake = await compareLake({ source, store, home, lake: demo.lake, withLedger: false })
      differences = [...lake.differences, ...(await compareIndex(source, store))]
      return differences.length === 0
    }).catch(() => assert.deepEqual(differences, []))
  } finally {
    await store.close()
  }
}

test('a second start on the same home is refused in one line, with exit 78', {
  timeout: 300_000,
}, async () => {
  demo = await startDemo({ home, env: ENV })
  await waitUntilCaughtUp(demo)
  const { code, stderr } = await runProgram(['stacks/demo/main.ts'], { CORDAGE_HOME: home, PORT: '0' })
  assert.equal(code, 78)
  assert.equal(stderr.trim().split('\n').length, 1)
  assert.match(stderr, new RegExp(`process ${demo.process.pid} already runs on ${home}`))
})

test('while a table of the lake cannot be written its landing waits, says so, and loses nothing', {
  timeout: 300_000,
}, async () => {
  const folder = join(demo.lake, 'cdc_adventureworks', 'Product')
  type Status = { tables: { topic: string; consumer: string; problem: string | null }[] }
  const problem = async () => {
    const { tables } = await demo.call<Status>('show-status')
    return tables.find(table => table.topic.endsWith('.Product') && table.consumer === 'land-changes')
      ?.problem
  }
  renameSync(folder, `${folder}.away`)
  writeFileSync(folder, 'in its place')
  await atSource(
    `update dbo."Product" set "ListPrice" = 12.34 where "ProductID" = (select min("ProductID") from dbo."Product")`,
  )
  await waitFor('the problem to be shown', problem, 30_000)
  rmSync(folder)
  renameSync(`${folder}.away`, folder)
  await waitFor('the problem to be gone', async () => (await problem()) === null, 30_000)
  await assertNothingLost()
})

test('stopped by Ctrl-C it exits 0 and leaves no process, lock or port', { timeout: 60_000 }, async () => {
  const family = listFamily(demo.process.pid ?? 0)
  assert.equal(await demo.stop(), 0, demo.printed().slice(-2000))
  await assertGone(family, demo)
  assert.deepEqual(readdirSync(join(home, 'run')), [])
})

test('killed, it takes its Postgres along; started again it has lost no change', {
  timeout: 180_000,
}, async () => {
  demo = await startDemo({ home, env: ENV })
  await waitUntilCaughtUp(demo)
  const family = listFamily(demo.process.pid ?? 0)
  for (let i = 0; i < 20; i++)
    await atSource(
      `update dbo."Product" set "ListPrice" = 1000 + ${i}, "Name" = "Name" || '.' where "ProductID" % 20 = ${i}`,
    )
  demo.process.kill('SIGKILL')
  await assertGone(family, demo)

  demo = await startDemo({ home, env: ENV })
  const { results } = await waitFor('the last change to be searchable', async () => {
    const found = await demo.call<{ results: { listPrice: number }[] }>('search-products', {
      filters: { priceMin: 1019, priceMax: 1019 },
    })
    return found.results.length > 0 && found
  })
  assert.equal(results[0]?.listPrice, 1019)
  await assertNothingLost()
})
