import pg from 'pg'
import type { Store } from '../../../shared/store/index.ts'
import { isLockTimeout, LOCK_TIMEOUT_MS } from './views.ts'

const quote = pg.escapeIdentifier

/** Of each of the last days the last publication is kept. */
const KEPT_DAYS = 3

/**
 * Keeps the schema before this one, for queries that began on it, and the last one of each of the last days, to compare
 * with (compare-builds). What somebody else has built upon stays.
 */
export async function dropOldSchemas(store: Store, current: number): Promise<string[]> {
  const schemas = await store.query<{ schema: string; tables: string[] }>(
    `select n.nspname as schema, array(select c.relname::text from pg_class c where c.relnamespace = n.oid and c.relkind = 'r') as tables
     from pg_namespace n
     where n.nspname ~ '^mart_[0-9]+$' and substr(n.nspname, 6)::int < $1
       and substr(n.nspname, 6)::int not in (
         select max(number) from ops.publication
         where published_at >= date_trunc('day', now()) - $2 * interval '1 day'
         group by date_trunc('day', published_at)
       )
     order by substr(n.nspname, 6)::int desc
     offset 1`,
    [current, KEPT_DAYS],
  )
  const dropped: string[] = []
  for (const { schema, tables } of schemas) {
    const done = await store
      .transaction(async ({ query }) => {
        await query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
        for (const table of tables) await query(`drop table ${quote(schema)}.${quote(table)}`)
        await query(`drop schema ${quote(schema)}`)
        await query('delete from ops.publication where number = $1', [schema.slice('mart_'.length)])
        return true
      })
      .catch(error => {
        // Still read, or still depended upon: the next publication tries again.
        if (isLockTimeout(error) || (error as { code?: string }).code === '2BP01') return false
        throw error
      })
    if (done) dropped.push(schema)
  }
  return dropped
}
