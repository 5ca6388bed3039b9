import { type Metric, readMetric } from '../metrics/index.ts'
import { ratio, readDecimal, signOf, subtract, sum } from './decimal.ts'
import type { Base, Entity, Fact, Period, Source } from './facts.ts'
import { makeFact, sourceOf } from './make-fact.ts'
import type { Order } from './order.ts'

/** What is asked of a metric: for one period, compared with others, of everything or by a dimension. */
export type Question = {
  metric: Metric
  label: string
  /** Name of a dimension. */
  by?: string | undefined
  period: Period
  bases: Base[]
}

/** Entities of one question; the others are so small that no report names them. */
const MOST_ENTITIES = 1000

type Row = { entity: Entity[]; currency: string | null; value: string }
/** `others`: of what has no value of the dimension. */
type Answer = { rows: Row[]; others: Row[]; source: Source }

/** Values of the period, their differences and changes, and shares of a whole: as far as the caller may see them. */
export async function readFacts(order: Order, question: Question): Promise<Fact[]> {
  const { bases } = question
  const [answer, ...compared] = await Promise.all([
    readRows(order, question, question.period),
    ...bases.map(({ period }) => readRows(order, question, period)),
  ])
  if (!answer) return []
  const { rows, source } = answer
  const make = makerOf(question, order.filters)
  const facts = rows.map(row => make(row, { kind: 'value', value: row.value, source }))
  for (const [i, base] of bases.entries()) {
    const before = new Map(compared[i]?.rows.map(row => [keyOf(row), row.value]))
    for (const row of rows) {
      const value = before.get(keyOf(row))
      if (value === undefined) continue
      const old = {
        kind: 'value',
        value,
        period: base.period,
        source: compared[i]?.source ?? source,
      } as const
      facts.push(make(row, old), ...compare(row, value, { question, base, source, make }))
    }
  }
  return question.by === undefined ? facts : [...facts, ...sharesOf(question, answer, make)]
}

async function readRows(
  { query, filters, caller }: Order,
  { metric, by }: Question,
  { from, to }: Period,
): Promise<Answer> {
  const asked = { by: by === undefined ? [] : [by], from, to, filters, limit: MOST_ENTITIES }
  const answer = await readMetric(query, metric, asked, caller)
  const rows = answer.rows.flatMap(row => {
    const entity = by === undefined ? [] : [{ dimension: by, value: row[by] ?? '' }]
    const value = readDecimal(row.value)
    return value === undefined ? [] : [{ entity, currency: row.currency ?? null, value }]
  })
  const isNamed = ({ entity }: Row) => entity.every(({ value }) => value.trim() !== '')
  return {
    source: sourceOf(answer.mart, answer.sql),
    rows: rows.filter(isNamed),
    others: rows.filter(row => !isNamed(row)),
  }
}

const keyOf = ({ entity, currency }: Row) => JSON.stringify([entity, currency])

type Said = Pick<Fact, 'kind' | 'value' | 'source'> & { base?: Base; period?: Period }

type Make = (row: Row, said: Said) => Fact

const makerOf =
  ({ metric, label, period }: Question, filters: Order['filters']): Make =>
  ({ entity, currency }, { source, ...said }) =>
    makeFact({
      ...{ metric: metric.name, label, entity, period, currency },
      unit: said.kind === 'change' || said.kind === 'share' ? 'ratio' : metric.unit,
      ...said,
      source: {
        ...source,
        rows: rowsOf(metric, { entity, currency }, { period: said.period ?? period, filters }),
      },
    })

/** By columns of the metric's own mart; a stock is of one day, and what it is split by in another mart is no column of its own. */
export function rowsOf(
  { mart, date, at, unit, dimensions }: Metric,
  { entity, currency }: Omit<Row, 'value'>,
  { period: { from, to }, filters }: { period: Period; filters: Order['filters'] },
): Source['rows'] {
  if (date === undefined || at === 'end') return undefined
  const wanted = [
    ...Object.entries(filters),
    ...entity.map(({ dimension, value }) => [dimension, [value]] as const),
  ]
  const columns = wanted.map(([name, values]) => {
    const own = dimensions.find(each => each.name === name && each.mart === undefined)
    return own && ([own.column, [...values]] as const)
  })
  if (columns.includes(undefined)) return undefined
  return {
    mart,
    filters: {
      [date]: { gte: from, lte: to },
      ...(unit === 'currency' && currency !== null && { currency: [currency] }),
      ...Object.fromEntries(columns.filter(column => column !== undefined)),
    },
  }
}

/**
 * A change is a part of what there was: of nothing, or of a ratio, there is none. What is less than nothing now is not so many
 * percent less, and a change that is too small for its digits is a difference.
 */
function compare(
  row: Row,
  before: string,
  { question, base, source, make }: { question: Question; base: Base; source: Source; make: Make },
): Fact[] {
  const difference = subtract(row.value, before)
  const isChange = question.metric.unit !== 'ratio' && signOf(before) > 0 && signOf(row.value) >= 0
  const change = isChange ? ratio(difference, before) : null
  const isSaid = change !== null && signOf(change) === signOf(difference)
  return [
    make(row, { kind: 'difference', value: difference, base, source }),
    ...(isSaid ? [make(row, { kind: 'change', value: change, base, source })] : []),
  ]
}

/** Of what can be added up, by currency: of all there is, also of what has no name, and none where a part is less than nothing. */
function sharesOf(question: Question, { rows, others, source }: Answer, make: Make): Fact[] {
  const isSum = question.metric.measure?.startsWith('sum(') ?? false
  if (!isSum || rows.length + others.length === MOST_ENTITIES) return []
  return rows.flatMap(row => {
    const all = [...rows, ...others].filter(({ currency }) => currency === row.currency)
    const whole = sum(all.map(({ value }) => value))
    const isPart = signOf(whole) > 0 && all.every(({ value }) => signOf(value) >= 0)
    const share = isPart ? ratio(row.value, whole) : null
    return share === null ? [] : [make(row, { kind: 'share', value: share, source })]
  })
}
