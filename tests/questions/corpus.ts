import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/postgres.ts'

export type Question = { language: string; question: string; expected: string; isHeldBack: boolean }

/** Questions of a file, each with its language and, if it has an answer, its reading in short. */
export function readQuestions(file: 'answerable' | 'unanswerable' | 'traps' | 'managers'): Question[] {
  const lines = readFileSync(join(ROOT, 'tests/questions', `${file}.txt`), 'utf8').split('\n')
  return lines
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map((line, i) => {
      const [, language = '', question = '', expected = ''] = /^(\w\w): (.*?)(?: => (.*))?$/.exec(line) ?? []
      return { language, question, expected, isHeldBack: i % 3 === 2 }
    })
}

type Reading = {
  metric: string
  per: string | null
  share: object | null
  dimensions: string[]
  filters: Record<string, string[]>
  without: Record<string, string[]>
  period: { from: string; to: string }
  comparison: { kind: string } | null
  order: { direction: string }
  limit: number | null
}

const listed = (values: Record<string, string[]>) =>
  Object.keys(values)
    .sort()
    .map(name => `${name}=${values[name]?.join(',')}`)
    .join('; ')

/** A reading in short: `revenue | by category | in country=Germany | 2016-01-01..2016-12-31 | top 5`. */
export function shorten(reading: Reading): string {
  const { metric, per, share, dimensions, filters, without, period, comparison, order, limit } = reading
  return [
    `${metric}${per ? `/${per}` : ''}${share ? ' share' : ''}`,
    ...(dimensions.length > 0 ? [`by ${dimensions.join(',')}`] : []),
    ...(Object.keys(filters).length > 0 ? [`in ${listed(filters)}`] : []),
    ...(Object.keys(without).length > 0 ? [`not ${listed(without)}`] : []),
    `${period.from}..${period.to}`,
    ...(comparison ? [`vs ${comparison.kind}`] : []),
    ...(limit === null ? [] : [`${order.direction === 'descending' ? 'top' : 'bottom'} ${limit}`]),
  ].join(' | ')
}
