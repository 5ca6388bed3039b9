import type { Query } from '../../../shared/store/index.ts'
import type { Question } from './schema.ts'
import type { Part } from './territory.ts'

export type Day = {
  date: string
  quantity: number
  outOfStock: boolean
}
/** What was forecast for a past day, and what was sold on it of the same products. */
export type Said = {
  date: string
  mean: number
  p10: number
  p90: number
  quantity: number
  isServed: boolean
}
export type Found = {
  products: number
  name: string | null
  history: Day[]
  past: Said[]
  forecast: { date: string; mean: number; p10: number; p50: number; p90: number }[]
  why: { feature: string; effect: number }[]
  own: Record<string, number | null> | null
  served: string[]
  version: number
  trainedAt: Date
  position: string | null
  changedAt: Date | null
}

/**
 * What is known and forecast of the products that the question names, added up by day. Of a part of the shop each product counts
 * with its share.
 */
export async function readDemand(query: Query, question: Question, part?: Part): Promise<Found | undefined> {
  const { productId = null, category = null, subcategory = null, horizonDays, historyDays } = question
  const [found] = await query<Found>(statement(conditionOf(question, 'f')), [
    ...[productId, category, subcategory, horizonDays, historyDays],
    ...[part ? [...part.shares.keys()] : null, part ? [...part.shares.values()] : null],
  ])
  return found && found.products > 0 ? found : undefined
}

/**
 * Which rows of forecast.feature a question is about; its product, category and subcategory are $1 to $3, each of them named
 * whether it is asked for or not. A product is found by its index.
 */
export function conditionOf({ productId, category, subcategory }: Question, table: string): string {
  return [
    productId === undefined ? '$1::text is null' : `${table}.product_id = $1`,
    category === undefined ? '$2::text is null' : `lower(${table}.category) = lower($2)`,
    subcategory === undefined ? '$3::text is null' : `lower(${table}.subcategory) = lower($3)`,
  ].join(' and ')
}

const statement = (condition: string) => `
with chosen as materialized (
  select p.product_id, p.origin, p.mean, p.p10, p.p50, p.p90, p.why, p.model, p.version, p.position, p.changed_at,
    f.history_from, f.quantity, f.out_of_stock, case when $1::text is not null then f.values->'own' end as own,
    coalesce(s.share, case when $6::text[] is null then 1 else 0 end) as share
  from forecast.feature f
  join forecast.product p on p.product_id = f.product_id
  left join unnest($6::text[], $7::float8[]) as s (product_id, share) on s.product_id = p.product_id
  where ${condition}
),
coming as (
  select c.origin + (d.ahead - 1)::int as date, sum(d.mean * c.share) as mean, sum(d.p10 * c.share) as p10,
    sum(d.p50 * c.share) as p50, sum(d.p90 * c.share) as p90
  from chosen c
  cross join lateral unnest(c.mean[1:$4], c.p10[1:$4], c.p50[1:$4], c.p90[1:$4]) with ordinality as d (mean, p10, p50, p90, ahead)
  group by 1
),
known as (
  select c.history_from + (d.at - 1)::int as date, sum(d.quantity) as quantity, bool_or(d.out_of_stock) as out_of_stock
  from chosen c
  cross join lateral unnest(c.quantity, c.out_of_stock) with ordinality as d (quantity, out_of_stock, at)
  where d.quantity is not null and c.history_from + (d.at - 1)::int >= c.origin - $5::int
  group by 1
),
said as (
  select b.date, sum(b.mean * c.share) as mean, sum(b.p10 * c.share) as p10, sum(b.p90 * c.share) as p90,
    sum(c.quantity[b.date - c.history_from + 1]) as quantity, bool_and(b.basis = 'served') as is_served
  from forecast.past b
  join chosen c on c.product_id = b.product_id and b.date < c.origin and b.date >= c.history_from
  where c.quantity[b.date - c.history_from + 1] is not null
  group by b.date
),
reasons as (
  select w->>'feature' as feature, sum((w->>'effect')::float8 * c.mean[1] * c.share) / nullif((select sum(mean[1] * share) from chosen), 0) as effect
  from chosen c cross join lateral jsonb_array_elements(c.why) as w
  group by 1
  order by abs(sum((w->>'effect')::float8 * c.mean[1] * c.share)) desc nulls last
  limit 3
)
select count(*)::int as products,
  case when $1::text is not null then (select name from search.product where product_id = $1) end as name,
  (select coalesce(json_agg(json_build_object('date', date, 'quantity', quantity, 'outOfStock', out_of_stock) order by date), '[]') from known) as history,
  (select coalesce(json_agg(json_build_object('date', date, 'mean', mean, 'p10', p10, 'p90', p90, 'quantity', quantity, 'isServed', is_served) order by date), '[]') from said) as past,
  (select coalesce(json_agg(json_build_object('date', date, 'mean', mean, 'p10', p10, 'p50', p50, 'p90', p90) order by date), '[]') from coming) as forecast,
  (select coalesce(json_agg(json_build_object('feature', feature, 'effect', effect)), '[]') from reasons) as why,
  (select own from chosen limit 1) as own,
  coalesce(array_agg(distinct c.model), '{}') as served,
  max(c.version) as version,
  (select trained_at from forecast.model m where m.version = (select max(version) from chosen)) as "trainedAt",
  min(c.position) as position, min(c.changed_at) as "changedAt"
from chosen c`
