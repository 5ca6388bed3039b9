import type { Query } from '../store/index.ts'
import { boundText } from '../text/index.ts'

/** Tables that have a client's own rows, by client_id. */
const TABLES_OF_CLIENTS = ['propositions.recent', 'propositions.history', 'propositions.list']

/** What a change says of a client: whether it is there after it. */
export type ClientChange = { clientId: string; position: string; isGone: boolean }

/**
 * Writes down which clients are there, by the newest position of each, and deletes at once what those did who are gone. A
 * repeat or a late change alters nothing.
 */
export async function settleClients(
  query: Query,
  { system, table }: { system: string; table: string },
  changes: ClientChange[],
): Promise<void> {
  if (changes.length === 0) return
  const ids = changes.map(({ clientId }) => boundText(clientId))
  await query(
    `insert into propositions.client as c (client_id, system, source_table, position, is_gone)
     select distinct on (client_id) client_id, $1, $2, position, is_gone
     from unnest($3::text[], $4::text[], $5::boolean[]) as given (client_id, position, is_gone)
     order by client_id, position collate "C" desc
     on conflict (client_id) do update set position = excluded.position, is_gone = excluded.is_gone,
       system = coalesce(nullif(excluded.system, ''), c.system),
       source_table = coalesce(nullif(excluded.source_table, ''), c.source_table)
     where c.position < excluded.position`,
    [system, table, ids, changes.map(({ position }) => position), changes.map(({ isGone }) => isGone)],
  )
  await dropGone(query, ids)
}

/** The clients of a table that it had before a position, and that are gone: it was truncated, or a snapshot lacks them. */
export async function settleTable(
  query: Query,
  { system, table }: { system: string; table: string },
  position: string,
): Promise<void> {
  const gone = await query<{ client_id: string }>(
    `update propositions.client set is_gone = true, position = $3
     where system = $1 and source_table = $2 and position < $3 and not is_gone returning client_id`,
    [system, table, position],
  )
  await dropGone(
    query,
    gone.map(({ client_id }) => client_id),
  )
}

/**
 * Deletes what a client did and what is proposed to it, and keeps nothing of it that comes later, until the client is back with
 * a newer position. A change of the client that is newer already makes this do nothing.
 */
export async function forgetClient(query: Query, clientId: string, position: string): Promise<void> {
  await settleClients(query, { system: '', table: '' }, [{ clientId, position, isGone: true }])
}

/** Deletes the rows of those of these clients who are gone. @param ids as the store has them */
export async function dropGone(query: Query, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  for (const table of TABLES_OF_CLIENTS)
    await query(
      `delete from ${table} where client_id in (
         select client_id from propositions.client where client_id = any($1) and is_gone
       )`,
      [ids],
    )
}

/** Deletes the rows of all who are gone. A deletion that comes during this transaction waits for its end, and then finds the rows. */
export async function dropAllGone(query: Query): Promise<void> {
  await query('lock table propositions.client in share mode')
  for (const table of TABLES_OF_CLIENTS)
    await query(
      `delete from ${table} where client_id in (select client_id from propositions.client where is_gone)`,
    )
}

/** Builds know of older ones. */
const MOST_GONE = 5000

/** Clients who are gone, of whom a build may not know that yet. */
export async function readGone(query: Query): Promise<string[]> {
  const rows = await query<{ client_id: string }>(
    `select client_id from propositions.client where is_gone order by position desc, client_id limit ${MOST_GONE}`,
  )
  return rows.map(({ client_id }) => client_id)
}
