import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { findUp, type Warehouse } from '../../../shared/warehouse/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import buildWarehouse from './handler.ts'

// What it builds is in tests/integration/build-warehouse.test.ts.
const warehouse = {} as Warehouse

test('bad input is refused with its field', async () => {
  const build = await startFunction(buildWarehouse, {
    resources: { store: {} as Store, warehouse, sources: [] },
  })
  const { status, body } = await build.call({ threads: 0, other: 1 })
  assert.equal(status, 400)
  assert.deepEqual(
    (body.errors as { field: string }[]).map(error => error.field),
    ['threads', 'other'],
  )
})

test('a store that does not answer is a 503, and nothing is built', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const build = await startFunction(buildWarehouse, {
    resources: { store: { query } as unknown as Store, warehouse, sources: [] },
  })
  assert.equal((await build.attempt({})).status, 503)
})

test('a job whose caller is gone ends itself', { timeout: 20_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-build-'))
  const python = findUp('.venv/bin/python', import.meta.dirname) ?? 'python3'
  const job = spawn(python, [join(import.meta.dirname, 'job.py')], { stdio: ['pipe', 'pipe', 'ignore'] })
  const printed = text(job.stdout)
  const exit = once(job, 'exit')
  const projectDir = findUp('dbt', import.meta.dirname)
  const request = {
    projectDir,
    stateDir: folder,
    lakeDir: folder,
    target: { engine: 'duckdb', file: join(folder, 'next.duckdb') },
    threads: 1,
    systems: {},
    covered: null,
  }
  job.stdin.end(`${JSON.stringify(request)}\n`)
  assert.deepEqual(await exit, [1, null])
  assert.doesNotMatch(await printed, /"result"|"error"/)
  rmSync(folder, { recursive: true, force: true })
})
