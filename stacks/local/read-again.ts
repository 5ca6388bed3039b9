import { forgetTables } from '../../shared/capture/index.ts'
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
  await store.transaction(async ({ query }) => {
    // The lease first: it waits for a write of the streaming capture to end, and no other can begin after it.
    await query('update ops.lease set fencing = fencing + 1, expires_at = now() where name = $1', [
      `capture/${system}`,
    ])
    await forgetTables(query, system)
  })
  await store.close()
  process.stdout.write(`${system} is read again under a new epoch as soon as its capture notices\n`)
} catch (error) {
  exitWith(error)
}
