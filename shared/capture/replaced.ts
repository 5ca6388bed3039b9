import type { SourceTable } from '../config/index.ts'
import type { Query } from '../store/index.ts'
import type { Replaced } from './values.ts'

/** Counts the values that became null, by table, column and reason. */
export function makeTally() {
  const counts = new Map<string, { table: SourceTable; column: string; reason: Replaced; count: number }>()
  return {
    note(table: SourceTable, column: string, reason: Replaced) {
      const name = JSON.stringify([table.name, column, reason])
      const known = counts.get(name)
      if (known) known.count += 1
      else counts.set(name, { table, column, reason, count: 1 })
    },
    /** Adds them to what the store knows. */
    async save(query: Query, system: string): Promise<void> {
      for (const [, { table, column, reason, count }] of [...counts].sort())
        await query(
          `insert into ingest.replaced_value as r (system, table_name, column_name, reason, count)
           values ($1, $2, $3, $4, $5)
           on conflict (system, table_name, column_name, reason) do update
             set count = r.count + excluded.count, last_at = excluded.last_at`,
          [system, table.name, column, reason, count],
        )
    },
  }
}
export type Tally = ReturnType<typeof makeTally>
