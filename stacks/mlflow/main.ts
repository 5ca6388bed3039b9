import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { sayHome } from '../local/home.ts'
import { startMlflow } from './server.ts'

/**
 * `make mlflow`: an MLflow server on loopback until SIGINT or SIGTERM, for teams that have none (docs/forecasts.md). What it is told
 * stays in `mlflow/` under CORDAGE_HOME, and so does its port.
 */
let stop = async () => {}
try {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stop().then(() => process.exit(0), exitWith)
    })
  const settings = readSettings()
  sayHome(settings)
  const home = join(settings.CORDAGE_HOME, 'mlflow')
  mkdirSync(home, { recursive: true })
  const server = await startMlflow({ home, port: await choosePort(home) })
  stop = server.stop
  process.stdout.write(`MLflow   ${server.url}\nexport MLFLOW_URL='${server.url}'\nCtrl-C stops it\n`)
} catch (error) {
  exitWith(error)
}

/** The same at each start, so that MLFLOW_URL stays. */
async function choosePort(home: string): Promise<number> {
  const file = join(home, 'port')
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const port = await takeFreePort()
  writeFileSync(file, String(port))
  return port
}
