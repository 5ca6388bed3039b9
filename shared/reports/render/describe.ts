import type { Fact, Language, Period, Source } from '../facts.ts'
import { formatMoment, formatPeriod, formatValue } from '../narrative/formats.ts'
import { cleanText } from './escape.ts'
import { WORDS } from './words.ts'
import type { WrittenReport } from './written.ts'

const capitalise = (text: string, language: Language) =>
  text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1)

/** A period by itself, such as "March 2026" within "In March 2026". */
export function headPeriod(period: Period, language: Language): string {
  const said = capitalise(formatPeriod(period, language), language)
  return period.isWhole ? said : `${said} (${WORDS[language].notWhole})`
}

/** What a report is about: a line for the period and one for each filter. */
export function headLines({ period, filters, language }: WrittenReport): string[] {
  const only = Object.entries(filters)
    .filter(([, values]) => values.length > 0)
    .map(([dimension, values]) => `${WORDS[language].filter} ${dimension}: ${values.join(', ')}`)
  return [headPeriod(period, language), ...only].map(cleanText)
}

/** How fresh a report is, and whether its templates stand for want of an answer: a sentence each. */
export function footLines({ asOf, writtenAt, problem, language }: WrittenReport): string[] {
  const words = WORDS[language]
  return [
    ...(asOf.changedAt === null ? [] : [words.asOf(formatMoment(asOf.changedAt, language))]),
    words.written(formatMoment(writtenAt, language)),
    ...(problem === null ? [] : [words.problem(problem.replaceAll('_', ' '))]),
  ].map(cleanText)
}

/** What a fact is: of what, when, and its value, also as it was computed. */
export type Described = { name: string; when: string; value: string }

export function describeFact(fact: Fact, language: Language): Described {
  const { label, kind, entity, base, driver } = fact
  const words = WORDS[language]
  const of = entity.map(({ dimension, value }) => `${dimension} ${value}`)
  const what = [...of, ...(kind === 'value' ? [] : [words.kinds[kind]])]
  const compared = base
    ? [
        `${words.bases[base.kind]}${base.kind === 'forecast' ? '' : ` (${formatPeriod(base.period, language)})`}`,
      ]
    : []
  return {
    name: cleanText([label, ...what].join(', ')),
    when: cleanText(
      [headPeriod(fact.period, language), ...compared, ...(driver ? [words.drivers[driver]] : [])].join(', '),
    ),
    value: cleanText(`${formatValue(fact, language)}, ${words.exactly(exactValue(fact, language))}`),
  }
}

/** The value as it was computed, with its unit: 0.125 is a ratio, 12.5 % the same. */
function exactValue({ value, unit, currency }: Fact, language: Language): string {
  return unit === 'currency' && currency
    ? `${value} ${currency}`
    : `${value} (${WORDS[language].units[unit]})`
}

/** Where facts are from, on one line without the SQL. */
export function describeSource({ mart, builtAt, position }: Source, language: Language): string {
  const words = WORDS[language]
  return cleanText(
    [
      mart,
      words.built(formatMoment(builtAt, language)),
      ...(position === null ? [] : [words.position(position)]),
    ].join(', '),
  )
}

/** Lines of a query, without controls. */
export const sqlLines = (sql: string): string[] =>
  sql
    .trim()
    .split(/\r\n|[\n\r\u{2028}\u{2029}]/u)
    .map(line => line.match(/^[ \t]*/)?.[0].replaceAll('\t', '  ') + cleanText(line))
