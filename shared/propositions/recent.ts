import type { Query } from '../store/index.ts'
import { boundText } from '../text/index.ts'

/** What a client did with a product. Orders of a list, or of a search's result, are `order`; bought lines are `purchase`. */
export type InteractionKind = 'purchase' | 'return' | 'click' | 'order' | 'dismiss' | 'view'

/** `day` is YYYY-MM-DD, the business date in the source's time zone; `at` the moment, by which they are in order. */
export type RecentInteraction = { productId: string; kind: InteractionKind; day: string; at: Date }

/** A list has a hundred places at most; what came before so many interactions changes none of them. */
const MAX_RECENT = 500

/**
 * What a client did since the last builds, newest first, at most 500. The last days of it are in the builds too: whoever counts
 * both counts a purchase of one product and day once.
 */
export async function readRecent(query: Query, clientId: string): Promise<RecentInteraction[]> {
  const rows = await query<{ product_id: string; kind: InteractionKind; day: string; at: Date }>(
    `select product_id, kind, day::text, at from propositions.recent
     where client_id = $1 and kind is not null and product_id is not null and not is_deleted
     order by at desc, product_id limit ${MAX_RECENT}`,
    [boundText(clientId)],
    { name: 'propositions.recent' },
  )
  return rows.map(({ product_id, kind, day, at }) => ({ productId: product_id, kind, day, at }))
}

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
