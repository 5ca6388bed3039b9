import type { Identity } from '../contract/index.ts'
import type { Metric } from '../metrics/index.ts'
import type { Query } from '../store/index.ts'
import type { Fact, Language, Period, Statement } from './facts.ts'
import { findFindings } from './findings/find-findings.ts'
import { readSales } from './findings/read-history.ts'
import type { Asked, ReportKind } from './kinds/kinds.ts'
import { formatDay } from './narrative/formats.ts'
import { type Telling, tellEffects, tellFinding } from './narrative/tell-findings.ts'
import { tellLargest, tellTotals } from './narrative/tell-numbers.ts'
import { TEXTS } from './narrative/texts/index.ts'
import { baseOf, type Covered } from './periods.ts'
import { readFacts } from './read-facts.ts'

export type Report = { statements: Statement[]; facts: Fact[] }

/** In what a report is written, of which days there are data. */
export type Order = {
  kind: ReportKind
  language: Language
  period: Period
  covered: Covered
  filters: Record<string, string[]>
  metrics: Metric[]
  caller: Identity
}

/** Findings that a report tells of. */
const MOST_FINDINGS = 8

/** The numbers of a report and its sentences, in their order: the same data give the same report. */
export async function makeReport(query: Query, order: Order): Promise<Report> {
  const { kind, language, period, covered, filters } = order
  const [facts, statements]: [Fact[], Statement[]] = [[], []]
  for (const asked of kind.asked) {
    const metric = order.metrics.find(({ name }) => name === asked.metric)
    if (!metric || !canBe(metric, asked, filters)) continue
    const bases = asked.compared.map(each => baseOf(each, period, covered)).filter(base => base !== null)
    const label = labelOf(metric, language)
    const found = await readFacts(
      query,
      { metric, label, by: asked.by, period, bases, filters },
      order.caller,
    )
    facts.push(...found)
    const numbers = { facts: found, period, language }
    const dimension = metric.dimensions.find(({ name }) => name === asked.by)
    statements.push(
      ...(dimension
        ? tellLargest(numbers, { label: labelOf(dimension, language), most: asked.most ?? 5 })
        : tellTotals(numbers)),
    )
  }
  if (kind.hasFindings && Object.keys(filters).length === 0) {
    const told = await tellSales(query, order)
    facts.push(...told.facts)
    statements.push(...told.statements)
  }
  statements.push(...notesOf(order))
  return { statements, facts: uniqueById(facts) }
}

const labelOf = ({ label, labels }: Pick<Metric, 'label' | 'labels'>, language: Language) =>
  labels?.[language] ?? label

/** Whether the metric has the dimensions that are asked for. */
const canBe = ({ dimensions }: Metric, { by }: Asked, filters: Order['filters']) =>
  [...(by === undefined ? [] : [by]), ...Object.keys(filters)].every(name =>
    dimensions.some(each => each.name === name),
  )

async function tellSales(
  query: Query,
  { language, period, covered, metrics, caller }: Order,
): Promise<Report> {
  const base = baseOf('previous', period, covered)
  if (!base) return { statements: [note('no-base', TEXTS[language].noBase)], facts: [] }
  const { sales, source } = await readSales(query, { period, base: base.period, caller })
  const labels = {
    revenue: nameOf('revenue', metrics, language),
    price: nameOf('revenue_per_unit', metrics, language),
  }
  const told = sales.flatMap(({ history, effects }) => {
    const telling: Telling = { ...{ language, period, base, labels, source }, currency: history.currency }
    const findings = findFindings(history).slice(0, MOST_FINDINGS)
    return [tellEffects(effects, telling), ...findings.map(finding => tellFinding(finding, telling))]
  })
  const isQuiet = told.length === sales.length
  return {
    statements: [
      ...told.map(({ statement }) => statement),
      ...(isQuiet && sales.length > 0 ? [note('nothing-found', TEXTS[language].nothingFound)] : []),
    ],
    facts: told.flatMap(each => each.facts),
  }
}

const nameOf = (name: string, metrics: Metric[], language: Language) => {
  const metric = metrics.find(each => each.name === name)
  return metric ? labelOf(metric, language) : name
}

const notesOf = ({ language, period, covered }: Order): Statement[] =>
  period.isWhole ? [] : [note('not-whole', TEXTS[language].notWhole(formatDay(covered.last, language)))]

const note = (id: string, text: string): Statement => ({ id, text, facts: [], drivers: [] })

const uniqueById = (facts: Fact[]) => [...new Map(facts.map(fact => [fact.id, fact])).values()]
