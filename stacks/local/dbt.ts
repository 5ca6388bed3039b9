import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { dbtByHand } from './dbt-request.ts'
import { sayHome } from './home.ts'

/**
 * `npm run dbt -- source freshness`, or any other command of dbt: on the sources as the last build has pinned them. What it
 * builds goes to a place of its own.
 */
try {
  const settings = readSettings()
  sayHome(settings)
  const { python, script, request } = await dbtByHand(settings)
  const dbt = spawn(python, [script, ...process.argv.slice(2)], { stdio: ['pipe', 'inherit', 'inherit'] })
  dbt.stdin.end(request)
  const [code] = (await once(dbt, 'exit')) as [number | null]
  process.exitCode = code ?? 1
} catch (error) {
  exitWith(error)
}
