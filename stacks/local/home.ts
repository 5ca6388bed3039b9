import { describeHome, type SecretUrl, type Settings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { findEmbeddedStore } from '../../shared/store/embedded.ts'
import type { Query } from '../../shared/store/index.ts'
import { findRunning } from './run-lock.ts'

/** Tools print which folder they work on, but not to standard output, where their answer goes. */
export function sayHome(settings: Settings): void {
  process.stderr.write(`home: ${describeHome(settings)}\n`)
}

/**
 * The store that a tool works on: that of STORE_URL, or of the stack that runs on the home.
 * @throws ConfigError where nothing runs there
 */
export function findStore(settings: Settings): SecretUrl {
  if (settings.STORE_URL) return settings.STORE_URL
  if (findRunning(settings.CORDAGE_HOME) === undefined)
    throw new ConfigError(
      `nothing runs on ${describeHome(settings)}: start it there, or set CORDAGE_HOME to the folder of the one that runs`,
    )
  return findEmbeddedStore(settings.CORDAGE_HOME)
}

/** @throws ConfigError where a store has none of these systems: it is another installation's */
export async function requireSystem(query: Query, settings: Settings, wanted: string[]): Promise<void> {
  const rows = await query<{ system: string }>('select system from ingest.capture order by 1')
  const known = rows.map(row => row.system)
  if (wanted.some(system => known.includes(system))) return
  const [place, setting] = settings.STORE_URL
    ? [`the store ${settings.STORE_URL}`, 'STORE_URL']
    : [describeHome(settings), 'CORDAGE_HOME']
  throw new ConfigError(
    `${wanted.join(', ')} was never captured on ${place}, which has ${known.join(', ') || 'no system'}: set ${setting} to that of the installation that has it`,
  )
}
