import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../shared/config/index.ts'
import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { findStore, sayHome } from '../local/home.ts'
import { ROOT } from '../project.ts'
import { feastEnvironment } from './environment.ts'

/** `npm run feast -- apply`, or any other command of Feast's, on the warehouse and the store of this home (docs/forecasts.md). */
const PROGRAM = join(ROOT, '.venvs/feast/bin/feast')

try {
  const command = process.argv.slice(2)
  if (command.length === 0)
    throw new ConfigError(
      'usage: npm run feast -- apply, or -- materialize-incremental 2026-01-31T00:00:00, or another command of Feast',
    )
  if (!existsSync(PROGRAM)) throw new ConfigError('Feast is not installed: make feast')
  const settings = readSettings()
  sayHome(settings)
  const repository = join(ROOT, 'feast')
  const { status } = spawnSync(PROGRAM, ['--chdir', repository, ...command], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PYTHONPATH: repository,
      DO_NOT_TRACK: '1',
      ...feastEnvironment(settings, findStore(settings)),
    },
  })
  process.exitCode = status ?? 1
} catch (error) {
  console.error(describeError(error))
  process.exitCode = error instanceof ConfigError ? 78 : 1
}
