import { addDays } from '../../text/index.ts'
import { type Span, unitAround, yearAgoOf } from '../calendar.ts'
import type { Base, Period } from '../facts.ts'
import type { Clock } from '../published.ts'
import { type BaseWords, beforeOf } from './bases.ts'
import type { PeriodWords } from './periods.ts'
import { CannotKnow } from './reading.ts'
import type { Item } from './scan.ts'
import { hasRole } from './settle.ts'
import { type Use, use } from './splits.ts'

export type Time = {
  period: Period
  comparison: Base | null
  /** Whether the question names a period. */
  isNamed: boolean
}

type PeriodItem = Item & { kind: 'period' }
type Pair = { main: PeriodItem | undefined; base: PeriodItem | undefined }

/**
 * The period that a question is about, and with what it is compared.
 * @throws CannotKnow for a period of which there are no data, for two that do not belong together, and for a comparison with
 *   neither the period before nor a year ago
 */
export function findTime(question: Use, clock: Clock, { isStock }: { isStock: boolean }): Time {
  const { said } = question
  const compared = said.filter(item => hasRole(item, 'compared'))
  const growth = said.filter(item => hasRole(item, 'growth'))
  const periods = periodsOf(said, growth.length > 0)
  const bases = said.flatMap(item => (item.kind === 'base' ? [item] : []))
  if (bases.length > 1 || periods.length > 2)
    throw new CannotKnow('several_periods', [...periods, ...bases].map(({ text }) => text).join(', '))
  // "Growth from 2015 to 2016" compares both, as "compared with" does.
  const isCompared = compared.length > 0 || (growth.length > 0 && periods.length === 2)
  const { main, base } = isCompared
    ? pairOf(said, periods, bases.length > 0)
    : { main: undefined, base: undefined }
  use(question, ...said.filter(item => item.kind === 'period'), ...bases, ...growth)
  const words = bases[0]?.base ?? (base && !main ? asBase(base) : undefined)
  const [named, second] = isCompared
    ? latestFirst(main ?? (words ? undefined : periods[0]), words ? undefined : base, clock)
    : [periods[0], periods[1]]
  let span = named ? spanOf(named, clock) : undefined
  if (!isCompared && named && second) span = joined(named, second, clock)
  const unit = named?.period.unit
  if (!span && words)
    span = toDate(words.unit ?? (words.kind === 'year_ago' ? 'year' : undefined), clock, question)
  const isNamed = span !== undefined
  const whole =
    span ?? (isStock ? { from: clock.today, to: clock.today } : { from: clock.first, to: clock.today })
  const period = covered(whole, clock, named?.text ?? '')
  const kind = words?.kind
    ? kindOf(words, unit, question)
    : isCompared && second && named
      ? literalKind({ named, second }, period, clock)
      : growth.length > 0
        ? 'previous'
        : undefined
  if (isCompared && (kind !== undefined || second)) use(question, ...compared)
  if (kind === undefined) return { period, comparison: null, isNamed }
  if (!isNamed) throw new CannotKnow('no_period', (growth[0] ?? compared[0])?.text ?? '')
  const ownUnit = unit ?? words?.unit
  const before =
    kind === 'year_ago' ? yearAgoOf(period) : beforeOf(period, named ? ownUnit : (words?.unit ?? 'year'))
  return { period, comparison: { kind, period: baseOf(before, clock, period) }, isNamed }
}

/** Of a growth that is from one period to another one both of them. */
function periodsOf(said: Item[], isGrowth: boolean): PeriodItem[] {
  const periods = said.filter((item): item is PeriodItem => item.kind === 'period')
  const [only] = periods
  const ends = only?.period.ends
  if (!isGrowth || periods.length !== 1 || !only || !ends || ends[0].unit !== ends[1].unit) return periods
  return ends.map(period => ({ ...only, period }))
}

/** Which of two periods stands behind "compared with": the other one is what the question is about. */
function pairOf(said: Item[], periods: PeriodItem[], hasBase: boolean): Pair {
  const [first, second] = periods
  if (hasBase) return { main: first, base: undefined }
  if (first && second) return { main: first, base: second }
  const compared = said.findIndex(item => hasRole(item, 'compared'))
  const isBehind = first !== undefined && said[compared + 1] === first && compared > 0
  return isBehind ? { main: undefined, base: first } : { main: first, base: undefined }
}

/** "Compared with last year" alone: this year so far is what is compared. */
function asBase({ period, text }: PeriodItem): BaseWords {
  const { relative, unit } = period
  if ((relative !== 'last' && relative !== 'previous') || !unit) {
    if (unit === 'day' && !period.isYearless) return { length: period.length, kind: 'previous', unit }
    throw new CannotKnow('base', text)
  }
  return { length: period.length, kind: unit === 'year' ? 'year_ago' : 'previous', unit }
}

function spanOf({ period, text }: PeriodItem, clock: Clock): Span {
  const span = period.at(clock)
  if (!span) throw new CannotKnow('period', text)
  return span
}

/** The later of two periods is what a question is about, in whichever order they stand. */
function latestFirst(
  main: PeriodItem | undefined,
  base: PeriodItem | undefined,
  clock: Clock,
): [PeriodItem | undefined, PeriodItem | undefined] {
  const isTurned = main && base && spanOf(base, clock).from > spanOf(main, clock).from
  return isTurned ? [base, main] : [main, base]
}

/** March and April are one period, and so are 2016 and its March; March and May are two. */
function joined(first: PeriodItem, second: PeriodItem, clock: Clock): Span {
  const yearOf = (own: PeriodItem, other: PeriodItem) =>
    own.period.isYearless && other.period.unit === 'year'
      ? (own.period.at(clock, Number(spanOf(other, clock).from.slice(0, 4))) ?? spanOf(own, clock))
      : spanOf(own, clock)
  const [a, b] = [yearOf(first, second), yearOf(second, first)]
  if (addDays(a.to, 1) === b.from) return { from: a.from, to: b.to }
  const isIn = (inner: Span, outer: Span, { period }: PeriodItem) =>
    period.unit === 'year' && outer.from <= inner.from && outer.to >= inner.to
  if (isIn(b, a, first)) return b
  if (isIn(a, b, second)) return a
  throw new CannotKnow('several_periods', `${first.text}, ${second.text}`)
}

function toDate(unit: BaseWords['unit'], { today }: Clock, { said }: Use): Span | undefined {
  if (!unit) throw new CannotKnow('no_period', said.find(({ kind }) => kind === 'base')?.text ?? '')
  return { from: unitAround(today, unit).from, to: today }
}

/** The data's part of a period. @throws CannotKnow where there is none */
function covered(span: Span, { first, today }: Clock, text: string): Period {
  if (span.to < first || span.from > today) throw new CannotKnow('no_data', text)
  return { ...span, isWhole: span.from >= first && span.to <= today }
}

/** A month that is compared with the month before, a quarter with the quarter before. */
function kindOf({ kind, unit }: BaseWords, own: PeriodWords['unit'], { said }: Use): Base['kind'] {
  if (kind === 'previous' && unit && own && unit !== own)
    throw new CannotKnow('base', said.find(item => item.kind === 'base')?.text ?? '')
  return kind
}

/** Two periods that are named: the one before, or the same a year before, in either order. */
function literalKind(
  { named, second }: { named: PeriodItem; second: PeriodItem },
  period: Period,
  clock: Clock,
): Base['kind'] {
  const base = spanOf(second, clock)
  const isSame = (a: Span, b: Span) => a.from === b.from && (a.to === b.to || a.to === clock.today)
  const whole = named.period.unit ? unitAround(period.from, named.period.unit) : period
  for (const span of [period, whole]) {
    if (isSame(yearAgoOf(span), base)) return 'year_ago'
    if (isSame(beforeOf(span, named.period.unit), base)) return 'previous'
  }
  // "This month compared with last year" means the same days of it.
  const { relative, unit } = second.period
  if (unit === 'year' && (relative === 'last' || relative === 'previous')) return 'year_ago'
  throw new CannotKnow('base', `${named.text}, ${second.text}`)
}

function baseOf(span: Span, { first, today }: Clock, period: Period): Period {
  if (span.to < first) throw new CannotKnow('no_data', `${span.from} – ${span.to}`)
  return { ...span, isWhole: span.from >= first && span.to <= today && period.isWhole }
}
