import type { Query } from '../store/index.ts'
import type { Build, TraceStep } from '../warehouse/index.ts'

/**
 * Writes down a mart that scoring keeps beside publications, as a view of its name in schema mart: how many rows it has, and of
 * which build it is.
 */
export async function recordKeptMart(
  query: Query,
  build: Build,
  { mart, rows, key, trace }: { mart: string; rows: number; key: string[]; trace: TraceStep[] },
): Promise<void> {
  await query(
    `insert into ops.mart (mart, rows, columns, description, built_at, position, changed_at, versions, key, trace)
     select $1, $2, (
         select jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum)
         from pg_attribute where attrelid = ('mart.' || $1)::regclass and attnum > 0
       ), obj_description(('mart.' || $1)::regclass), $3, $4, $5, $6, $7, $8
     on conflict (mart) do update set rows = excluded.rows, columns = excluded.columns, built_at = excluded.built_at,
       position = excluded.position, changed_at = excluded.changed_at, versions = excluded.versions, published_at = now()`,
    [
      mart,
      rows,
      build.builtAt,
      build.position,
      build.changedAt,
      JSON.stringify(build.versions),
      JSON.stringify(key),
      JSON.stringify(trace),
    ],
  )
}
