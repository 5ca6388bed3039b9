import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { startLocalStack } from './stack.ts'

/** `npm start`: everything in one process, with your own settings, until SIGINT or SIGTERM. */
try {
  const settings = readSettings()
  const stack = await startLocalStack({ settings, log: makeLogger({ level: settings.LOG_LEVEL }) })
  process.stdout.write(`Cordage is at ${stack.gateway}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stack.stop().then(() => process.exit(0), exitWith)
    })
} catch (error) {
  exitWith(error)
}
