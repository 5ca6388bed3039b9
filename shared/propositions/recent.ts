import type { Query } from '../store/index.ts'

/** What a client did with a product. Orders of a list, or of a search's result, are `order`; bought lines are `purchase`. */
export type InteractionKind = 'purchase' | 'return' | 'click' | 'order' | 'dismiss' | 'view'

/** `day` is YYYY-MM-DD, the business date in the source's time zone. */
export type RecentInteraction = { productId: string; kind: InteractionKind; day: string }

/** A list has a hundred places at most; what came before so many interactions changes none of them. */
const MAX_RECENT = 500

/**
 * SQL: what a client did since the last builds, newest first, at most 500. The last days of it are in the builds too: whoever
 * counts both counts a purchase of one product and day once.
 * @param clientId SQL of its id
 */
export const recentOf = (clientId: string): string =>
  `select product_id as "productId", kind, day::text as day, at from propositions.recent
   where client_id = ${clientId} and kind is not null and product_id is not null and not is_deleted
   order by at desc, product_id limit ${MAX_RECENT}`

/** Searches and lists are kept for the clicks on them, which come on the same day. */
const SHOWN_KEPT = '1 day'

/** Drops what was written before a time from which on builds cover it. @returns how many rows */
export async function dropCovered(query: Query, { before }: { before: Date }): Promise<number> {
  const [row] = await query<{ dropped: number }>(
    `with dropped as (
       delete from propositions.recent
       where written_at < $1
         or (own_kind in ('search', 'proposition') and written_at < now() - interval '${SHOWN_KEPT}')
       returning 1
     )
     select count(*)::int as dropped from dropped`,
    [before],
  )
  return row?.dropped ?? 0
}
