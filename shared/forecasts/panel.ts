import { z } from 'zod'
import type { WarehouseReader } from '../warehouse/index.ts'

/** What the Python package `forecasting` reads; the plans of coming days have a quantity of 0, which it does not use. */
const PANEL = `
select
  product_id as series_id,
  date_day as date,
  case when is_planned or not is_complete then 0 else quantity - coalesce(returned_quantity, 0) end as quantity,
  price * (1 - coalesce(discount, 0)) as price,
  case when is_promotion then 1 else 0 end as promo,
  case when is_closed then 1 else 0 end as closed,
  case when is_out_of_stock then 0 else 1 end as stock,
  coalesce(category, '') as category,
  coalesce(subcategory, '') as subcategory,
  case when is_planned then 1 else 0 end as planned
from feat_product_day`

/** A source's first day that is not over, or is planned. Of several sources the latest: one that has ended sells no more. */
const ORIGIN = `
select cast(max(origin) as varchar) from (
  select min(date_day) as origin from feat_product_day where is_planned or not is_complete group by source_system
) as origins`

/**
 * Products that came after the rest of their source's, in the last ninety days, and have not been sold. One that has been listed
 * for long without a sale is not new.
 */
const NEWCOMERS = `
with seen as (
  select product_id, min(source_system) as source_system, min(changed_date) as first_date from hist_product where op <> 't' group by product_id
),
begun as (
  select source_system, min(first_date) as first_date from seen group by source_system
)
select dim_product.product_id, dim_product.category, dim_product.subcategory, cast(dim_product.list_price as double) as price
from dim_product
join seen on seen.product_id = dim_product.product_id
join begun on begun.source_system = seen.source_system
left join (select distinct product_id from feat_product_day) as sold on sold.product_id = dim_product.product_id
where dim_product.is_current and sold.product_id is null and seen.first_date > begun.first_date
  and date_diff('day', seen.first_date, cast('$origin' as date)) between -1 and 90`

const newcomer = z.tuple([z.string(), z.string().nullable(), z.string().nullable(), z.number().nullable()])

/** @param origin the first day that is not known yet */
export async function readNewcomers(reader: WarehouseReader, origin: string) {
  const { rows } = await reader.query(NEWCOMERS.replace('$origin', origin))
  return rows.map(row => {
    const [product_id, category, subcategory, price] = newcomer.parse(row)
    return { product_id, category, subcategory, price }
  })
}

/** What was sold so far on days that are not over: units by product. */
export async function readToday(reader: WarehouseReader): Promise<Map<string, number>> {
  const { rows } = await reader.query(
    `select product_id, cast(quantity - coalesce(returned_quantity, 0) as double) from feat_product_day
     where not is_complete and not is_planned and quantity > 0`,
  )
  return new Map(rows.map(row => z.tuple([z.string(), z.number()]).parse(row)))
}

export type Panel = {
  /** Rows of products by days. */
  file: string
  /** The first day that is not known yet. */
  origin: string
}

/** @returns undefined where nothing has been sold yet, or nothing is sold any more */
export async function writePanel(reader: WarehouseReader, folder: string): Promise<Panel | undefined> {
  const [[origin] = []] = (await reader.query(ORIGIN)).rows
  if (origin === undefined || origin === null) return undefined
  return { file: await reader.writeFile(PANEL, folder), origin: z.iso.date().parse(origin) }
}
