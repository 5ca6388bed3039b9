import type { Identity } from '../contract/index.ts'
import { type Metric, readMetric } from '../metrics/index.ts'
import type { Query } from '../store/index.ts'
import { ratioOf, toDecimal, toUnits } from './decimal.ts'
import type { Base, Entity, Fact, Period, Source } from './facts.ts'

/** What is asked of a metric: for one period, compared with others, of everything or by a dimension. */
export type Question = {
  metric: Metric
  label: string
  /** Name of a dimension. */
  by?: string | undefined
  period: Period
  bases: Base[]
  /** By dimension: the values that count. */
  filters: Record<string, string[]>
}

/** Entities of one question; the others are so small that no report names them. */
const MOST_ENTITIES = 1000

type Row = { entity: Entity[]; currency: string | null; value: string }

/** Values of the period, their differences and changes, and shares of a whole: as far as the caller may see them. */
export async function readFacts(query: Query, question: Question, caller: Identity): Promise<Fact[]> {
  const { rows, source } = await readRows(query, question, question.period, caller)
  const facts = rows.map(row => toFact(question, row, { kind: 'value', value: row.value, source }))
  for (const base of question.bases) {
    const compared = await readRows(query, question, base.period, caller)
    const before = new Map(compared.rows.map(row => [keyOf(row), row.value]))
    for (const row of rows) {
      const value = before.get(keyOf(row))
      if (value === undefined) continue
      facts.push(
        toFact(
          { ...question, period: base.period },
          { ...row, value },
          { kind: 'value', value, source: compared.source },
        ),
        ...compare(question, row, value, { base, source }),
      )
    }
  }
  return question.by === undefined ? facts : [...facts, ...sharesOf(question, rows, source)]
}

async function readRows(
  query: Query,
  { metric, by, filters }: Question,
  { from, to }: Period,
  caller: Identity,
): Promise<{ rows: Row[]; source: Source }> {
  const asked = { by: by === undefined ? [] : [by], from, to, filters, limit: MOST_ENTITIES }
  const { mart, rows, sql } = await readMetric(query, metric, asked, caller)
  const source = { mart: mart.mart, sql, builtAt: mart.builtAt.toISOString(), position: mart.position }
  return {
    source,
    rows: rows.flatMap(row => {
      const entity = by === undefined ? [] : [{ dimension: by, value: row[by] ?? '' }]
      const isNamed = entity.every(({ value }) => value !== '')
      return row.value === null || row.value === undefined || !isNamed
        ? []
        : [{ entity, currency: row.currency ?? null, value: row.value }]
    }),
  }
}

const keyOf = ({ entity, currency }: Row) => JSON.stringify([entity, currency])

function compare(
  question: Question,
  row: Row,
  before: string,
  { base, source }: { base: Base; source: Source },
): Fact[] {
  const [now, then] = [toUnits(row.value), toUnits(before)]
  const difference = now - then
  const direction = difference > 0n ? 'up' : difference < 0n ? 'down' : 'same'
  const change = question.metric.unit === 'ratio' || then <= 0n ? null : ratioOf(difference, then)
  const common = { base, direction, source } as const
  return [
    toFact(question, row, { kind: 'difference', value: toDecimal(difference), ...common }),
    ...(change === null ? [] : [toFact(question, row, { kind: 'change', value: change, ...common })]),
  ]
}

/** Of what can be added up, by currency. */
function sharesOf(question: Question, rows: Row[], source: Source): Fact[] {
  const isSum = question.metric.measure?.startsWith('sum(') ?? false
  if (!isSum || rows.length === MOST_ENTITIES) return []
  return rows.flatMap(row => {
    const all = rows.filter(({ currency }) => currency === row.currency)
    const whole = all.reduce((sum, { value }) => sum + toUnits(value), 0n)
    const share = whole > 0n ? ratioOf(toUnits(row.value), whole) : null
    return share === null ? [] : [toFact(question, row, { kind: 'share', value: share, source })]
  })
}

type Said = Pick<Fact, 'kind' | 'value' | 'source'> & Partial<Pick<Fact, 'base' | 'direction'>>

function toFact({ metric, label, period }: Question, { entity, currency }: Row, said: Said): Fact {
  const { kind, base = null, direction = null } = said
  const isRatio = kind === 'change' || kind === 'share'
  const of = entity.map(({ dimension, value }) => `${dimension}=${value}`)
  const parts = [metric.name, kind, ...of, `${period.from}..${period.to}`, base?.kind, currency]
  return {
    id: parts.filter(part => part !== undefined && part !== null).join('/'),
    ...{ kind, metric: metric.name, label, entity, period, base },
    value: said.value,
    unit: isRatio ? 'ratio' : metric.unit,
    currency,
    ...{ direction, driver: null, source: said.source },
  }
}
