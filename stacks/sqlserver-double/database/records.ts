import type { LoggedChange } from './log.ts'
import { changesUniqueColumn, type RowChange } from './statement.ts'
import type { StoredRow, Table } from './table.ts'

/** What is logged of a row, before it has its place in the log. */
export type UnplacedChange = Pick<LoggedChange, 'kind' | 'before' | 'after'> & { table: Table }

/**
 * What a statement logs. An update in place is one record; one that moves a row to another key deletes and inserts. A
 * statement of many rows that changes a unique column is deferred: each row is a delete and an insert with one number.
 */
export function logStatement(changes: readonly RowChange[]): UnplacedChange[] {
  if (changes.length > 1 && changes.some(changesUniqueColumn)) return deferUpdates(changes)
  return changes.flatMap(({ table, beforeKey, before, afterKey, after }): UnplacedChange[] => {
    if (before && after && beforeKey === afterKey) return [{ table, kind: 'update', before, after }]
    return [
      ...(before ? [{ table, kind: 'delete' as const, before, after: undefined }] : []),
      ...(after ? [{ table, kind: 'insert' as const, before: undefined, after }] : []),
    ]
  })
}

/** Where keys are handed on among the statement's rows, records go by key, so that they hold in the order of the log. */
function deferUpdates(changes: readonly RowChange[]): UnplacedChange[] {
  const placeOf = (table: Table, key: string | undefined) => `${table.objectId} ${key}`
  const left = new Set(changes.filter(c => c.before).map(c => placeOf(c.table, c.beforeKey)))
  const taken = new Set(changes.filter(c => c.after).map(c => placeOf(c.table, c.afterKey)))
  const isAlone = ({ table, beforeKey, afterKey }: RowChange) =>
    beforeKey === afterKey || (!taken.has(placeOf(table, beforeKey)) && !left.has(placeOf(table, afterKey)))

  const records: UnplacedChange[] = []
  const byKey = new Map<string, { table: Table; before?: StoredRow; after?: StoredRow }>()
  for (const change of changes) {
    const { table, before, after, beforeKey, afterKey } = change
    if (before && after && isAlone(change)) records.push({ table, kind: 'deferred update', before, after })
    else {
      const note = (key: string | undefined, side: { before: StoredRow } | { after: StoredRow }) => {
        const place = placeOf(table, key)
        byKey.set(place, { ...(byKey.get(place) ?? { table }), ...side })
      }
      if (before) note(beforeKey, { before })
      if (after) note(afterKey, { after })
    }
  }
  for (const { table, before, after } of byKey.values()) {
    const kind = before && after ? 'deferred update' : before ? 'delete' : 'insert'
    records.push({ table, kind, before, after })
  }
  return records
}
