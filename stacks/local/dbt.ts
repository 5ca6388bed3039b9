import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { findPython } from '../../shared/python/index.ts'
import { lakeAccess, openWarehouse } from '../../shared/warehouse/index.ts'
import { ROOT } from '../project.ts'
import { sayHome } from './home.ts'

/**
 * `npm run dbt -- source freshness`, or any other command of dbt: on the sources as the last build has pinned them. What it
 * builds goes to a place of its own.
 */
const THREADS = 2

try {
  const settings = readSettings()
  sayHome(settings)
  const { python, stateFolder, byHand } = openWarehouse(settings)
  const file = join(stateFolder, 'systems.json')
  if (!existsSync(file))
    throw new ConfigError('the warehouse has not been built yet: dbt reads what a build has pinned')
  const request = {
    stateDir: stateFolder,
    systems: JSON.parse(readFileSync(file, 'utf8')) as unknown,
    target: byHand,
    threads: THREADS,
    s3: await lakeAccess(settings),
  }
  const script = join(ROOT, 'dbt', 'run_dbt.py')
  const dbt = spawn(findPython(python, ROOT), [script, ...process.argv.slice(2)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  dbt.stdin.end(`${JSON.stringify(request)}\n`)
  const [code] = (await once(dbt, 'exit')) as [number | null]
  process.exitCode = code ?? 1
} catch (error) {
  exitWith(error)
}
