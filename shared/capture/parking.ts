import type { Query } from '../store/index.ts'
import type { Refusal } from './admission.ts'

/** Parks refused changes by their coordinates alone: their values were not treated and may be personal. */
export async function parkRefusals(query: Query, refusals: Refusal[]): Promise<void> {
  for (const { table, position, reason, column } of refusals)
    await query(
      `insert into ops.parked (function, topic, event_id, reason, detail)
       values ('admit-changes', $1, $2, $3, $4) on conflict do nothing`,
      [table.topic, `${table.topic.split('.')[1]}/${table.name}/${position}`, reason, column],
    )
}
