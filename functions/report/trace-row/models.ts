import type { Query } from '../../../shared/store/index.ts'

/** The SQL of a mart and of every model before it, nearest first. */
export async function readSql(query: Query, mart: string): Promise<{ model: string; sql: string }[]> {
  return await query(
    `with recursive made (model, distance) as (
       select $1::text, 0
       union
       select parent, made.distance + 1
       from made join ops.model m on m.model = made.model cross join unnest(m.parents) as parent
       where made.distance < 20
     )
     select m.model, m.sql
     from ops.model m
     join (select model, max(distance) as distance from made group by model) as nearest on nearest.model = m.model
     order by nearest.distance, m.model`,
    [mart],
  )
}
