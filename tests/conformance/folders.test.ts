import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTriggers } from '../../shared/config/index.ts'
import { listFunctions, loadFunction } from '../../stacks/project.ts'
import { ROOT } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'

const functions = listFunctions(ROOT)

test('there are functions and triggers to hold to the contract', () => {
  assert.ok(functions.length >= 9)
  assert.ok(readTriggers(join(ROOT, 'triggers')).length >= 9)
})

for (const folder of functions)
  test(`${folder.name} has a handler of its name, a test beside it and a trigger file`, async () => {
    for (const file of ['handler.ts', 'handler.test.ts'])
      assert.ok(existsSync(join(folder.path, file)), `${folder.path}/${file}`)
    assert.equal((await loadFunction(folder)).name, folder.name)
    assert.ok(existsSync(join(ROOT, 'triggers', `${folder.name}.yml`)))
  })

test('a function with a job.py names the groups of the Python lock that it runs with, and no other does', async () => {
  const groups = readFileSync(join(ROOT, 'pyproject.toml'), 'utf8').match(/^[a-z]+(?= = \[)/gm)
  const installed = installedBy('setup')
  for (const folder of functions) {
    const { python = [] } = await loadFunction(folder)
    assert.equal(python.length > 0, existsSync(join(folder.path, 'job.py')), folder.name)
    for (const group of python) assert.ok(groups?.includes(group), `${folder.name}: ${group}`)
    for (const group of python.slice(0, 1)) assert.ok(installed.includes(group), `make setup: ${group}`)
  }
})

test('the demo installs what it shows, a warehouse on Trino its own packages', () => {
  assert.deepEqual(installedBy('setup-demo'), ['store', 'warehouse', 'quality', 'models'])
  assert.ok(installedBy('setup', { WAREHOUSE_URL: 'trino://host/lake' }).includes('trino'))
})

/** The groups of the Python lock that a target of make installs in a fresh checkout. */
function installedBy(target: string, env: Record<string, string> = {}): string[] {
  const steps = execFileSync('make', ['--always-make', '--dry-run', target], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, WAREHOUSE_URL: '', ...env },
  })
  return [...steps.matchAll(/--only-group (\S+)/g)].map(([, group = '']) => group)
}

test('no two functions have one name', () => {
  assert.equal(new Set(functions.map(({ name }) => name)).size, functions.length)
})

test('every trigger file parses and names a function; what it feeds with events takes events', async () => {
  for (const trigger of readTriggers(join(ROOT, 'triggers'))) {
    const folder = functions.find(({ name }) => name === trigger.function)
    assert.ok(folder, `triggers/${trigger.function}.yml calls no function`)
    const { kind } = await loadFunction(folder)
    assert.equal(kind === 'events', trigger.topics !== undefined, trigger.function)
  }
})

test('every file in triggers/ is a trigger file', () => {
  for (const name of readdirSync(join(ROOT, 'triggers'))) assert.match(name, /^[a-z-]+\.yml$/)
})

test('npm run new makes a function whose test passes', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cordage-new-'))
  try {
    for (const name of ['shared', 'tests', 'node_modules']) symlinkSync(join(ROOT, name), join(root, name))
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
    const made = await runProgram(['stacks/new/main.ts', 'operate/greet-people', '--root', root])
    assert.equal(made.code, 0, made.stderr)
    assert.ok(existsSync(join(root, 'triggers', 'greet-people.yml')))
    const tested = await runProgram([
      '--test',
      join(root, 'functions', 'operate', 'greet-people', 'handler.test.ts'),
    ])
    assert.equal(tested.code, 0, tested.stdout)
    assert.match(tested.stdout, /pass 2/)
    const again = await runProgram(['stacks/new/main.ts', 'operate/greet-people', '--root', root])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /is there already/)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
