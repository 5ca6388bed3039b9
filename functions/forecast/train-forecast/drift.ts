import type { Alert, AlertKey, Alerts } from '../../../shared/alerts/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'

const WEEK_DAYS = 7
/** Earlier weeks that say how much is usual; with fewer nothing is said. */
const LEAST_WEEKS = 6
/** How far the last week must be from the usual, in robust standard deviations and at least in share. */
const DEVIATIONS = 4
const LEAST_CHANGE = 0.2
/** A shop whose weeks were all alike still has weeks that are not. */
const LEAST_DEVIATION = 0.05
/** Relates the median absolute deviation to a standard deviation. */
const OF_NORMAL = 1.4826

/** A part of the shop in which demand is no longer what was forecast. */
export type Drift = {
  /** A category, or '' for the whole shop. */
  part: string
  /** Sold in the last week, as a share of what had been forecast for it; and the usual share before. */
  ratio: number
  usual: number
}
export type Week = { part: string; week: number; sold: number; forecast: number }

/**
 * Compares what was sold in the last seven days with what had been forecast for them up to a week before, and with how well that
 * did in earlier weeks: for the shop, and for each category that sells enough to tell.
 */
export async function findDrift(query: Query): Promise<{ drifts: Drift[]; parts: string[] }> {
  const weeks = await query<Week>(
    `with bounds as (select max(origin) as origin from forecast.feature),
     days as (
       select f.category, (bounds.origin - 1 - p.date) / ${WEEK_DAYS} as week, p.mean,
         f.quantity[p.date - f.history_from + 1] as quantity
       from forecast.past p
       join forecast.feature f on f.product_id = p.product_id
       cross join bounds
       where p.date < bounds.origin and p.date >= f.history_from
     )
     select case when grouping(category) = 1 then '' else coalesce(category, '(none)') end as part, week,
       sum(quantity)::float8 as sold, sum(mean)::float8 as forecast
     from days where quantity is not null
     group by grouping sets ((category, week), (week))`,
  )
  const byPart = Map.groupBy(weeks, ({ part }) => part)
  return {
    drifts: [...byPart].flatMap(([part, own]) => judge(part, own) ?? []),
    parts: [...byPart.keys()],
  }
}

/** @param weeks by their age: 0 is the last */
export function judge(part: string, weeks: Week[]): Drift | undefined {
  const ratios = new Map(
    weeks.flatMap(({ week, sold, forecast }) =>
      forecast > 0 ? [[week, Math.max(sold, 0.01 * forecast) / forecast]] : [],
    ),
  )
  const last = ratios.get(0)
  const earlier = [...ratios].filter(([week]) => week > 0).map(([, ratio]) => Math.log(ratio))
  if (last === undefined || earlier.length < LEAST_WEEKS) return undefined
  const usual = median(earlier)
  const deviation = OF_NORMAL * median(earlier.map(value => Math.abs(value - usual)))
  const distance = Math.abs(Math.log(last) - usual)
  const isFar =
    distance > DEVIATIONS * Math.max(deviation, LEAST_DEVIATION) && distance > Math.log1p(LEAST_CHANGE)
  return isFar ? { part, ratio: last, usual: Math.exp(usual) } : undefined
}

function median(values: number[]): number {
  const ordered = values.toSorted((a, b) => a - b)
  const middle = ordered.length >> 1
  return ordered.length % 2 === 1
    ? (ordered[middle] ?? 0)
    : ((ordered[middle - 1] ?? 0) + (ordered[middle] ?? 0)) / 2
}

const nameOf = (part: string) => (part === '' ? 'the whole shop' : part)
export const describeDrift = ({ part, ratio }: Drift): string =>
  `in the last week ${nameOf(part)} sold ${Math.round(ratio * 100)} % of what had been forecast`

const keyOf = (part: string): AlertKey => ({
  name: 'forecast_drift',
  severity: 'warning',
  labels: { part: nameOf(part) },
})

/** Tells what has drifted, and what is as forecast again. Somebody who does not listen stops no training. */
export async function tellDrift(
  alerts: Alerts,
  { drifts, parts }: { drifts: Drift[]; parts: string[] },
  log: Logger,
): Promise<void> {
  const drifted = new Set(drifts.map(({ part }) => part))
  const toAlert = (drift: Drift): Alert => ({
    ...keyOf(drift.part),
    summary: `Demand is not as forecast: ${describeDrift(drift)}`,
    description: `Before, it was ${Math.round(drift.usual * 100)} % on most weeks. The model is trained again with the days since. What to do: docs/forecasts.md, "When demand changes"`,
  })
  try {
    await alerts.send(drifts.map(toAlert))
    await alerts.resolve(parts.filter(part => !drifted.has(part)).map(keyOf))
  } catch (error) {
    log.warn({ problem: describeError(error) }, 'that demand is not as forecast cannot be told')
  }
}
