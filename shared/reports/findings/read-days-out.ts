import type { Identity } from '../../contract/index.ts'
import { findMart, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import type { Period } from '../facts.ts'

/** Days of both periods on which nothing of a product was in stock, by its name; undefined where the caller may not see that. */
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
  const values: (string | string[])[] = [period.from, period.to, base.from, base.to]
  const rules = makeRowRules(products.rowRules, caller, values).map(rule => `p.${rule}`)
  const rows = await query<{ name: string; now: number; base: number }>(
    `select s.name, count(*) filter (where s.day >= $1::date)::int as now, count(*) filter (where s.day < $1::date)::int as base
     from (
       select p.name, s.snapshot_date as day from ${tableOf(stock)} as s
       join ${tableOf(products)} as p on ${['p.product_id = s.product_id', 'p.is_current', ...rules].join(' and ')}
       where s.snapshot_date between $1::date and $2::date or s.snapshot_date between $3::date and $4::date
       group by p.name, s.snapshot_date having sum(s.quantity) <= 0
     ) s
     group by s.name`,
    values,
  )
  return new Map(rows.map(({ name, now, base: before }) => [name, { now, base: before }]))
}
