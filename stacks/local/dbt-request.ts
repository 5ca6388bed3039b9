import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { findPython } from '../../shared/python/index.ts'
import { lakeAccess, openWarehouse } from '../../shared/warehouse/index.ts'
import { ROOT } from '../project.ts'

const THREADS = 2

/**
 * What runs dbt by hand (dbt/run_dbt.py), on the sources as the last build has pinned them, in a place of its own.
 * @throws ConfigError before the first build
 */
export async function dbtByHand(
  settings: Settings,
): Promise<{ python: string; script: string; request: string; stateFolder: string; builtFile: string }> {
  const { python, stateFolder, byHand } = openWarehouse(settings)
  const builtFile = join(stateFolder, 'systems.json')
  if (!existsSync(builtFile))
    throw new ConfigError('the warehouse has not been built yet: dbt reads what a build has pinned')
  const request = {
    stateDir: stateFolder,
    systems: JSON.parse(readFileSync(builtFile, 'utf8')) as unknown,
    reportingCurrency: settings.REPORTING_CURRENCY ?? '',
    target: byHand,
    threads: THREADS,
    s3: await lakeAccess(settings),
  }
  return {
    python: findPython(python, ROOT),
    script: join(ROOT, 'dbt', 'run_dbt.py'),
    request: `${JSON.stringify(request)}\n`,
    stateFolder,
    builtFile,
  }
}
