import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { runProgram } from '../support/run.ts'
import { writePanel } from './online-retail.ts'
import {
  type Forecast,
  LOOK_BACK_DAYS,
  makeRules,
  type Outcome,
  type Panel,
  type Rule,
  replay,
} from './order-replay.ts'
import { report } from './report.ts'

/**
 * plan-orders replayed over UCI Online Retail, beside a min-max rule and a moving average with safety stock. All look at the
 * stock each morning and know the days before; plan-orders has a forecast of each week's first morning, by the back-test's door.
 */
const START = '2010-12-01'
const LEAD_TIME_DAYS = 7
const REVIEW_DAYS = 1
const COVER_DAYS = 7
const HORIZON_DAYS = 28
const SERVICE_LEVEL = 0.95
/** The whole curve: more service is more stock. */
const SERVICE_LEVELS = [0.8, 0.9, SERVICE_LEVEL, 0.98]
/** The others choose which is best for them, among those with no more orders than plan-orders. */
const THEIR_COVER_DAYS = [4, 6, 7, 8, 10, 14]

const folder = await mkdtemp(join(tmpdir(), 'cordage-orders-'))
try {
  const panel = await makePanel()
  const rules = makeRules(panel)
  const window = LEAD_TIME_DAYS + REVIEW_DAYS
  for (const serviceLevel of SERVICE_LEVELS) {
    const terms = {
      serviceLevel,
      leadTimeDays: LEAD_TIME_DAYS,
      reviewDays: REVIEW_DAYS,
      coverDays: COVER_DAYS,
      packSize: 1,
    }
    const own = replay(panel, rules.planned(terms), LEAD_TIME_DAYS)
    const minMax = atStock(panel, own, (factor, cover) => rules.minMax(factor, cover, window))
    const movingAverage = atStock(panel, own, (z, cover) => rules.movingAverage(z, cover, window))
    const isAsked = serviceLevel === SERVICE_LEVEL
    const name = isAsked ? 'order_plans' : `order_plans_at_${serviceLevel * 100}`
    const least = Math.min(minMax.stockOuts, movingAverage.stockOuts)
    tell(name, own, isAsked ? { atMost: least } : {})
    report(`${name}_held`, 100 * rules.held(terms), '%')
    tell(`${name}_min_max`, minMax)
    tell(`${name}_moving_average`, movingAverage)
  }
} finally {
  await rm(folder, { recursive: true })
}

function tell(name: string, outcome: Outcome, bound: { atMost?: number } = {}): void {
  report(
    `${name}_stock_outs`,
    100 * outcome.stockOuts,
    '%',
    bound.atMost === undefined ? {} : { atMost: 100 * bound.atMost },
  )
  report(`${name}_fill_rate`, 100 * outcome.fillRate, '%')
  report(`${name}_stock`, outcome.averageStock, 'units')
  report(`${name}_weeks_of_stock`, outcome.weeksOfStock, 'weeks')
  report(`${name}_orders_per_week`, outcome.ordersPerWeek, '')
}

/**
 * A rule at the average stock of another, with the fewest stock-outs that it can have: its factor is set so that its stock is as
 * large, and of the sizes of an order that need no more orders the best is taken.
 */
function atStock(panel: Panel, other: Outcome, make: (factor: number, coverDays: number) => Rule): Outcome {
  const found = THEIR_COVER_DAYS.map(coverDays => {
    let [low, high] = [0, 10]
    let outcome = replay(panel, make(high, coverDays), LEAD_TIME_DAYS)
    for (let tries = 0; tries < 14; tries++) {
      const factor = (low + high) / 2
      const tried = replay(panel, make(factor, coverDays), LEAD_TIME_DAYS)
      if (tried.averageStock < other.averageStock) low = factor
      else {
        high = factor
        outcome = tried
      }
    }
    return outcome
  })
  const fewest = found.toSorted((a, b) => a.stockOuts - b.stockOuts)
  const best = fewest.find(({ ordersPerWeek }) => ordersPerWeek <= other.ordersPerWeek) ?? fewest[0]
  if (!best) throw new Error('no rule was tried')
  return best
}

/** The sales of every day, and a forecast of each week from the first on which every rule has what it looks back on. */
async function makePanel(): Promise<Panel> {
  const file = join(folder, 'panel.parquet')
  const out = join(folder, 'out')
  await writePanel(file)
  const connection = await (await DuckDBInstance.create()).connect()
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
  const days = `select series_id, (date - date '${START}')::int as day, quantity::double as quantity, closed from '${file}'`
  const rows = await ask(`${days} order by series_id, day`)
  const names = [...new Set(rows.map(row => String(row.series_id)))]
  const length = 1 + rows.reduce((last, { day }) => Math.max(last, Number(day)), 0)
  const sales = names.map(() => new Array<number | null>(length).fill(null))
  const isClosed = new Array<boolean>(length).fill(false)
  const numberOf = new Map(names.map((name, i) => [name, i]))
  const of = (row: Record<string, unknown>) => numberOf.get(String(row.series_id)) ?? 0
  for (const row of rows) {
    const own = sales[of(row)]
    if (own) own[Number(row.day)] = Number(row.quantity)
    isClosed[Number(row.day)] = row.closed === true
  }
  const origins: number[] = []
  for (let day = LOOK_BACK_DAYS; day < length; day += 7) origins.push(day)
  await forecast(file, origins, out)
  const said = await ask(
    `select series_id, (origin - date '${START}')::int as origin, list(mean order by date) as mean, list(p10 order by date) as p10,
       list(p90 order by date) as p90 from '${join(out, 'forecasts.parquet')}' group by all`,
  )
  connection.closeSync()
  const forecasts = origins.map(origin => {
    const byProduct = new Array<Forecast | undefined>(names.length).fill(undefined)
    for (const row of said) if (Number(row.origin) === origin) byProduct[of(row)] = row as unknown as Forecast
    return { origin, byProduct }
  })
  return { days: length, sales, isClosed, forecasts }
}

async function forecast(panel: string, origins: number[], out: string): Promise<void> {
  const dates = origins.map(day => new Date(Date.parse(START) + day * 86_400_000).toISOString().slice(0, 10))
  const args = ['--panel', panel, '--origins', dates.join(), '--horizon', String(HORIZON_DAYS), '--out', out]
  const { code, stderr } = await runProgram(['stacks/backtest/main.ts', 'forecast', ...args], {}, 1_800_000)
  if (code !== 0) throw new Error(stderr)
}
