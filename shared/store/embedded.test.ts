import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../tests/support/postgres.ts'
import { findEmbeddedStore, findPostgres, isAlive, startPostgres } from './embedded.ts'
import { connectPostgres } from './index.ts'

test('what a crash has left stops no start: an initdb that was cut short, a pid file whose number is another program now', async context => {
  const home = mkdtempSync(join(tmpdir(), 'cordage-embedded-'))
  context.after(() => rmSync(home, { recursive: true }))
  const pidFile = join(home, 'postgres', 'postmaster.pid')
  const start = () => startPostgres({ home, binaries: findPostgres(ROOT), settings: { fsync: 'off' } })
  mkdirSync(join(home, 'postgres.new'))
  writeFileSync(join(home, 'postgres.new', 'PG_VERSION'), '18\n')

  const first = await start()
  assert.equal(existsSync(join(home, 'postgres.new')), false)
  assert.equal(first.pid, Number(readFileSync(pidFile, 'utf8').split('\n')[0]))
  assert.equal(await first.ensureDatabase('cordage'), true)
  assert.equal(await first.ensureDatabase('cordage'), false)
  await (await connectPostgres(findEmbeddedStore(home))).end()
  await first.stop()

  const dead = spawnSync(process.execPath, ['--version']).pid
  assert.deepEqual([dead, process.pid].map(isAlive), [false, true])
  for (const pid of [dead, process.pid]) {
    writeFileSync(pidFile, `${pid}\n`)
    const again = await start()
    assert.equal(await again.ensureDatabase('cordage'), false)
    await again.stop()
  }
})

test('a start waits for a predecessor that is still stopping', async context => {
  const home = mkdtempSync(join(tmpdir(), 'cordage-embedded-'))
  context.after(() => rmSync(home, { recursive: true }))
  const start = () => startPostgres({ home, binaries: findPostgres(ROOT), settings: { fsync: 'off' } })
  const first = await start()
  const [second] = await Promise.all([start(), first.stop()])
  assert.notEqual(second.pid, first.pid)
  await second.stop()
})
