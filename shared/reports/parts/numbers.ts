import pg from 'pg'
import { tableOf } from '../../marts/index.ts'
import { type Metric, nameIn } from '../../metrics/index.ts'
import type { Span } from '../calendar.ts'
import type { Fact, Period } from '../facts.ts'
import { pOfDifference, significant } from '../findings/significance.ts'
import { formatValue } from '../narrative/formats.ts'
import { tellLargest, tellMoved, tellTotals } from '../narrative/tell-numbers.ts'
import { coveredOf, metricOf, NOTHING_TOLD, type Order, type Part, type Told } from '../order.ts'
import { baseOf } from '../periods.ts'
import { readFacts } from '../read-facts.ts'
import type { Chart } from '../render/written.ts'

type Compared = readonly ('previous' | 'year_ago')[]

/** Bars of a picture. */
const MOST_BARS = 12

/** A metric of everything, compared: a sentence for each currency. */
export const totals =
  (name: string, ...compared: Compared): Part =>
  async order => {
    const metric = metricOf(order, name)
    if (!metric) return NOTHING_TOLD
    const { facts, period } = await read(order, metric, { compared })
    return { statements: tellTotals({ ...order, period, facts, at: metric.at }), facts, charts: [] }
  }

/**
 * The largest of a dimension with their shares, as a sentence and a picture.
 * @param options moved: also those whose count has changed by more than chance makes likely, a sentence for each
 */
export const largest =
  (name: string, by: string, most: number, options: { moved?: boolean } = {}): Part =>
  async order => {
    const metric = metricOf(order, name, by)
    const dimension = metric?.dimensions.find(each => each.name === by)
    if (!metric || !dimension) return NOTHING_TOLD
    const compared: Compared = options.moved ? ['previous'] : []
    const { facts, period } = await read(order, metric, { by, compared })
    const label = nameIn(dimension, order.language)
    const numbers = { ...order, period, facts, at: metric.at }
    const moved = options.moved ? findMoved(facts) : []
    return {
      statements: [...tellLargest(numbers, { label, most }), ...tellMoved(numbers, moved)],
      facts,
      charts: barsOf(facts, `${nameIn(metric, order.language)}: ${label}`, numbers),
    }
  }

function findMoved(facts: Fact[]): Fact[] {
  const differences = facts.filter(({ kind }) => kind === 'difference')
  return significant(differences.map(fact => ({ fact, p: pOfCounts(fact, facts) }))).map(({ fact }) => fact)
}

/** Facts, and the period that they are of: it ends with the last day that there is of what is no sum over days. */
async function read(
  order: Order,
  metric: Metric,
  { by, compared }: { by?: string; compared: Compared },
): Promise<{ facts: Fact[]; period: Period }> {
  const covered = coveredOf(order.published, metric.mart)
  if (!covered) return { facts: [], period: order.period }
  const wholeOf = ({ from, to }: Span): Period => ({
    ...{ from, to, isWhole: from >= covered.first && to <= covered.lastWhole },
  })
  const bases = compared.map(each => baseOf(each, order.period, covered)).filter(base => base !== null)
  const spans = [order.period, ...bases.map(base => base.period)]
  const ends =
    metric.at === 'end' ? await readEnds(order, metric, spans) : spans.map(({ to }): string | null => to)
  const [end = null, ...baseEnds] = ends
  if (end === null) return { facts: [], period: order.period }
  const period = wholeOf({ from: order.period.from, to: end })
  const question = { metric, label: nameIn(metric, order.language), by, period }
  const counted = bases.flatMap((base, i) => {
    const to = baseEnds[i] ?? null
    return to === null ? [] : [{ ...base, period: wholeOf({ from: base.period.from, to }) }]
  })
  return { facts: await readFacts(order, { ...question, bases: counted }), period }
}

/** The last day of each period that there are rows of; null where there are none. */
async function readEnds(
  { query, published }: Order,
  { mart, date = '' }: Metric,
  spans: Span[],
): Promise<(string | null)[]> {
  const record = published.marts.get(mart)
  if (!record) return spans.map(() => null)
  const day = pg.escapeIdentifier(date)
  const rows = await query<{ day: string | null }>(
    `select max(m.${day})::date::text as day from unnest($1::date[], $2::date[]) with ordinality as s (first, last, place)
     left join ${tableOf(record)} as m on m.${day} between s.first and s.last group by s.place order by s.place`,
    [spans.map(({ from }) => from), spans.map(({ to }) => to)],
  )
  return rows.map(row => row.day)
}

/** Two counts are as uncertain as they are large. */
function pOfCounts(difference: Fact, facts: Fact[]): number {
  const isOf = (fact: Fact) =>
    fact.kind === 'value' && JSON.stringify(fact.entity) === JSON.stringify(difference.entity)
  const [now = 0, before = 0] = facts.filter(isOf).map(({ value }) => Number(value))
  return pOfDifference(
    { sum: now, days: 1 },
    { sum: before, days: 1 },
    { perWeek: (7 * (now + before)) / 2, weeks: 1000 },
  )
}

function barsOf(
  facts: Fact[],
  title: string,
  { period, language }: Pick<Order, 'period' | 'language'>,
): Told['charts'] {
  const values = facts.filter(
    ({ kind, period: own }) => kind === 'value' && own.from === period.from && own.to === period.to,
  )
  const byCurrency = [...Map.groupBy(values, ({ currency }) => currency)]
  return byCurrency.map(([currency, own]): Omit<Chart, 'svg'> => {
    const points = own.toSorted((a, b) => Number(b.value) - Number(a.value)).slice(0, MOST_BARS)
    return {
      title: byCurrency.length > 1 ? `${title} (${currency})` : title,
      kind: 'bars',
      points: points.map(fact => ({
        name: fact.entity.map(({ value }) => value).join(', '),
        value: fact.value,
        text: formatValue(fact, language),
        fact: fact.id,
      })),
    }
  })
}
