import type { Fact, Statement } from '../facts.ts'
import type { Claim } from './claims.ts'
import type { Grain } from './lexicon.ts'
import type { WrittenNumber } from './numbers.ts'
import { daysIn } from './periods.ts'
import type { Scope } from './scope.ts'

/** Farthest from the fact that a number after about, or in thousands, may be, and one after almost or over. */
const MOST_ABOUT = 0.05
const MOST_BEYOND = 0.1
/** Of a change that is called slight. */
const MOST_SLIGHT = 0.05
const EPSILON = 1e-9
const MONTHS: Partial<Record<Grain, number>> = { month: 1, quarter: 3, year: 12 }

const isMovement = ({ kind }: Fact) => kind === 'change' || kind === 'difference'

/** Whether a fact says what a claim says, in its scope: all of it, or nothing. */
export function supports(fact: Fact, claim: Claim, scope: Scope, statements: Statement[]): boolean {
  return isOf(fact, claim, scope) && says(fact, claim, scope, statements)
}

/** Measure, entity, driver, period and base. */
function isOf(fact: Fact, claim: Claim, scope: Scope): boolean {
  const metrics = (claim.kind === 'number' ? claim.metrics : null) ?? scope.metrics
  if (metrics && !metrics.includes(fact.metric) && !isOfPrice(fact, claim, scope)) return false
  if (!scope.entities.some(entities => isSameEntity(fact, entities))) return false
  const driver = fact.driver === 'entity' ? null : fact.driver
  if (driver !== scope.driver && !isOfPrice(fact, claim, scope)) return false
  if (claim.kind === 'number' && claim.role === 'before') return true
  if (scope.period && (scope.period.from !== fact.period.from || scope.period.to !== fact.period.to))
    return false
  if (isMovement(fact) && scope.base && !isBase(fact, scope.base)) return false
  return true
}

/** The price is higher, which makes +500: what a price makes is an effect of it. */
const isOfPrice = (fact: Fact, claim: Claim, { metrics, driver, contributes, isAfterPrice }: Scope) =>
  fact.driver === 'price' &&
  driver === null &&
  claim.kind === 'number' &&
  isAfterPrice &&
  (contributes
    ? metrics === null || metrics.includes(fact.metric)
    : claim.number.sign !== 0 && metrics?.every(metric => metric === 'revenue_per_unit') === true)

function isSameEntity({ entity }: Fact, entities: Scope['entities'][number]): boolean {
  if (entity.length !== entities.length) return false
  return entities.every(options =>
    entity.some(({ dimension, value }) =>
      options.some(it => it.dimension === dimension && it.value === value),
    ),
  )
}

function isBase({ base, period }: Fact, written: NonNullable<Scope['base']>): boolean {
  if (!base) return false
  if (written.kind === 'period')
    return base.period.from === written.days.from && base.period.to === written.days.to
  if (written.base !== base.kind) return false
  if (written.days && (written.days.from !== base.period.from || written.days.to !== base.period.to))
    return false
  return written.grain === null || hasLength(period, written.grain, written.count ?? 1)
}

/** Whether a period is that many whole days, weeks, or months, quarters and years of the calendar. */
export function hasLength({ from, to }: { from: string; to: string }, grain: Grain, count: number): boolean {
  const days = daysIn({ from, to })
  const months = MONTHS[grain]
  if (months === undefined) return days === count * (grain === 'week' ? 7 : 1)
  const start = new Date(`${from}T00:00:00Z`)
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months * count, 0))
  return from.endsWith('-01') && end.toISOString().slice(0, 10) === to
}

function says(fact: Fact, claim: Claim, scope: Scope, statements: Statement[]): boolean {
  if (
    scope.contributes &&
    fact.driver === null &&
    !statements.some(({ drivers }) => drivers.includes(fact.id))
  )
    return false
  switch (claim.kind) {
    case 'direction':
      return isMovement(fact) && fact.direction === claim.direction && isWithin(fact, scope)
    case 'rank':
      return fact.kind === 'rank' && Number(fact.value) === claim.rank
    case 'most':
      return fact.kind === 'share' && Number(fact.value) > 0.5
    case 'number':
      return saysNumber(fact, claim, scope)
  }
}

/** Slight is a change of 5 % at most. */
const isWithin = (fact: Fact, { isSlight }: Scope) =>
  !isSlight || (fact.kind === 'change' && Math.abs(Number(fact.value)) <= MOST_SLIGHT)

function saysNumber(fact: Fact, claim: Claim & { kind: 'number' }, scope: Scope): boolean {
  const { number, role } = claim
  if (!hasUnit(fact, number, scope)) return false
  if (role === 'difference') {
    if (!isMovement(fact)) return false
    if (claim.direction === null || fact.direction !== claim.direction) return false
    return isWithin(fact, scope) && isRounded(Math.abs(writtenOf(fact)), claim)
  }
  if (role === 'share') return fact.kind === 'share' && isRounded(writtenOf(fact), claim)
  if (fact.kind !== 'value') return false
  return isRounded(writtenOf(fact), claim)
}

/** As people write it: ratios in percent. */
const isRatio = ({ kind, unit }: Fact) => kind === 'change' || kind === 'share' || unit === 'ratio'
const writtenOf = (fact: Fact) => Number(fact.value) * (isRatio(fact) ? 100 : 1)

function hasUnit(fact: Fact, { unit, currencies }: WrittenNumber, scope: Scope): boolean {
  if (fact.kind === 'change' || fact.kind === 'share') return unit === 'percent'
  if (fact.kind === 'difference' && fact.unit === 'ratio') return unit === 'points'
  if (fact.unit === 'ratio') return unit === 'percent'
  if (fact.unit === 'currency') {
    const codes = currencies ?? (unit === 'none' ? scope.currencies : null)
    return codes?.includes(fact.currency ?? '') ?? false
  }
  if (fact.unit === 'days') return unit === 'days' || unit === 'none'
  return unit === 'none' || unit === 'quantity'
}

/** Whether a fact's value may be written so. Exact: within half of the last digit. */
function isRounded(value: number, { number, bound }: Claim & { kind: 'number' }): boolean {
  const written = number.value
  const isFraction = !Number.isInteger(written) && number.step === 1
  const half = (isFraction ? 1 : number.step) / 2
  const apart = Math.abs(value - written)
  const relative = apart / Math.max(Math.abs(value), EPSILON)
  if (written === 0 && value !== 0) return false
  const slack = EPSILON * Math.max(1, Math.abs(written))
  if (bound === null) return apart <= half + slack && (!number.isScaled || relative <= MOST_ABOUT)
  const isNear = apart <= half + slack
  if (bound === 'almost') return value < written && (isNear || relative <= MOST_BEYOND)
  if (bound === 'over') return value > written && (isNear || relative <= MOST_BEYOND)
  return isNear || (relative <= MOST_ABOUT && apart <= significance(written) / 2 + slack)
}

/** Of the last digit that is not zero: 1200 is about anything from 1150 to 1250. */
function significance(written: number): number {
  let step = 1
  while (written !== 0 && written % (step * 10) === 0) step *= 10
  return step
}
