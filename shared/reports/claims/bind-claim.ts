import type { Fact } from '../facts.ts'
import { supports } from './bind.ts'
import type { Claim } from './claims.ts'
import { driversOf, type Known, type Named as Mentioned, type Needs } from './known.ts'
import type { Scope } from './scope.ts'
import type { Problem } from './tokens.ts'

/** A number without words of its own is what the one before it was. */
export function inherit(
  claim: Claim,
  last: (Claim & { kind: 'number' }) | null,
  { isBefore, isLone }: { isBefore: boolean; isLone: boolean },
): Claim {
  if (claim.kind !== 'number') return claim
  if (claim.role === 'difference')
    return claim.direction ? claim : { ...claim, direction: last?.direction ?? null }
  if (isBefore && (claim.role === 'open' || claim.role === 'level')) return { ...claim, role: 'before' }
  if (claim.role !== 'open') return claim
  const isLike =
    last !== null &&
    last.number.unit === claim.number.unit &&
    last.role !== 'before' &&
    claim.metrics === null
  // Rose by 700: 2,346. Without a name of its own it is what it came to, or the rise again.
  if (isLike && last.role === 'difference' && isLone)
    return { ...claim, role: 'level', orDifference: last.direction }
  if (isLike && last.role !== 'open') return { ...claim, role: last.role, direction: last.direction }
  return { ...claim, role: 'level' }
}

export function bindClaim(
  claim: Claim,
  scope: Scope,
  known: Known,
  needs: Needs,
  drivers: Set<string> | null,
): Fact | Problem {
  const { facts, statements } = known
  const allowed = drivers ? facts.filter(({ id }) => drivers.has(id)) : facts
  const fitting = allowed.filter(fact => supports(fact, claim, scope, statements))
  const isBefore = claim.kind === 'number' && claim.role === 'before'
  const found = isBefore ? fitting.find(fact => isBaseOfScope(fact, scope, facts)) : fitting[0]
  if (!found && claim.kind === 'number' && claim.orDifference)
    return bindClaim(
      { ...claim, role: 'difference', direction: claim.orDifference, orDifference: null },
      scope,
      known,
      needs,
      drivers,
    )
  if (!found) return { reason: reasonFor(claim), at: claim.text }
  const missing = isBefore ? null : fitting.map(fact => missingOf(fact, claim, scope, needs.get(fact.id)))
  return missing?.every(Boolean)
    ? { reason: missing[0] ?? '', at: claim.text }
    : (fitting[missing?.indexOf(null) ?? 0] ?? found)
}

/** A value before is one of the period that a movement in the same scope is compared with. */
function isBaseOfScope(fact: Fact, scope: Scope, facts: Fact[]): boolean {
  if (scope.period && scope.period.from === fact.period.from && scope.period.to === fact.period.to)
    return true
  return facts.some(
    ({ base, metric, entity }) =>
      base !== null &&
      metric === fact.metric &&
      JSON.stringify(entity) === JSON.stringify(fact.entity) &&
      base.period.from === fact.period.from &&
      base.period.to === fact.period.to &&
      (scope.base === null ||
        (scope.base.kind === 'named'
          ? scope.base.base === base.kind
          : scope.base.days.from === fact.period.from)),
  )
}

/** What the template names and the sentence does not. */
function missingOf(fact: Fact, claim: Claim, scope: Scope, needed: Mentioned | undefined): string | null {
  if (
    !scope.metrics &&
    !scope.driver &&
    !scope.contributes &&
    !(claim.kind === 'number' && claim.metrics) &&
    needed?.measure !== false
  )
    return 'measure_missing'
  if (needed?.period && !scope.period) return 'period_missing'
  const isMovement = fact.kind === 'change' || fact.kind === 'difference'
  if (isMovement && needed?.base && fact.base && !scope.base) return 'comparison_missing'
  return null
}

function reasonFor(claim: Claim): string {
  if (claim.kind === 'number') return claim.role === 'share' ? 'unsupported_share' : 'unsupported_number'
  return `unsupported_${claim.kind}`
}

/** The driver that a cause names without a number. */
export function bindNamed(scope: Scope, { facts, statements }: Known, at: string): Fact | Problem {
  const drivers = driversOf(statements)
  const isNamed = scope.driver !== null || scope.entities.some(entities => entities.length > 0)
  const found = facts.find(
    fact =>
      drivers.has(fact.id) &&
      (fact.driver === 'entity' || fact.driver === null ? null : fact.driver) === scope.driver &&
      (scope.metrics === null || scope.metrics.includes(fact.metric)) &&
      scope.entities.some(
        entities =>
          entities.length === fact.entity.length &&
          entities.every(options =>
            fact.entity.some(({ dimension, value }) =>
              options.some(it => it.dimension === dimension && it.value === value),
            ),
          ),
      ),
  )
  return isNamed && found ? found : { reason: 'unsupported_cause', at }
}
