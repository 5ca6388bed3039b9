import pg from 'pg'
import type { Identity } from '../contract/index.ts'
import { BadInputError } from '../errors/index.ts'
import { findMart, type MartRecord, makeRowRules, tableOf } from '../marts/index.ts'
import type { Query } from '../store/index.ts'
import type { Dimension, Metric } from './definition.ts'
import { findByWord } from './find-metric.ts'

export const PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type Period = (typeof PERIODS)[number]

export type MetricQuestion = {
  /** Dimensions by any of their words, and at most one period. */
  by: string[]
  /** Business dates, both included. */
  from?: string | undefined
  to?: string | undefined
  /** By dimension: the values that count. */
  filters: Record<string, string[]>
  /** By dimension: the values that do not count; what has no value there does. */
  without?: Record<string, string[]> | undefined
  /** Rows by their value, periods too; otherwise periods are in their order and other rows the largest first. */
  ranked?: 'ascending' | 'descending' | undefined
  limit: number
}

export type MetricAnswer = {
  mart: MartRecord
  /** `currency` is there where the metric is an amount. */
  rows: Record<string, string | null>[]
  sql: string
}

const quote = pg.escapeIdentifier
const isPeriod = (word: string): word is Period => (PERIODS as readonly string[]).includes(word)

/**
 * A metric, split and filtered as asked, from the published marts: as far as the caller may see them.
 * Amounts are split by currency, never added up over several.
 * @throws BadInputError for a dimension or period that it does not have
 */
export async function readMetric(
  query: Query,
  metric: Metric,
  question: MetricQuestion,
  caller: Identity,
): Promise<MetricAnswer> {
  const mart = await findMart(query, metric.mart, caller, 'metric')
  const values: (string | string[])[] = []
  const joins = new Map<string, { joined: MartRecord; rules: string[] }>()
  const conditions = makeRowRules(mart.rowRules, caller, values).map(rule => `m.${rule}`)

  /** The column of a dimension, whose mart is joined. */
  const columnOf = async (dimension: Dimension): Promise<string> => {
    if (dimension.mart === undefined) return `m.${quote(dimension.column)}`
    const alias = `d_${dimension.mart}`
    if (!joins.has(alias)) {
      const joined = await findMart(query, dimension.mart, caller, 'by')
      // Of rows that the caller may not see the amounts count, and what they are of stays empty.
      const rules = makeRowRules(joined.rowRules, caller, values).map(rule => `${quote(alias)}.${rule}`)
      joins.set(alias, { joined, rules })
    }
    return `${quote(alias)}.${quote(dimension.column)}`
  }

  const period = question.by.find(isPeriod)
  const split: { name: string; sql: string }[] = []
  if (period) split.push({ name: period, sql: `date_trunc('${period}', m.${dateOf(metric)})::date` })
  for (const word of question.by.filter(each => !isPeriod(each))) {
    const dimension = findDimension(metric, word, 'by')
    split.push({ name: dimension.name, sql: await columnOf(dimension) })
  }
  if (metric.unit === 'currency') split.push({ name: 'currency', sql: 'm.currency' })

  for (const [word, wanted] of Object.entries(question.filters)) {
    const column = await columnOf(findDimension(metric, word, `filters.${word}`))
    values.push(wanted)
    conditions.push(`${column}::text = any($${values.length}::text[])`)
  }
  for (const [word, unwanted] of Object.entries(question.without ?? {})) {
    const column = await columnOf(findDimension(metric, word, `without.${word}`))
    values.push(unwanted)
    conditions.push(`(${column} is null or ${column}::text <> all($${values.length}::text[]))`)
  }
  const inRange = (['from', 'to'] as const).flatMap(side => {
    const date = question[side]
    if (date === undefined) return []
    values.push(date)
    return [`${dateOf(metric)} ${side === 'from' ? '>=' : '<='} $${values.length}::date`]
  })
  conditions.push(...inRange.map(condition => `m.${condition}`))
  if (metric.at === 'end') conditions.push(atEnd(mart, metric, period, inRange))

  const from = [...joins].map(
    ([alias, { joined, rules }]) =>
      `left join ${tableOf(joined)} as ${quote(alias)} on ${[`${quote(alias)}.${quote(joined.key[0] ?? '')} = m.${quote(joined.key[0] ?? '')}`, ...rules].join(' and ')}`,
  )
  const sql = [
    `select ${[...split.map(({ name, sql }) => `${sql} as ${quote(name)}`), `${valueSql(metric)} as value`].join(', ')}`,
    `from ${tableOf(mart)} as m`,
    ...from,
    ...(conditions.length > 0 ? [`where ${conditions.join(' and ')}`] : []),
    ...(split.length > 0 ? [`group by ${split.map((_, i) => i + 1).join(', ')}`] : []),
    `order by ${[...(period && !question.ranked ? ['1'] : []), `value ${question.ranked === 'ascending' ? 'asc' : 'desc'} nulls last`, ...split.map((_, i) => i + 1)].join(', ')}`,
    `limit ${question.limit}`,
  ].join('\n')
  const rows = await query<Record<string, unknown>>(sql, values)
  return { mart, rows: rows.map(asText), sql }
}

function findDimension({ name, dimensions }: Metric, word: string, field: string): Dimension {
  const found = findByWord(dimensions, word)
  if (found) return found
  throw new BadInputError(
    `${name} has no dimension ${JSON.stringify(word)}: there are ${[...PERIODS, ...dimensions.map(each => each.name)].join(', ')}`,
    { field },
  )
}

function dateOf({ name, date }: Metric): string {
  if (date === undefined)
    throw new BadInputError(`${name} has no date to split or filter by`, { field: 'by' })
  return quote(date)
}

/** Rows of the last day that there is in each period: a stock is no sum over days. */
function atEnd(mart: MartRecord, metric: Metric, period: Period | undefined, inRange: string[]): string {
  const date = dateOf(metric)
  const where = inRange.length > 0 ? ` where ${inRange.join(' and ')}` : ''
  const groups = period ? ` group by date_trunc('${period}', ${date})` : ''
  return `m.${date} in (select max(${date}) from ${tableOf(mart)}${where}${groups})`
}

/** sum(column), average(column), count() and count(distinct column) in SQL; a quotient has four digits. */
function valueSql({ measure, numerator, denominator }: Metric): string {
  if (measure !== undefined) return measureSql(measure)
  return `round(${measureSql(numerator ?? '')}::numeric / nullif(${measureSql(denominator ?? '')}, 0), 4)`
}

function measureSql(measure: string): string {
  const [, how = '', distinct, column = ''] = /^(sum|average|count)\((distinct )?(\w*)\)$/.exec(measure) ?? []
  if (how === 'count') return column === '' ? 'count(*)' : `count(${distinct ?? ''}m.${quote(column)})`
  return `${how === 'average' ? 'avg' : 'sum'}(m.${quote(column)})`
}

const asText = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === null || value === undefined
        ? null
        : value instanceof Date
          ? value.toISOString().slice(0, 10)
          : String(value),
    ]),
  )
