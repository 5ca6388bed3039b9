import { recordKeptMart } from '../../../shared/marts/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Build } from '../../../shared/warehouse/index.ts'
import type { Scored } from './score.ts'

export const MART = 'mart_forecast_product_day'
/** Days of which it is kept what was said of them, and how soon after the forecast they came. */
const SAID_DAYS = 7
const PAST_KEPT_DAYS = 400
const ROWS_AT_ONCE = 500
/** The sales that a forecast is made of most: those of the four weeks before it. */
const TRACE = [
  {
    mart: 'fct_sale',
    where:
      'fct_sale.product_id = this.product_id and fct_sale.sale_date < this.origin and fct_sale.sale_date >= this.origin - 28',
  },
]

/** What was forecast replaces what was; readers see all of the one or all of the other. */
export async function publishForecasts(
  store: Store,
  scored: Scored[],
  { version, build, horizon }: { version: number; build: Build; horizon: number },
): Promise<void> {
  const toRow = ({ productId, origin, mean, band: [low, middle, high], why, model }: Scored) => ({
    ...{ product_id: productId, origin, why, model },
    ...{ mean: units(mean, 1), p10: units(mean, low), p50: units(mean, middle), p90: units(mean, high) },
  })
  await store.transaction(async ({ query }) => {
    await query('delete from forecast.product')
    for (let at = 0; at < scored.length; at += ROWS_AT_ONCE)
      await query(
        `insert into forecast.product (product_id, origin, mean, p10, p50, p90, why, model, version, position, changed_at)
         select r.*, $2, $3, $4 from jsonb_to_recordset($1::jsonb) as r
           (product_id text, origin date, mean real[], p10 real[], p50 real[], p90 real[], why jsonb, model text)`,
        [
          JSON.stringify(scored.slice(at, at + ROWS_AT_ONCE).map(toRow)),
          version,
          build.position,
          build.changedAt,
        ],
      )
    // The first that was said of a day in the week before it stays: what was said later knew more.
    await query(
      `insert into forecast.past (product_id, date, origin, mean, p10, p90, basis)
       select p.product_id, p.origin + (d.ahead - 1)::int, p.origin, d.mean, d.p10, d.p90, 'served'
       from forecast.product p
       cross join lateral unnest(p.mean[1:$1], p.p10[1:$1], p.p90[1:$1]) with ordinality as d (mean, p10, p90, ahead)
       on conflict (product_id, date) do nothing`,
      [SAID_DAYS],
    )
    await query(
      'delete from forecast.past where date < (select min(origin) from forecast.product) - $1::int',
      [PAST_KEPT_DAYS],
    )
    await recordKeptMart(query, build, {
      mart: MART,
      rows: scored.length * horizon,
      key: ['product_id', 'date'],
      trace: TRACE,
    })
  })
}

/** With three digits, never negative. */
const units = (mean: Float64Array, multiple: number): number[] =>
  Array.from(mean, value => Math.max(0, Math.round(value * multiple * 1000) / 1000))
