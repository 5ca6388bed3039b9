import type { Identity } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import { findMart, makeRowRules, tableOf } from '../../../shared/marts/index.ts'
import type { Query } from '../../../shared/store/index.ts'

/** A part of the shop: which share of each product's demand it has, and what was sold there by day. */
export type Part = { shares: Map<string, number>; sold: Map<string, number> }

/** Days whose sales say the share. */
const SHARE_DAYS = 84
/** A product of few sales has the share of all products: it counts as so many units. */
const PRIOR_UNITS = 10

/**
 * Shares of a territory in each product's sales, and what was sold there. Over all territories they add up to one, so that
 * forecasts of territories add up to that of the product. A caller whose rows are limited sees the territories of its claims only.
 * @throws NotFoundError where nothing was sold there lately
 */
export async function readTerritory(
  query: Query,
  { territory, productIds }: { territory: string; productIds: string[] },
  caller: Identity,
): Promise<Part> {
  const mart = await findMart(query, 'fct_sale', caller, 'territory')
  const values: (string | string[] | number)[] = [territory, productIds, SHARE_DAYS]
  const rules = makeRowRules(mart.rowRules, caller, values as (string | string[])[])
  const only = rules.length > 0 ? `and (territory_id is distinct from $1 or (${rules.join(' and ')}))` : ''
  const rows = await query<{
    product_id: string
    own: number
    every: number
    days: Record<string, number> | null
  }>(
    `with bounds as (select min(origin) as origin from forecast.product),
     sales as (
       select product_id, sale_date, quantity, territory_id = $1 as is_own
       from ${tableOf(mart)}, bounds
       where product_id = any($2) and sale_date < bounds.origin and sale_date >= bounds.origin - 182 ${only}
     )
     select product_id,
       coalesce(sum(quantity) filter (where is_own and sale_date >= bounds.origin - $3::int), 0)::float8 as own,
       coalesce(sum(quantity) filter (where sale_date >= bounds.origin - $3::int), 0)::float8 as every,
       (select json_object_agg(sale_date, units) from (
         select sale_date, sum(quantity)::float8 as units from sales s where s.product_id = sales.product_id and is_own group by 1
       ) as by_day) as days
     from sales, bounds group by product_id, bounds.origin`,
    values,
  )
  const own = rows.reduce((sum, row) => sum + row.own, 0)
  const every = rows.reduce((sum, row) => sum + row.every, 0)
  if (own <= 0)
    throw new NotFoundError(
      `nothing of this was sold in territory ${JSON.stringify(territory)} in the last twelve weeks: dim_territory lists those that there are`,
      { field: 'territory' },
    )
  const byId = new Map(rows.map(row => [row.product_id, row]))
  const shares = productIds.map(id => {
    const row = byId.get(id)
    const prior = own / every
    return [id, ((row?.own ?? 0) + PRIOR_UNITS * prior) / ((row?.every ?? 0) + PRIOR_UNITS)] as const
  })
  const sold = new Map<string, number>()
  for (const { days } of rows)
    for (const [date, units] of Object.entries(days ?? {})) sold.set(date, (sold.get(date) ?? 0) + units)
  return { shares: new Map(shares), sold }
}
