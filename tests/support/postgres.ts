import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReplicationStream } from '../../shared/capture/postgres/replication.ts'
import type { SecretUrl } from '../../shared/config/index.ts'
import { findPostgres, startPostgres } from '../../shared/store/embedded.ts'
import { migrate, openStore, type Store } from '../../shared/store/index.ts'
import { ROOT } from '../../stacks/project.ts'

export { ROOT }

export type TestPostgres = {
  /** Folder of this server and of whatever else the test keeps. */
  home: string
  /** Process id of the postmaster. */
  pid: number
  url(database: string): SecretUrl
  /** A new, empty database. */
  createDatabase(name: string): Promise<SecretUrl>
  /** A pool on any database of this server. Closed with it. */
  openStore(url: SecretUrl): Store
  /** A store in a database of its own, migrated. Closed with the server. */
  createStore(name?: string): Promise<Store>
  /** Holds a replication slot, as an abandoned connection does. */
  holdSlot(database: string, slot: string): Promise<{ release(): Promise<void> }>
  stop(): Promise<void>
}

/** A real Postgres of the test file's own, from the wheel's programs or others, without waiting for the disk. */
export async function startTestPostgres(
  settings: Record<string, string | undefined> = {},
  binaries = findPostgres(ROOT),
): Promise<TestPostgres> {
  const home = mkdtempSync(join(tmpdir(), 'cordage-test-'))
  const postgres = await startPostgres({
    home,
    binaries,
    settings: { fsync: 'off', ...settings },
  })
  const stores: Store[] = []
  const createDatabase = async (name: string) => {
    await postgres.ensureDatabase(name)
    return postgres.url(name)
  }
  const open = (url: SecretUrl) => {
    const store = openStore(url, { applicationName: 'cordage-test' })
    stores.push(store)
    return store
  }
  return {
    home,
    pid: postgres.pid,
    url: postgres.url,
    createDatabase,
    openStore: open,
    async createStore(name = `store_${stores.length}`) {
      const store = open(await createDatabase(name))
      await migrate(store)
      return store
    },
    async holdSlot(database, slot) {
      const { close } = await openReplicationStream({
        url: postgres.url(database),
        slot,
        publication: slot,
        startLsn: 0n,
        require: async () => {},
        onMessage() {},
        onKeepalive() {},
        signal: new AbortController().signal,
      })
      return { release: close }
    },
    async stop() {
      for (const store of stores) await store.close()
      await postgres.stop()
      if (!process.env.KEEP) rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Makes a database's settings what those elsewhere like: whoever connects afterwards has them. */
export const FOREIGN_SETTINGS = `do $$ declare setting text; begin
  foreach setting in array array['datestyle = ''German, DMY''', 'timezone = ''Asia/Kolkata''', 'intervalstyle = ''sql_standard''',
    'bytea_output = ''escape''', 'default_transaction_read_only = on', 'default_transaction_isolation = ''serializable''',
    'statement_timeout = ''500ms''', 'lock_timeout = ''50ms'''] loop
    execute format('alter database %I set %s', current_database(), setting);
  end loop; end $$`
