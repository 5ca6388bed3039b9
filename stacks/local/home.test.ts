import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { ROOT, startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'

let postgres: TestPostgres
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordage-home-'))
  postgres = await startTestPostgres()
  const store = await postgres.createStore('other')
  await store.query(
    `insert into ingest.capture (system, state, epoch, slot) values ('adventureworks', 'streaming', 1, '')`,
  )
})
after(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true })
})

async function run(args: string[], env: Record<string, string>) {
  const { CORDAGE_HOME: _, STORE_URL: __, ...own } = process.env
  const child = spawn(process.execPath, [join(ROOT, args[0] ?? ''), ...args.slice(1)], {
    cwd: folder,
    env: { ...own, SOURCES: join(ROOT, 'sources'), ...env },
  })
  child.stdin.end()
  const [says] = await Promise.all([text(child.stderr), text(child.stdout)])
  return { code: child.exitCode ?? (await new Promise(resolve => child.once('exit', resolve))), says }
}

const TOOLS = [
  ['stacks/local/read-again.ts', 'adventureworks'],
  ['stacks/local/sql.ts', '--on', 'store', 'select 1'],
  ['stacks/rebuild/main.ts', 'index'],
]

test('a tool says which home it looks into and how that was found, and that nothing runs there', async () => {
  for (const tool of TOOLS) {
    const unset = await run(tool, {})
    assert.equal(unset.code, 78, unset.says)
    const found = `${join(folder, '.cordage')} (the default, for CORDAGE_HOME is not set)`
    assert.ok(
      unset.says.startsWith(`home: ${found}\nnothing runs on ${found}: start it there, or set`),
      unset.says,
    )
    const set = await run(tool, { CORDAGE_HOME: join(folder, 'shop') })
    assert.ok(
      set.says.startsWith(`home: ${join(folder, 'shop')} (set by CORDAGE_HOME)\nnothing runs on`),
      set.says,
    )
    assert.equal(set.says.trimEnd().split('\n').length, 2)
  }
  const { says } = await run(['stacks/doctor/check-source.ts', 'nothing'], {})
  assert.match(says, /^home: .*\(the default, for CORDAGE_HOME is not set\)\nthere is no /)
})

test('a tool refuses a store that has no such system, and says which it has', async () => {
  const STORE_URL = postgres.url('other').reveal()
  const { code, says } = await run(['stacks/local/read-again.ts', 'shop'], { STORE_URL })
  assert.equal(code, 78)
  assert.match(says, /\nshop was never captured on the store .*, which has adventureworks: set STORE_URL to/)
  assert.equal((await run(['stacks/local/read-again.ts', 'adventureworks'], { STORE_URL })).code, 0)
})
