import type { Query } from '../../store/index.ts'
import { OWN_CHANNEL, type OwnTable, PROMPT_TABLES } from './tables.ts'

/**
 * A row of Cordage's own system, by column, as text: true is `t`, an instant is ISO 8601 in UTC. Of rows of one table with one
 * key the first is recorded, for at least a day.
 */
export type OwnRow = { key?: string; row: Record<string, string | null> }

/**
 * Records rows of Cordage's own system: the connector puts them on the bus, admitted as any other system's. Whoever records
 * waits for the others, so that numbers become visible in order: few rows at a time, and no work beside it in a transaction.
 */
export async function recordRows(query: Query, table: OwnTable, rows: OwnRow[]): Promise<void> {
  await query(
    `with fresh as (
       select given.key, given.row, row_number() over (order by given.nth) as nth
       from unnest($2::text[], $3::jsonb[]) with ordinality as given (key, row, nth)
       where not exists (select 1 from ingest.own_change c where c.table_name = $1 and c.key = given.key)
     ),
     counter as (
       update ingest.own_counter set number = number + (select count(*) from fresh) returning number
     )
     insert into ingest.own_change (number, table_name, key, row)
     select counter.number - (select count(*) from fresh) + fresh.nth, $1, fresh.key, fresh.row from fresh, counter
     on conflict (table_name, key) do nothing`,
    [table, rows.map(({ key }) => key ?? null), rows.map(({ row }) => JSON.stringify(row))],
  )
  if (PROMPT_TABLES.includes(table)) await query('select pg_notify($1, $2)', [OWN_CHANNEL, table])
}

/** For how long a repeat is recognised. */
const KEPT_KEYS = '1 day'

/** Drops keys that nobody repeats any more, and texts of searches whose days are over. */
export async function dropOldOwnRows(query: Query): Promise<void> {
  await query(
    `delete from ingest.own_change where row is null and recorded_at < now() - interval '${KEPT_KEYS}'`,
  )
  await query('delete from search.query_text where expires_at < now()')
}
