import type { Identity } from '../../contract/index.ts'
import { type Metric, type MetricAnswer, type MetricQuestion, readMetric } from '../../metrics/index.ts'
import type { Query } from '../../store/index.ts'
import { addMonths, type Span, UNITS, unitAround } from '../calendar.ts'
import { compare, ratio, signOf, subtract } from '../decimal.ts'
import type { Entity, Fact, Language, Source, Unit } from '../facts.ts'
import { sourceOf } from '../make-fact.ts'
import { labelOf } from './describe.ts'
import { CannotKnow, type Reading } from './reading.ts'

/** One row of an answer: what it is of, and its numbers. */
export type Line = {
  entity: Entity[]
  value: Fact
  rank?: Fact | undefined
  base?: Fact | undefined
  difference?: Fact | undefined
  change?: Fact | undefined
  whole?: Fact | undefined
  share?: Fact | undefined
}

export type Answer = { lines: Line[]; answers: MetricAnswer[] }

type Row = { key: string; entity: Entity[]; currency: string | null; value: string | null; span: Span }

/** Rows that are read of the marts, the first by their order; an answer has fewer. */
const MAX_ROWS = 1000
/** Rows of two periods are put beside each other, and then all of them have to be there. */
const MAX_COMPARED = 100_000
/** Rows of an answer that no number of the question limits. */
const MAX_LINES = 100

const isPeriod = (name: string): name is (typeof UNITS)[number] => (UNITS as readonly string[]).includes(name)

/** The metric, or the quotient of two of one mart. */
export function asked({ metric, per }: Reading): Metric {
  if (!per) return metric
  const { measure, denominator: _, ...rest } = metric
  return {
    ...rest,
    unit: metric.unit === 'currency' ? 'currency' : 'quantity',
    ...(measure !== undefined && { numerator: measure }),
    ...(per.measure !== undefined && { denominator: per.measure }),
  }
}

/**
 * The numbers of a reading, as far as the caller may see them.
 * @throws CannotKnow where a comparison would be of more rows than are put beside each other
 */
export async function answerReading(
  query: Query,
  reading: Reading,
  { caller, language }: { caller: Identity; language: Language },
): Promise<Answer> {
  const metric = asked(reading)
  const answers: MetricAnswer[] = []
  const read = async (question: Partial<MetricQuestion>, span: Span) => {
    const answer = await readMetric(
      query,
      metric,
      {
        by: reading.dimensions,
        filters: reading.filters,
        without: reading.without,
        ...(reading.order.by === 'value' && { ranked: reading.order.direction }),
        limit: reading.comparison || reading.share ? MAX_COMPARED : MAX_ROWS,
        from: span.from,
        to: span.to,
        ...question,
      },
      caller,
    )
    if (answer.rows.length >= MAX_COMPARED)
      throw new CannotKnow('several_dimensions', reading.dimensions.join(', '), reading.metric)
    answers.push(answer)
    return {
      source: sourceOf(answer.mart, answer.sql),
      rows: answer.rows.map(row => toRow(row, reading, span)),
    }
  }
  const main = await read({}, reading.period)
  const base = reading.comparison && (await read({}, reading.comparison.period))
  const whole = reading.share && (await read(wholeOf(reading), reading.period))
  const make = makeFacts(reading, metric, language)
  const before = new Map(base?.rows.map(row => [row.key, row]))
  const rows = order(main.rows, before, reading)
  const lines = rows.map((row, i): Line => {
    const value = make({ ...row, value: row.value ?? '0' }, 'value', main.source)
    const line: Line = { entity: row.entity, value }
    const isRanked =
      reading.limit !== null && reading.order.by === 'value' && reading.order.direction === 'descending'
    if (isRanked) {
      const place = rows.slice(0, i + 1).filter(each => each.currency === row.currency).length
      line.rank = make({ ...row, value: String(place), unit: 'rank' }, 'rank', main.source)
    }
    if (base && reading.comparison)
      addComparison(line, { row, before: before.get(row.key), source: base.source, make, reading })
    if (whole) addShare(line, { row, whole: whole.rows, source: whole.source, make })
    return line
  })
  return { lines, answers }
}

/** Of what a share is: the same without the filter of the part, or without the split. */
function wholeOf({ share, filters, dimensions }: Reading): Partial<MetricQuestion> {
  const of = share?.of
  if (!of) return { by: dimensions.filter(isPeriod) }
  return { filters: Object.fromEntries(Object.entries(filters).filter(([name]) => name !== of)) }
}

const isQuotient = ({ metric, per }: Reading) => per !== null || metric.numerator !== undefined
const latest = (...days: string[]) => days.sort().at(-1) ?? ''
const earliest = (...days: string[]) => days.sort()[0] ?? ''

/** Values of filters that let one value through are what a row is of, beside those of its own. */
function toRow(row: Record<string, string | null>, { dimensions, filters }: Reading, span: Span): Row {
  const own = dimensions
    .filter(name => !isPeriod(name))
    .map(dimension => ({ dimension, value: row[dimension] ?? '' }))
  const filtered = Object.entries(filters)
    .filter(([name]) => !dimensions.includes(name))
    .flatMap(([dimension, values]) => values.map(value => ({ dimension, value })))
  const unit = dimensions.find(isPeriod)
  const start = unit && row[unit]
  const whole = start ? unitAround(start, unit) : span
  const currency = row.currency ?? null
  return {
    key: JSON.stringify([own.map(({ value }) => value), monthsOf(start ?? null), currency]),
    entity: [...own, ...filtered],
    currency,
    value: row.value ?? null,
    span: {
      from: latest(whole.from, span.from),
      to: earliest(whole.to, span.to),
    },
  }
}

/** The month of a date without its year: rows of two years with the same one belong together. */
const monthsOf = (start: string | null) => start?.slice(5) ?? null

/** Rows with a value, in the order that was asked for: so many for each currency. */
function order(rows: Row[], before: Map<string, Row>, reading: Reading): Row[] {
  const { order, limit, dimensions, period } = reading
  const isComparable = ({ key }: Row) =>
    order.by !== 'change' || !isQuotient(reading) || before.get(key)?.value
  const known = rows.filter(row => row.value !== null && isComparable(row))
  if (order.by === 'change') {
    // What there was before and is no more has fallen to nothing; of a quotient that is no number.
    const keys = new Set(rows.map(({ key }) => key))
    const gone = [...before.values()].filter(({ key, value }) => value !== null && !keys.has(key))
    if (!dimensions.some(isPeriod) && !isQuotient(reading))
      known.push(...gone.map(row => ({ ...row, value: '0', span: period })))
    const changeOf = ({ key, value }: Row) => subtract(value ?? '0', before.get(key)?.value ?? '0')
    const turn = order.direction === 'ascending' ? 1 : -1
    known.sort((a, b) => turn * compare(changeOf(a), changeOf(b)) || (a.key < b.key ? -1 : 1))
  }
  const counts = new Map<string | null, number>()
  return known.filter(({ currency }) => {
    const count = (counts.get(currency) ?? 0) + 1
    counts.set(currency, count)
    return count <= (limit ?? MAX_LINES)
  })
}

type Measured = { entity: Entity[]; currency: string | null; value: string; span: Span; unit?: Unit }
type Make = (number: Measured, kind: Fact['kind'], source: Source, more?: Partial<Fact>) => Fact

function makeFacts(reading: Reading, metric: Metric, language: Language): Make {
  let count = 0
  const { period } = reading
  return ({ entity, currency, value, span, unit }, kind, source, more = {}) => {
    count += 1
    return {
      id: `f${count}`,
      kind,
      metric: reading.per ? `${metric.name}/${reading.per.name}` : metric.name,
      label: labelOf(reading, language),
      entity,
      period: { ...span, isWhole: period.isWhole || isInside(span, reading) },
      base: null,
      value,
      unit: unit ?? metric.unit,
      currency: (unit ?? metric.unit) === 'currency' ? currency : null,
      direction: null,
      driver: null,
      source,
      ...more,
    }
  }
}

/** A month of a period that is not whole may be whole itself. */
const isInside = ({ from, to }: Span, { period }: Reading) => from > period.from && to < period.to

function addComparison(
  line: Line,
  {
    row,
    before,
    source,
    make,
    reading,
  }: { row: Row; before: Row | undefined; source: Source; make: Make; reading: Reading },
): void {
  const { comparison, dimensions } = reading
  // A quotient of nothing is no number to compare with.
  if (!comparison || (isQuotient(reading) && !before?.value)) return
  const isRow = dimensions.some(isPeriod)
  const span = isRow
    ? { from: addMonths(row.span.from, -12), to: addMonths(row.span.to, -12) }
    : comparison.period
  const period = isRow ? { ...span, isWhole: comparison.period.isWhole } : comparison.period
  const base = { ...comparison, period }
  const old = before?.value ?? null
  line.base = make({ ...row, value: old ?? '0', span }, 'value', source, { period })
  const difference = subtract(row.value ?? '0', old ?? '0')
  const sign = signOf(difference)
  const direction = sign > 0 ? 'up' : sign < 0 ? 'down' : 'same'
  line.difference = make({ ...row, value: difference }, 'difference', source, { base, direction })
  const change = ratio(difference, old ?? '0')
  if (change !== null)
    line.change = make({ ...row, value: change, unit: 'ratio' }, 'change', source, { base, direction })
}

function addShare(
  line: Line,
  { row, whole, source, make }: { row: Row; whole: Row[]; source: Source; make: Make },
): void {
  // Either each row has a whole of its own, or all rows of a period have one.
  const own =
    whole.find(each => each.key === row.key) ??
    whole.find(each => each.currency === row.currency && each.span.from === row.span.from)
  if (!own || own.value === null) return
  line.whole = make({ ...own, value: own.value, span: row.span }, 'value', source)
  const share = ratio(row.value ?? '0', own.value)
  if (share !== null) line.share = make({ ...row, value: share, unit: 'ratio' }, 'share', source)
}
