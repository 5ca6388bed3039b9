import type { Query } from '../../../shared/store/index.ts'

/** Writers of texts and vectors: they take turns. */
export const TEXTS_WRITER = 'texts'

/** Says with a change of the index, in its transaction, that there is one. A count begins anywhere: none comes back with a new index. */
export async function countChange(query: Query, writer: string): Promise<void> {
  await query(
    `insert into search.change_count as c (writer, changes) values ($1, (random() * 1e15)::bigint)
     on conflict (writer) do update set changes = c.changes + 1`,
    [writer],
  )
}
