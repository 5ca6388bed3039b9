import { rememberCleared } from '../../../shared/bus/index.ts'
import { OWN_SYSTEM } from '../../../shared/capture/own/kind.ts'
import type { Query, Store } from '../../../shared/store/index.ts'
import type { Said, Target } from './rows.ts'

/** The newest of a batch's changes of one row. */
export type Stored = {
  key: string
  position: string
  isDeleted: boolean
  /** Whether it is kept where there is no older one. */
  isNew: boolean
  said: Said
}

/** Rows whose clients have to be looked up: their keys, and what others belong to. */
export type Touched = { keys: string[]; parents: { kind: string; id: string }[] }

/**
 * Writes rows of one table: the newer position stays. Of a client who is gone nothing is kept. A row that belongs to another has
 * its client from settleRows; until then, the one that it had.
 */
export async function storeRows(query: Query, { source, table }: Target, rows: Stored[]): Promise<void> {
  if (rows.length === 0) return
  const said = (name: keyof Said) => rows.map(row => row.said[name])
  await query(
    `insert into propositions.recent as t (system, source_table, key, position, is_deleted,
       kind, client_id, product_id, own_kind, own_id, parent_kind, parent_id, day, at)
     select $1, $2, r.key, r.position, r.is_deleted or g.client_id is not null,
       case when g.client_id is null then r.kind end, case when g.client_id is null then r.client_id end,
       case when g.client_id is null then r.product_id end,
       r.own_kind, r.own_id, r.parent_kind, r.parent_id, r.day, r.at
     from unnest($4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::text[], $13::text[], $14::text[], $15::date[], $16::timestamptz[])
       as r (key, position, is_deleted, is_new, kind, client_id, product_id, own_kind, own_id, parent_kind, parent_id, day, at)
     left join propositions.client g on g.client_id = r.client_id and g.is_gone
     where (r.is_new and g.client_id is null or exists (
         select 1 from propositions.recent e where e.system = $1 and e.source_table = $2 and e.key = r.key))
       and not exists (select 1 from propositions.cleared c where c.topic = $3 and c.position > r.position collate "C")
     order by r.key
     on conflict (system, source_table, key) do update
     set position = excluded.position, is_deleted = excluded.is_deleted, kind = excluded.kind,
       client_id = case when t.parent_id = excluded.parent_id then t.client_id else excluded.client_id end,
       product_id = excluded.product_id, own_kind = excluded.own_kind, own_id = excluded.own_id,
       parent_kind = excluded.parent_kind, parent_id = excluded.parent_id,
       day = case when t.parent_id = excluded.parent_id then coalesce(excluded.day, t.day) else excluded.day end,
       at = case when t.parent_id = excluded.parent_id then coalesce(excluded.at, t.at) else excluded.at end,
       written_at = now()
     where t.position < excluded.position`,
    [
      ...[source.system, table.name, table.topic],
      rows.map(({ key }) => key),
      rows.map(({ position }) => position),
      rows.map(({ isDeleted }) => isDeleted),
      rows.map(({ isNew }) => isNew),
      ...[said('kind'), said('clientId'), said('productId'), said('ownKind'), said('ownId')],
      ...[said('parentKind'), said('parentId'), said('day'), said('at')],
    ],
  )
}

/** One at a time: of two that look the same row up, the second must see what the first has written. */
const SETTLE_LOCK = 3_141_016

/**
 * Gives rows the client of what they belong to, and ordered lines its date, whichever came first. It runs after both are
 * committed, so that of two batches at the same moment the later one sees the other.
 */
export async function settleRows(store: Store, target: Target, { keys, parents }: Touched): Promise<void> {
  if (keys.length === 0 && parents.length === 0) return
  const { source, table } = target
  await store.transaction(async ({ query }) => {
    await query('select pg_advisory_xact_lock($1)', [SETTLE_LOCK])
    await query(
      `with children as (
         select system, source_table, key, kind, product_id, parent_kind, parent_id, day, at from propositions.recent
         where system = $1 and source_table = $2 and key = any($3) and parent_id is not null
         union
         select c.system, c.source_table, c.key, c.kind, c.product_id, c.parent_kind, c.parent_id, c.day, c.at
         from unnest($4::text[], $5::text[]) as given (kind, id)
         join propositions.recent c on c.parent_kind = given.kind and c.parent_id = given.id
         where $1 in (c.system, '${OWN_SYSTEM}')
       ),
       known as (
         select c.system, c.source_table, c.key, p.client_id,
           case when c.parent_kind = 'sale' then coalesce(p.product_id, c.product_id) else c.product_id end as product_id,
           case when c.kind = 'purchase' then p.day else c.day end as day,
           case when c.kind = 'purchase' then p.at else c.at end as at
         from children c
         left join lateral (
           select p.client_id, p.product_id, p.day, p.at from propositions.recent p
           where p.own_kind = c.parent_kind and p.own_id = c.parent_id and p.system in (c.system, '${OWN_SYSTEM}')
             and not p.is_deleted
           limit 1
         ) p on true
       )
       update propositions.recent t
       set client_id = known.client_id, product_id = known.product_id, day = known.day, at = known.at
       from known
       where t.system = known.system and t.source_table = known.source_table and t.key = known.key and not t.is_deleted
         and (t.client_id, t.product_id, t.day, t.at)
           is distinct from (known.client_id, known.product_id, known.day, known.at)`,
      [...[source.system, table.name, keys], parents.map(({ kind }) => kind), parents.map(({ id }) => id)],
    )
    // Whoever was forgotten at the same moment did not see these rows.
    await query(
      `delete from propositions.recent r using propositions.client g
       where r.system = $1 and r.source_table = $2 and r.key = any($3) and g.client_id = r.client_id and g.is_gone`,
      [source.system, table.name, keys],
    )
  })
}

/** Whether anything is kept of a table. */
export async function hasRows(query: Query, { source, table }: Target): Promise<boolean> {
  const found = await query(
    'select 1 from propositions.recent where system = $1 and source_table = $2 limit 1',
    [source.system, table.name],
  )
  return found.length > 0
}

/** Rows of a table before a position are gone: it was truncated, or a snapshot lacks them. @returns what others belong to */
export async function deleteOlder(
  query: Query,
  { source, table }: Target,
  position: string,
): Promise<Touched['parents']> {
  await rememberCleared(query, 'propositions', table.topic, position)
  return await query<{ kind: string; id: string }>(
    `with gone as (
       update propositions.recent set is_deleted = true, position = $3, client_id = null, product_id = null, written_at = now()
       where system = $1 and source_table = $2 and position < $3 and not is_deleted returning own_kind, own_id
     )
     select own_kind as kind, own_id as id from gone where own_id is not null`,
    [source.system, table.name, position],
  )
}
