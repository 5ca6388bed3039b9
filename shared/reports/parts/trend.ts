import { nameIn, readMetric } from '../../metrics/index.ts'
import { addMonths, type Span, unitAround } from '../calendar.ts'
import { readDecimal } from '../decimal.ts'
import type { Language } from '../facts.ts'
import { makeFact, sourceOf } from '../make-fact.ts'
import { formatMonth, formatShortDay, formatShortDays, formatValue } from '../narrative/formats.ts'
import { coveredOf, metricOf, NOTHING_TOLD, type Order, type Part } from '../order.ts'
import { daysOf, earlierOf } from '../periods.ts'
import { rowsOf } from '../read-facts.ts'

/** Up to so many days a report is shown by week, longer ones by month. */
const MOST_DAYS_BY_WEEK = 27
/** Weeks or months up to the period's end. */
const COUNT = 13

/** How a metric has gone, as a picture: the months, or of a short period the weeks, up to its end. */
export const trend =
  (name: string): Part =>
  async order => {
    const metric = metricOf(order, name)
    const covered = metric && coveredOf(order.published, metric.mart)
    if (!metric || !covered) return NOTHING_TOLD
    const { query, caller, language, filters } = order
    const { unit, from, to } = rangeOf(order)
    const answer = await readMetric(query, metric, { by: [unit], from, to, filters, limit: 1000 }, caller)
    const label = nameIn(metric, language)
    const byCurrency = [...Map.groupBy(answer.rows, row => row.currency ?? null)]
    const drawn = byCurrency.map(([currency, rows]) => {
      const facts = rows.flatMap(row => {
        const start = row[unit]
        const value = readDecimal(row.value)
        if (!start || value === undefined) return []
        const whole = unitAround(start, unit)
        const isWhole = whole.from >= covered.first && whole.to <= covered.lastWhole && whole.to <= to
        const period = { from: whole.from, to: earlierOf(whole.to, to, covered.last), isWhole }
        const source = {
          ...sourceOf(answer.mart, answer.sql),
          rows: rowsOf(metric, { entity: [], currency }, { period, filters }),
        }
        const said = { kind: 'value', value, unit: metric.unit, source } as const
        return makeFact({ ...said, metric: metric.name, label, period, currency })
      })
      const points = facts.map(fact => ({
        name: nameOf(fact.period, unit, language),
        value: fact.value,
        text: formatValue(fact, language),
        fact: fact.id,
      }))
      const title = byCurrency.length > 1 ? `${label} (${currency})` : label
      return { facts, chart: { title, kind: 'columns' as const, points } }
    })
    const isWorthIt = ({ chart }: (typeof drawn)[number]) => chart.points.length > 1
    const shown = drawn.filter(isWorthIt)
    return {
      statements: [],
      facts: shown.flatMap(({ facts }) => facts),
      charts: shown.map(({ chart }) => chart),
    }
  }

/** A month that the report's period ends in is not called by its name alone. */
function nameOf({ from, to }: Span, unit: 'week' | 'month', language: Language): string {
  if (unit === 'week') return formatShortDay(from, language)
  return unitAround(from, 'month').to === to
    ? formatMonth(from, language)
    : formatShortDays(from, to, language)
}

function rangeOf({ period }: Order): { unit: 'week' | 'month'; from: string; to: string } {
  const unit = daysOf(period) <= MOST_DAYS_BY_WEEK ? 'week' : 'month'
  const from =
    unit === 'week'
      ? unitAround(period.to, 'week', 1 - COUNT).from
      : addMonths(unitAround(period.to, 'month').from, 1 - COUNT)
  return { unit, from, to: period.to }
}
