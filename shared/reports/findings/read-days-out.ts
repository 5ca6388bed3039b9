import type { Identity } from '../../contract/index.ts'
import { findMart, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import type { Period } from '../facts.ts'

/** Days of both periods on which a product was not in stock, by its name; undefined where the caller may not see that. */
export async function readDaysOut(
  query: Query,
  { period, base, caller }: { period: Period; base: Period; caller: Identity },
): Promise<Map<string, { now: number; base: number }> | undefined> {
  const marts = await Promise.all(
    ['fct_inventory_snapshot', 'dim_product'].map(mart =>
      findMart(query, mart, caller, 'report').catch(() => undefined),
    ),
  )
  const [stock, products] = marts
  if (!stock || !products || Object.keys(stock.rowRules).length > 0) return undefined
  const rows = await query<{ name: string; now: number; base: number }>(
    `select p.name, count(*) filter (where s.day >= $1::date)::int as now, count(*) filter (where s.day < $1::date)::int as base
     from (
       select product_id, snapshot_date as day from ${tableOf(stock)}
       where snapshot_date between $1::date and $2::date or snapshot_date between $3::date and $4::date
       group by product_id, snapshot_date having sum(quantity) <= 0
     ) s
     join ${tableOf(products)} as p on p.product_id = s.product_id and p.is_current
     group by p.name`,
    [period.from, period.to, base.from, base.to],
  )
  return new Map(rows.map(({ name, now, base: before }) => [name, { now, base: before }]))
}
