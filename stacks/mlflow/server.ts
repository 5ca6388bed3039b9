import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../shared/errors/index.ts'
import { type Server, startServer } from '../infra/server.ts'
import { ROOT } from '../project.ts'

const PROGRAM = join(ROOT, '.venvs/mlflow/bin/mlflow')
/** It tells nobody of its use, and runs no jobs of its own, which would take two more processes. */
const ENVIRONMENT = {
  MLFLOW_DISABLE_TELEMETRY: 'true',
  DO_NOT_TRACK: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
}

/**
 * An MLflow server on loopback, whose runs are in SQLite and whose files are beside it.
 * @param home folder of its own
 * @throws ConfigError where MLflow is not installed, or does not start
 */
export async function startMlflow({
  home,
  port,
}: {
  home: string
  port: number
}): Promise<Server & { url: string }> {
  if (!existsSync(PROGRAM)) throw new ConfigError('MLflow is not installed: make mlflow')
  const url = `http://127.0.0.1:${port}`
  const server = await startServer({
    name: 'mlflow',
    command: PROGRAM,
    args: [
      ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(home, 'mlflow.db')}`],
      ...['--artifacts-destination', pathToFileURL(join(home, 'files')).href],
    ],
    env: ENVIRONMENT,
    home,
    isReady: async () => {
      if (!(await fetch(`${url}/health`)).ok) throw new Error('not yet')
    },
    readyWithinMs: 120_000,
  })
  return { ...server, url }
}
