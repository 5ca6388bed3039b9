import { z } from 'zod'
import { readRows } from '../../../shared/forecasts/index.ts'
import type { Store } from '../../../shared/store/index.ts'

const maybe = z.array(z.number().nullable())
const week = z.array(z.number()).length(7)

/** What is known of all products alike. */
const ofShop = z.object({
  /** Factors of each weekday: of open days; and with closed ones. */
  profile: week,
  factors: week,
  /** The day before the origin, then each coming day. */
  closed: z.array(z.boolean()).min(2),
})

/** A product that has not been sold yet: units of a day of products of its kind and price when they began. */
const ofNewcomer = ofShop.extend({
  like: z.object({ mean: z.number(), p10: z.number(), p50: z.number(), p90: z.number() }),
})

const ofProduct = ofShop.extend({
  /** Features of the product by name. */
  own: z.record(z.string(), z.number().nullable()),
  /** Units of an open day. */
  level: z.number(),
  /** Of each weekday from Monday on: relative to the product's level. */
  weekdays_4: maybe.length(7),
  weekdays_8: maybe.length(7),
  /** By name, one value for each coming day; the last one goes on. */
  plans: z.record(z.string(), maybe.min(1)),
  last_week: maybe.length(7),
  mean_28: z.number(),
  intermittent: z.number(),
  deviation: z.number(),
  kind: z.number().int(),
  /** Quantiles 0 to 1 in hundredths, as multiples of the mean. */
  shape: maybe.length(101),
  /** Units of the origin itself, where so much was sold that it counts before it is over: all else is of the day after it. */
  sold_today: z.number().optional(),
})

const common = {
  product_id: z.string(),
  origin: z.iso.date(),
  /** Of the first day that is not known; Monday is 0. */
  weekday: z.number().int(),
}
/** What is known of a product before the day `origin` (shared/python/forecasting/serving.py); null where nothing is known. */
const productFeatures = z.object({ ...common, values: ofProduct })
const newcomerFeatures = z.object({ ...common, values: ofNewcomer })
const anyFeatures = z.union([productFeatures, newcomerFeatures])
export type ProductFeatures = z.infer<typeof productFeatures>
export type NewcomerFeatures = z.infer<typeof newcomerFeatures>
export type Features = ProductFeatures | NewcomerFeatures

export const isNewcomer = (features: Features): features is NewcomerFeatures => 'like' in features.values
export const isKnown = (features: Features): features is ProductFeatures => !isNewcomer(features)

const ROWS_AT_ONCE = 100

type AsOf = { position: string | null; changedAt: string | null }

/** Replaces the store's features by those of a file, a JSON object a line: readers see all of the old or all of the new. */
export async function storeFeatures(
  store: Store,
  file: string,
  { position, changedAt }: AsOf,
): Promise<void> {
  await store.transaction(async ({ query }) => {
    await query('delete from forecast.feature')
    for await (const rows of readRows(file, ROWS_AT_ONCE))
      await query(
        `insert into forecast.feature (product_id, origin, category, subcategory, values, history_from, quantity, out_of_stock, position, changed_at)
         select r.*, $2, $3 from jsonb_to_recordset($1::jsonb) as r
           (product_id text, origin date, category text, subcategory text, values jsonb, history_from date, quantity real[], out_of_stock boolean[])`,
        [rows, position, changedAt],
      )
  })
}

/** Of all products, some hundred at a time. */
export async function* readFeatures(store: Store): AsyncGenerator<Features[]> {
  let after = ''
  for (;;) {
    const rows = await store.query<Features>(
      `select product_id, origin::text as origin, extract(isodow from origin)::int - 1 + (values ? 'sold_today')::int as weekday, values from forecast.feature
       where product_id > $1 order by product_id limit ${ROWS_AT_ONCE}`,
      [after],
    )
    if (rows.length === 0) return
    // All are written by one job: what holds for one holds for all.
    anyFeatures.parse(rows[0])
    yield rows
    after = rows.at(-1)?.product_id ?? ''
  }
}
