import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LOADER, NODE_MAJOR } from '../../stacks/bundle/loader.ts'
import { ROOT } from '../support/postgres.ts'

test('package.json, README and the bundles ask for one version of Node', () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string }
  }
  assert.equal(engines.node, `>=${NODE_MAJOR}`)
  assert.match(readFileSync(join(ROOT, 'README.md'), 'utf8'), new RegExp(`Node ${NODE_MAJOR} or newer`))
})

test('a bundle on an older Node says in one line which it needs, and on this one it runs', context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-node-'))
  context.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'index.js'), LOADER)
  writeFileSync(join(folder, 'function.js'), `console.log('runs')\n`)
  // An older one as far as the loader can see: without what it lacks, and with its version.
  writeFileSync(
    join(folder, 'older.cjs'),
    `delete require('node:module').enableCompileCache
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })\n`,
  )
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [...args, join(folder, 'index.js')], { encoding: 'utf8' })
  assert.equal(run().stdout, 'runs\n')
  const { status, stdout, stderr } = run('--require', join(folder, 'older.cjs'))
  assert.deepEqual([status, stdout], [78, ''])
  assert.equal(stderr, `Node 20.19.0 is too old for this bundle: it needs Node ${NODE_MAJOR} or newer\n`)
})
