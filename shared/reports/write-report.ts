import { createHash } from 'node:crypto'
import { hasAccess, type Identity } from '../contract/index.ts'
import { BadInputError, isOutage, NotFoundError, OutageError } from '../errors/index.ts'
import type { Llm } from '../llm/index.ts'
import type { Query } from '../store/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { compose } from './compose.ts'
import type { Fact, Language } from './facts.ts'
import { findKept, getKept, keep } from './keep.ts'
import { KINDS, type ReportKind } from './kinds/index.ts'
import { findNumbers } from './narrative/find-numbers.ts'
import { coveredOf, type Order } from './order.ts'
import { choosePeriod } from './periods.ts'
import { type Published, readPublished } from './published.ts'
import { drawChart } from './render/index.ts'
import type { WrittenReport } from './render/written.ts'
import { rewrite, type Sentence } from './rewrite/index.ts'

/** A kept report is given as it is only by code that writes the same fields. */
const FORMAT = 2
/** Publications may change while a report is read; so often it is begun again. */
const TRIES = 3
/** Postgres: a table, or a schema, that has gone meanwhile. */
const GONE = new Set(['42P01', '3F000'])

export type ReportRequest = {
  report: string
  from?: string | undefined
  to?: string | undefined
  language: Language
  filters: Record<string, string[]>
}

export type Writing = {
  query: Query
  caller: Identity
  /** Without one the templates stand. */
  llm: Llm | undefined
  log: Logger
  signal: AbortSignal
}

/**
 * Writes a report of what the caller may see, or gives the one that was written of the same publication before: the same bytes.
 * @throws BadInputError for a period without data or a dimension that no metric has; NotFoundError before the first publication
 */
export async function writeReport(request: ReportRequest, writing: Writing): Promise<WrittenReport> {
  const kind = KINDS.find(({ name }) => name === request.report)
  if (!kind)
    throw new NotFoundError(
      `no report ${JSON.stringify(request.report)}: there are ${KINDS.map(({ name }) => name).join(', ')}`,
      { field: 'report' },
    )
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const written = await tryToWrite(kind, request, writing)
    if (written) return written
  }
  throw new OutageError('store', 'marts are published faster than a report of them is written')
}

/** @returns undefined where another publication has come meanwhile */
async function tryToWrite(
  kind: ReportKind,
  request: ReportRequest,
  writing: Writing,
): Promise<WrittenReport | undefined> {
  const { query, caller } = writing
  const published = await readPublished(query, caller, 'report')
  const order = toOrder(kind, request, published, writing)
  const id = await idOf(kind, order)
  const known = await findKept(query, id)
  if (known) return known
  try {
    const composed = await compose(order, kind)
    const now = await readPublished(query, caller, 'report')
    if (now.key !== published.key) return undefined
    const report = await toReport({ kind, order, id, composed }, writing)
    return await keep(query, report, published.rights)
  } catch (error) {
    if (!isOutage(error) && GONE.has((error as { code?: string }).code ?? '')) return undefined
    throw error
  }
}

/** A report that was written before, by its id. */
export async function getReport(
  id: string,
  { query, caller }: Pick<Writing, 'query' | 'caller'>,
): Promise<WrittenReport> {
  const { rights } = await readPublished(query, caller, 'id')
  return await getKept(query, id, { rights, caller })
}

function toOrder(
  kind: ReportKind,
  { from, to, language, filters }: ReportRequest,
  published: Published,
  { query, caller }: Writing,
): Order {
  if (kind.access && !hasAccess(caller, kind.access)) throw forbidden(kind, kind.access)
  const covered = coveredOf(published, kind.mart)
  if (!covered)
    throw published.mayRead(kind.mart)
      ? new NotFoundError(`${kind.mart} has no rows yet`, { field: 'report' })
      : forbidden(kind, published.marts.get(kind.mart)?.access ?? 'operator')
  const known = new Set(published.metrics.flatMap(({ dimensions }) => dimensions.map(({ name }) => name)))
  for (const name of Object.keys(filters))
    if (!known.has(name))
      throw new BadInputError(
        `there is no dimension ${JSON.stringify(name)}: there are ${[...known].sort().join(', ')}`,
        {
          field: `filters.${name}`,
        },
      )
  return { query, caller, published, language, period: choosePeriod({ from, to }, covered), filters }
}

const forbidden = ({ name }: ReportKind, role: string) =>
  new BadInputError(`the role ${role} is needed for ${name}`, {
    ...{ status: 403, reason: 'forbidden', field: 'report' },
  })

/** The same for the same data, whoever asks and sees the same rows of them. */
async function idOf(
  kind: ReportKind,
  { query, published, language, period, filters }: Order,
): Promise<string> {
  const sorted = Object.entries(filters)
    .map(([name, values]) => [name, [...new Set(values)].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const version = kind.readVersion ? await kind.readVersion(query) : null
  const parts = [FORMAT, kind.name, period, sorted, language, published.key, version]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

type Made = { kind: ReportKind; order: Order; id: string; composed: Awaited<ReturnType<typeof compose>> }

async function toReport(
  { kind, order, id, composed }: Made,
  { llm, log, signal }: Writing,
): Promise<WrittenReport> {
  const { language, period, filters, published } = order
  const { facts, charts } = composed
  const statements = composed.sections.flatMap(section => section.statements)
  const { sentences, problem } = await rewrite(statements, facts, { language, llm, log, signal })
  const byId = new Map(facts.map(fact => [fact.id, fact]))
  const factsOf = (sentence: Sentence): Fact[] => {
    const own = statements.filter(statement => sentence.statements.includes(statement.id))
    return own.flatMap(statement => statement.facts.flatMap(fact => byId.get(fact) ?? []))
  }
  const sections = composed.sections.map(({ name, title, statements: own }) => {
    // A sentence that joins statements of two sections stands where the first of them was.
    const isOwn = ({ statements: [first] }: Sentence) => own.some(statement => statement.id === first)
    const written = sentences.filter(isOwn).map(sentence => {
      const said = factsOf(sentence)
      const numbers = findNumbers(sentence.text, said, language)
      return { text: sentence.text, by: sentence.by, facts: said.map(fact => fact.id), numbers }
    })
    return { name, title, sentences: written }
  })
  const mart = published.marts.get(kind.mart)
  return {
    ...{ id, report: kind.name, title: kind.titles[language], language, period, filters },
    sections: sections.filter(section => section.sentences.length > 0),
    narrative: sections.map(section => section.sentences.map(({ text }) => text).join(' ')).join('\n\n'),
    facts,
    charts: charts.map(chart => ({ ...chart, svg: drawChart(chart) })),
    problem,
    asOf: { changedAt: mart?.changedAt?.toISOString() ?? null, position: mart?.position ?? null },
    writtenAt: new Date().toISOString(),
  }
}
