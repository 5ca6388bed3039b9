import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { onEachStore } from './stores.ts'

const run = promisify(execFile)
const AT_ONCE = 16

let home: string
let postgres: TestPostgres
let store: Store
let files: ObjectStore
let fromFiles: Awaited<ReturnType<typeof buildFrom>>

/** Builds the warehouse from the lake in these objects. @returns what the build says, and of each table rows and contents */
async function buildFrom(url: string, folder: string) {
  const settings = { CORDAGE_HOME: join(home, folder), OBJECTS_URL: new SecretUrl(url) }
  const warehouse = openWarehouse({ ...settings, WAREHOUSE_URL: undefined })
  const logged: string[] = []
  const build = await startFunction(buildWarehouse, {
    resources: { store, objects: openObjects(url), warehouse, sources: readSources(join(ROOT, 'sources')) },
    settings,
    onLog: line => logged.push(line),
  })
  const { status, body } = await build.attempt({})
  assert.equal(status, 200, logged.join('') || JSON.stringify(body))
  const { tookMs: _, slowest: __, ...said } = body
  const tables = await warehouse.read(async ({ query, marts }) => {
    const contents: Record<string, unknown[] | undefined> = {}
    for (const { name } of marts) {
      const sql = `select count(*), sum(hash(t)::hugeint) from ${name} t`
      contents[name] = (await query(sql)).rows[0]
    }
    return contents
  })
  return { said, tables }
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'cordage-warehouse-'))
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  const url = pathToFileURL(join(home, 'objects')).href
  files = openObjects(url)
  const lake = join(home, 'objects', 'lake')
  await run(join(ROOT, '.venvs/test/bin/python'), [join(ROOT, 'tests/support/raw_lake.py'), lake])
  fromFiles = await buildFrom(url, 'files')
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

onEachStore(under => {
  test('the warehouse built from a bucket is the one built from files, row by row, and its secret is written nowhere', async () => {
    const url = (await under.server.bucket('warehouse')).replace('?', '/company/one?')
    const bucket = openObjects(url)
    const keys = (await Array.fromAsync(files.list(''))).map(({ key }) => key)
    for (let at = 0; at < keys.length; at += AT_ONCE)
      await Promise.all(keys.slice(at, at + AT_ONCE).map(async key => bucket.put(key, await files.get(key))))
    const built = await buildFrom(url, under.name)
    assert.deepEqual(built.said, fromFiles.said)
    assert.deepEqual(built.tables, fromFiles.tables)
    assert.equal(fromFiles.tables.fct_sale?.[0], '56046')
    const state = join(home, under.name)
    for (const entry of await readdir(state, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const written = await readFile(join(entry.parentPath, entry.name))
        assert.ok(!written.includes(under.server.secretAccessKey), `${entry.name} holds the secret`)
      }
  })
})
