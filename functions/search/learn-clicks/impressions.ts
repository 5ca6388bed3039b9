import type { Identity } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import { lookUpMart, tableOf } from '../../../shared/marts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Impression } from './click-model.ts'

/** Searches that are learnt from, and after how many days one counts half. */
const DAYS = 180
const HALF_LIFE_DAYS = 30
/** Those that were shown most: beyond them a query is asked too rarely for its clicks to say much. */
const MAX_IMPRESSIONS = 200_000

/**
 * What searches showed and what came of it, from the published marts, of queries of which anything came. Of one product of one
 * search the most telling counts.
 * @returns undefined where nothing has been published yet
 */
export async function readImpressions(query: Query, caller: Identity): Promise<Impression[] | undefined> {
  const marts = ['fct_search', 'fct_client_interaction'].map(mart => lookUpMart(query, mart, caller))
  const [searches, interactions] = await Promise.all(marts).catch(error => {
    if (error instanceof NotFoundError) return []
    throw error
  })
  if (!searches || !interactions) return undefined
  const rows = await query<{
    query_key: string
    product_id: string
    position: number
    shown: number
    clicked: number
    worth: number
  }>(
    `with searches as (
       select search_id, query_key, shown::jsonb as shown, result_offset,
         power(0.5, greatest(0, extract(epoch from now() - searched_at)) / 86400 / $2)::float8 as weight
       from ${tableOf(searches)}
       where source_system = 'cordage' and query_key is not null and shown is not null
         and searched_at > now() - make_interval(days => $1)
     ),
     told as (
       select search_id, product_id,
         case when bool_or(kind = 'order') then 3 when bool_or(kind = 'dismiss') then -1 else 1 end as worth
       from ${tableOf(interactions)} where kind in ('click', 'order', 'dismiss') and search_id is not null
       group by search_id, product_id
     ),
     shown as (
       select s.search_id, s.query_key, s.weight, p.product_id, s.result_offset + p.nth as position
       from searches s, jsonb_array_elements_text(s.shown) with ordinality as p (product_id, nth)
       where s.query_key in (select query_key from searches join told using (search_id))
     )
     select query_key, product_id, position::int, sum(weight) as shown,
       coalesce(sum(weight) filter (where worth is not null), 0) as clicked, coalesce(sum(weight * worth), 0) as worth
     from shown left join told using (search_id, product_id) group by query_key, product_id, position
     order by shown desc, query_key, product_id limit ${MAX_IMPRESSIONS}`,
    [DAYS, HALF_LIFE_DAYS],
  )
  return rows.map(({ query_key, product_id, position, shown, clicked, worth }) => ({
    ...{ queryKey: query_key, productId: product_id, position },
    ...{ shown: Number(shown), clicked: Number(clicked), worth: Number(worth) },
  }))
}
