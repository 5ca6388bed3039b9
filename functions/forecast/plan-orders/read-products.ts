import type { Identity } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import { findMart, type MartRecord, makeRowRules, tableOf } from '../../../shared/marts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { SPREAD_DAYS } from './demand.ts'

/** Products as they are sold now, with the names and the rows that the caller may see. */
const MART = 'agg_stock_coverage'

/** A product as the store has it; `mean`, `p10`, `p90` from `today` on, null without a forecast. */
export type StoredProduct = {
  product_id: string
  name: string | null
  /** The day that is planned from: the first that is forecast, or a later one of which sales are known. */
  today: string
  stock: string | null
  mean: (number | null)[] | null
  p10: (number | null)[] | null
  p90: (number | null)[] | null
  version: number | null
  position: string | null
  changed_at: Date | null
  /** The last days' sales, and whether the stock had run out. */
  sales: (number | null)[] | null
  out_of_stock: (boolean | null)[] | null
}

type Asked = {
  productId?: string | undefined
  category?: string | undefined
  subcategory?: string | undefined
  /** How many days of the forecast are read. */
  days: number
}

/**
 * The products that are asked for, each with its stock of this moment, its forecast and its last days.
 * @throws NotFoundError where there is no such product or category, or no forecast at all
 */
export async function readProducts(query: Query, asked: Asked, caller: Identity) {
  const mart = await findMart(query, MART, caller)
  const values: (string | string[] | number)[] = [asked.days]
  const rules = makeRowRules(mart.rowRules, caller, values as (string | string[])[])
  const filters = [
    ['product_id', asked.productId],
    ['category', asked.category],
    ['subcategory', asked.subcategory],
  ].flatMap(([column, value]) => (value === undefined ? [] : [`${column} = $${values.push(value)}`]))
  const where = [...rules, ...filters].map(condition => `and ${condition}`).join(' ')
  // Arrays as JSON, which Node reads faster than the driver reads their text.
  const products = await query<StoredProduct>(
    `with wanted as (
       select product_id, name, as_of_date, stock_quantity from ${tableOf(mart)} where true ${where}
     ),
     dated as (
       select w.*, f.origin, greatest(f.origin, w.as_of_date) as today from wanted w left join forecast.product f using (product_id)
     )
     select d.product_id, d.name, coalesce(d.today, d.as_of_date) as today, coalesce(s.quantity, d.stock_quantity)::text as stock,
       to_json(f.mean[d.today - d.origin + 1 : d.today - d.origin + $1]) as mean,
       to_json(f.p10[d.today - d.origin + 1 : d.today - d.origin + $1]) as p10,
       to_json(f.p90[d.today - d.origin + 1 : d.today - d.origin + $1]) as p90,
       f.version, f.position, f.changed_at,
       to_json(h.quantity[cardinality(h.quantity) - ${SPREAD_DAYS - 1} :]) as sales,
       to_json(h.out_of_stock[cardinality(h.quantity) - ${SPREAD_DAYS - 1} :]) as out_of_stock
     from dated d
     left join forecast.product f using (product_id)
     left join forecast.feature h using (product_id)
     left join lateral (
       select sum(quantity) as quantity from search.stock where product_id = d.product_id and not is_deleted
     ) s on true
     order by d.product_id`,
    values,
  )
  if (products.length === 0) await refuseNothing(query, mart, asked, caller)
  if (products.every(({ mean }) => mean === null)) await refuseNoForecast(query, asked)
  return { products, mart }
}

/** Names what there is no product of. */
async function refuseNothing(query: Query, mart: MartRecord, asked: Asked, caller: Identity): Promise<void> {
  const { productId, category, subcategory } = asked
  if (productId !== undefined)
    throw new NotFoundError(`no product ${JSON.stringify(productId)} is sold now`, { field: 'productId' })
  const field = subcategory === undefined ? 'category' : 'subcategory'
  const value = subcategory ?? category
  if (value === undefined) return
  const values: (string | string[])[] = []
  const rules = makeRowRules(mart.rowRules, caller, values).map(rule => `and ${rule}`)
  const known = await query<{ name: string }>(
    `select distinct ${field} as name from ${tableOf(mart)} where ${field} is not null ${rules.join(' ')} order by 1 limit 50`,
    values,
  )
  const there = known.map(({ name }) => name).join(', ')
  throw new NotFoundError(
    `no product of the ${field} ${JSON.stringify(value)}${category !== undefined && subcategory !== undefined ? ` in ${JSON.stringify(category)}` : ''}: there are ${there || 'none'}`,
    { field },
  )
}

/** Says what is missing: a model, its forecasts, or that of one product. */
async function refuseNoForecast(query: Query, { productId }: Asked): Promise<void> {
  const [found] = await query<{ model: boolean; scored: boolean }>(
    'select exists (select from forecast.model) as model, exists (select from forecast.product) as scored',
  )
  if (!found?.model)
    throw new NotFoundError('there is no forecast yet: no model has been trained, which train-forecast does')
  if (!found.scored)
    throw new NotFoundError(
      'there is no forecast yet: a model is trained, and score-forecast has not run since',
    )
  if (productId !== undefined)
    throw new NotFoundError(
      `there is no forecast of ${JSON.stringify(productId)} yet: score-forecast makes one after the next build, once the product has been sold`,
      { field: 'productId' },
    )
}

/** Of these ids, those of no product that the caller may see. */
export async function findUnknown(
  query: Query,
  mart: MartRecord,
  ids: string[],
  caller: Identity,
): Promise<string[]> {
  if (ids.length === 0) return []
  const values: (string | string[])[] = [ids]
  const rules = makeRowRules(mart.rowRules, caller, values).map(rule => `and ${rule}`)
  const rows = await query<{ id: string }>(
    `select id from unnest($1::text[]) as given (id)
     where not exists (select from ${tableOf(mart)} where product_id = id ${rules.join(' ')}) order by 1`,
    values,
  )
  return rows.map(({ id }) => id)
}
