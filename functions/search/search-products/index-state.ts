import { coverageSql } from '../../../shared/bus/index.ts'
import type { Store } from '../../../shared/store/index.ts'

/** Of the index at one moment: how fresh it is, and by what a change of it is known. */
export type IndexState = { position: string | null; changed_at: Date | null; version: string }

/** Who fills the index. */
const INDEXER = 'index-products'

/** @param topics those of the tables that the index is made of */
export async function readIndexState(store: Store, topics: string[]): Promise<IndexState> {
  const [state] = await store.query<IndexState>(
    `select f.*, (select coalesce(string_agg(writer || '=' || changes, ' ' order by writer), '') from search.change_count) as version
     from (${coverageSql(1, 2)}) f`,
    [INDEXER, topics],
    { name: 'index-state' },
  )
  if (!state) throw new Error('the state of the index has no row')
  return state
}
