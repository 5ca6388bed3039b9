import { readdirSync, readFileSync } from 'node:fs'
import { ConfigError } from '../errors/index.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import type { Store } from './types.ts'

/** Any number that nobody else takes as an advisory lock: "cord" in ASCII. */
const MIGRATION_LOCK = 0x636f7264

/**
 * Brings the store's schema up to this version, forward only; at most one process does so at a time.
 * @throws ConfigError where a newer version has been there: what that one keeps there, this one does not know
 */
export async function migrate(
  store: Store,
  folder: URL = new URL('./migrations/', import.meta.url),
): Promise<void> {
  const files = readdirSync(folder)
    .filter(name => /^\d{4}-.*\.sql$/.test(name))
    .sort()
  await store.transaction(async ({ query }) => {
    // Another may be at it, for as long as it takes.
    await query('set local lock_timeout = 0')
    await query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await query('create schema if not exists ops')
    await query(
      'create table if not exists ops.migration (number integer primary key, name text not null, applied_at timestamptz not null default now())',
    )
    const applied = new Set(
      (await query<{ number: number }>('select number from ops.migration')).map(row => row.number),
    )
    const newest = Math.max(0, ...applied)
    const known = Number(files.at(-1)?.slice(0, 4))
    if (newest > known)
      throw new ConfigError(
        `the store's schema is at ${newest}, this version knows it up to ${known}: a newer version has run on it; start that one, or restore the store from before`,
      )
    for (const name of files) {
      const number = Number(name.slice(0, 4))
      if (applied.has(number)) continue
      await query(readFileSync(new URL(name, folder), 'utf8'))
      await query('insert into ops.migration (number, name) values ($1, $2)', [number, name])
    }
  })
}

/**
 * A newer schema is accepted: functions of this version keep running until the newer ones replace them.
 * @throws ConfigError where the store's schema is older than this code needs
 */
export async function requireSchema(store: Store): Promise<void> {
  const [row] = await store
    .query<{ number: number | null }>('select max(number) as number from ops.migration')
    .catch(error => {
      if ((error as { code?: string }).code === '42P01') return [{ number: null }]
      throw error
    })
  const found = row?.number ?? 0
  if (found < SCHEMA_VERSION)
    throw new ConfigError(
      `the store's schema is at ${found}, this needs ${SCHEMA_VERSION}: start the connector or the local stack once, which migrates it`,
    )
}
