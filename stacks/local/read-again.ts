import { readSystemAgain } from '../../shared/capture/index.ts'
import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { findStore, requireSystem, sayHome } from './home.ts'

/**
 * `npm run snapshot -- <system>`: has the system's tables read again, as after its replication slot was lost. The running
 * capture begins a new epoch; rows that the new snapshot lacks count as deleted.
 */
try {
  const system = process.argv[2]
  if (!system) throw new ConfigError('usage: npm run snapshot -- <system>')
  const settings = readSettings()
  sayHome(settings)
  const store = openStore(findStore(settings), { maxConnections: 1 })
  await requireSystem(store.query, settings, [system])
  await readSystemAgain(store, system)
  await store.close()
  process.stdout.write(`${system} is read again under a new epoch as soon as its capture notices\n`)
} catch (error) {
  exitWith(error)
}
