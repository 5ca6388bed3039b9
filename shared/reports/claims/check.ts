import type { Fact, Language, Statement } from '../facts.ts'
import { hasLength, supports } from './bind.ts'
import { makeCauses } from './causes.ts'
import { type Claim, isCount, readClaims } from './claims.ts'
import { lexiconOf } from './lexicon.ts'
import { type Context, enter, type Named, readNames, type Scope, sharedOf, type Written } from './scope.ts'
import { isComparedPeriod, isFiller, type Segment, splitSegments } from './segments.ts'
import { readText } from './text.ts'
import { type Problem, readTokens, type Token } from './tokens.ts'

export type CheckedSentence =
  /** `statements`: ids of those of which it says all that their templates say. */
  | { ok: true; statements: string[] }
  /** `reason`: a snake_case word. `at`: the piece of the sentence that it is about. */
  | { ok: false; reason: string; at: string }

/** What a sentence says: facts by what they are said for, and what it has besides claims. */
type Reading = {
  /** Said with their value. */
  said: Set<string>
  /** Said in any way. */
  touched: Fact[]
  names: { period: boolean; base: boolean; measure: boolean; partial: boolean }
}
type Known = { statements: Statement[]; facts: Fact[]; language: Language }
/** What a template names of its facts: a sentence that leaves it out says more than the template. */
type Needs = Map<string, Reading['names']>

const isProblem = (it: object): it is Problem => 'reason' in it

/**
 * Whether every claim of a sentence is one of the facts of these statements: each number, direction, rank, share and cause with
 * its entity, measure, period, unit and comparison as one fact has them. A word that is not known fails it.
 */
export function checkSentence(sentence: string, { statements, facts, language }: Known): CheckedSentence {
  const ids = new Set(statements.flatMap(statement => [...statement.facts, ...statement.drivers]))
  const known = { statements, language, facts: facts.filter(({ id }) => ids.has(id)) }
  const same = statements.find(({ text }) => text.trim() === sentence.trim())
  if (same) return { ok: true, statements: [same.id] }
  const templates = statements.map(statement => readTemplate(statement, known))
  const needs: Needs = new Map()
  for (const [index, { facts: said }] of statements.entries())
    for (const fact of said) {
      const names = templates[index]?.names
      if (names) needs.set(fact, joinNeeds(needs.get(fact), names))
    }
  const reading = readSentence(sentence, known, needs)
  if (isProblem(reading)) return { ok: false, ...reading }
  const covered = statements.filter((_, index) =>
    [...(templates[index]?.said ?? [])].every(
      id => reading.said.has(id) || isImplied(id, reading.said, known.facts),
    ),
  )
  return { ok: true, statements: covered.map(({ id }) => id) }
}

/** The value that a movement began at may be left out. */
function isImplied(id: string, said: Set<string>, facts: Fact[]): boolean {
  const fact = facts.find(it => it.id === id)
  return (
    fact?.kind === 'value' &&
    facts.some(
      ({ id: other, base, metric, entity }) =>
        said.has(other) &&
        metric === fact.metric &&
        JSON.stringify(entity) === JSON.stringify(fact.entity) &&
        base?.period.from === fact.period.from &&
        base.period.to === fact.period.to,
    )
  )
}

/** A fact that is in two statements is said fully where one of them is. */
const joinNeeds = (one: Reading['names'] | undefined, other: Reading['names']) =>
  one
    ? {
        period: one.period && other.period,
        base: one.base && other.base,
        measure: one.measure && other.measure,
        partial: one.partial && other.partial,
      }
    : other

/** What a template says of its own facts. One that is no such sentence must be said whole. */
function readTemplate(statement: Statement, { facts, language }: Known): Pick<Reading, 'said' | 'names'> {
  const ids = new Set([...statement.facts, ...statement.drivers])
  const own = facts.filter(({ id }) => ids.has(id))
  const read = readSentence(statement.text, { statements: [statement], facts: own, language }, new Map())
  if (!isProblem(read)) return read
  const all = { period: false, base: own.some(({ base }) => base !== null), measure: true, partial: false }
  return { said: new Set(statement.facts), names: all }
}

function readSentence(sentence: string, known: Known, needs: Needs): Reading | Problem {
  const text = readText(sentence)
  if (isProblem(text)) return text
  const lexicon = lexiconOf(known.language)
  const { inTime } = lexicon.words
  const read = readTokens(text.text, known.facts, lexicon)
  if (isProblem(read)) return read
  const refused = read.find(({ kind }) => kind === 'refused')
  if (refused?.kind === 'refused') return { reason: refused.reason, at: refused.text }
  const tokens = joinBases(read, known.facts)
  const segments = splitSegments(tokens)
  const counted = new Set(
    tokens.flatMap(token =>
      token.kind === 'measure' &&
      known.facts.some(fact => token.metrics.includes(fact.metric) && isCount(fact))
        ? [token.text]
        : [],
    ),
  )
  const named: Named[] = []
  for (const segment of segments) {
    const names = readNames(segment, counted, inTime)
    if (isProblem(names)) return names
    named.push(names)
  }
  const bound = bindSegments(segments, named, known, needs)
  if (isProblem(bound)) return bound
  return checkRest(tokens, bound, needs)
}

/** The previous period (5 October to 1 November) is one base. */
function joinBases(tokens: Token[], facts: Fact[]): Token[] {
  const joined: Token[] = []
  for (const token of tokens) {
    const place = joined.findLastIndex(it => !(isFiller(it) || it.kind === 'stop' || it.kind === 'of'))
    const base = joined[place]
    const isDays =
      token.kind === 'period' &&
      base?.kind === 'base' &&
      facts.some(
        fact =>
          fact.base?.kind === base.base &&
          fact.base.period.from === token.days.from &&
          fact.base.period.to === token.days.to,
      )
    if (isDays) joined.splice(place, joined.length - place, { ...base, days: token.days })
    else joined.push(token)
  }
  return joined
}

function bindSegments(
  segments: Segment[],
  all: Named[],
  known: Known,
  needs: Needs,
): { said: Set<string>; touched: Fact[] } | Problem {
  const shared = sharedOf(all)
  const causes = makeCauses(known.statements)
  const drivers = driversOf(known.statements)
  let context = EMPTY
  const written: Written[] = []
  const said = new Set<string>()
  const touched: Fact[] = []
  let last: (Claim & { kind: 'number' }) | null = null
  for (const [index, segment] of segments.entries()) {
    const named = all[index] as Named
    const read = readClaims(segment, known.facts)
    if (isProblem(read)) return read
    const isOfElse = causes.enter(segment, named, textOf(segment))
    if (typeof isOfElse === 'object') return isOfElse
    const entered = enter(
      isOfElse ? { ...context, entities: [], driver: null } : context,
      named,
      shared,
      segment,
    )
    const left = entered.leaves.find(({ isUsed }) => !isUsed)
    if (left) return { reason: 'unbound_name', at: left.text }
    context = entered.after
    written.push(...entered.uses, ...entered.bases)
    const facts: Fact[] = []
    for (const claim of read) {
      const isThen = named.isThen || (named.base !== null && !read.some(compares))
      if (isThen && (claim.kind !== 'number' || claim.role === 'difference'))
        return { reason: 'unsupported_period', at: claim.text }
      const full = inherit(claim, last, isThen || isBaseAside(segment, segments[index - 1]))
      const fact = bindClaim(full, entered.scope, known, needs, causes.isCause() ? drivers : null)
      if (isProblem(fact)) return fact
      facts.push(fact)
      if (full.kind === 'number' && full.role !== 'before') last = full
      if (full.kind !== 'direction') said.add(fact.id)
    }
    // Because of Bikes: a name that is a cause says something without a number.
    if (segment.isCause && read.length === 0) {
      const fact = bindNamed(entered.scope, known, textOf(segment))
      if (isProblem(fact)) return fact
      facts.push(fact)
    }
    for (const fact of facts) causes.note(fact)
    touched.push(...facts)
    if (facts.length > 0) for (const use of entered.uses) use.isUsed = true
    if (read.some(compares)) for (const use of entered.bases) use.isUsed = true
    const futile = checkSegment(segment, named, read, facts)
    if (futile) return futile
  }
  const problem = causes.finish()
  if (problem) return problem
  const slots = all.flatMap(({ entities, measure, period, base, driver }) => [
    ...entities,
    measure,
    period,
    base,
    driver,
  ])
  const unused = [...slots, ...written].find(it => it && !it.isUsed)
  return unused ? { reason: 'unbound_name', at: unused.text } : { said, touched }
}

const EMPTY: Context = {
  entities: [],
  measure: null,
  driver: null,
  period: null,
  base: null,
  currencies: null,
}
const compares = (claim: Claim) =>
  claim.kind === 'direction' ||
  (claim.kind === 'number' && (claim.role === 'difference' || claim.role === 'before'))
const textOf = ({ tokens }: Segment) => tokens.map(({ text }) => text).join(' ')
const driversOf = (statements: Statement[]) => new Set(statements.flatMap(({ drivers }) => drivers))

/** Than in the previous period (500). */
function isBaseAside({ tokens, isAside }: Segment, before: Segment | undefined): boolean {
  const last = before?.tokens.findLastIndex(token => !isFiller(token)) ?? -1
  const isBase =
    before?.tokens[last]?.kind === 'base' ||
    (before && last >= 0 && before.tokens[last]?.kind === 'period' && isComparedPeriod(before.tokens, last))
  return (
    isAside &&
    Boolean(isBase) &&
    tokens.every(token => isFiller(token) || token.kind === 'number' || token.kind === 'about')
  )
}

/** A number without words of its own is what the one before it was. */
function inherit(claim: Claim, last: (Claim & { kind: 'number' }) | null, isBefore: boolean): Claim {
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
  if (isLike && last.role !== 'open') return { ...claim, role: last.role, direction: last.direction }
  return { ...claim, role: 'level' }
}

function bindClaim(
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
function missingOf(
  fact: Fact,
  claim: Claim,
  scope: Scope,
  needed: Reading['names'] | undefined,
): string | null {
  if (
    !scope.metrics &&
    !scope.driver &&
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
function bindNamed(scope: Scope, { facts, statements }: Known, at: string): Fact | Problem {
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

/** What a segment has besides its claims. */
function checkSegment({ tokens }: Segment, named: Named, claims: Claim[], touched: Fact[]): Problem | null {
  const token = tokens.find(({ kind }) => kind === 'future')
  if (token && !touched.every(({ metric }) => metric.includes('forecast')))
    return { reason: 'unsupported_future', at: token.text }
  const share = tokens.find(({ kind }) => kind === 'share')
  const hasShare = claims.some(
    claim => (claim.kind === 'number' && claim.role === 'share') || claim.kind === 'most',
  )
  // Bikes accounted for 500.
  const hasLevel = claims.some(
    claim => claim.kind === 'number' && (claim.role === 'open' || claim.role === 'level'),
  )
  if (share && !hasShare && !hasLevel) return { reason: 'unsupported_share', at: share.text }
  const contributes = tokens.find(({ kind }) => kind === 'contribute')
  if (contributes && !claims.some(({ kind }) => kind === 'number'))
    return { reason: 'unsupported_cause', at: contributes.text }
  const isMoved = claims.some(
    claim =>
      claim.kind === 'direction' ||
      (claim.kind === 'number' && claim.role !== 'level' && claim.role !== 'share'),
  )
  // An effect of 500 is no rise of the price by 500.
  const isEffect =
    named.driver === null ||
    named.measure !== null ||
    /e[fq]f?[fe]/iu.test(named.driver.text) ||
    tokens.every(({ kind }) => kind !== 'direction')
  const by = claims.find(claim => claim.kind === 'number' && claim.number.sign === 0)
  if (!isEffect && by) return { reason: 'unsupported_number', at: by.text }
  if (named.isSlight && !isMoved) return { reason: 'unsupported_degree', at: textOf({ tokens } as Segment) }
  return null
}

/** What holds for the sentence as a whole. */
function checkRest(
  tokens: Token[],
  { said, touched }: { said: Set<string>; touched: Fact[] },
  needs: Needs,
): Reading | Problem {
  if (touched.length === 0) return { reason: 'says_nothing', at: '' }
  const partial = tokens.find(({ kind }) => kind === 'partial')
  if (partial && touched.every(({ period }) => period.isWhole))
    return { reason: 'unsupported_time', at: partial.text }
  if (!partial && touched.some(({ id }) => needs.get(id)?.partial))
    return { reason: 'partial_missing', at: '' }
  const dimensions = new Set(touched.flatMap(({ entity }) => entity.map(({ dimension }) => dimension)))
  for (const token of tokens) {
    if (token.kind === 'dimension' && !dimensions.has(token.dimension))
      return { reason: 'unsupported_name', at: token.text }
    const { grain, count } = token.kind === 'grain' ? token : { grain: null, count: null }
    if (grain && !touched.every(({ period }) => hasLength(period, grain, count ?? 1)))
      return { reason: 'unsupported_time', at: token.text }
    const isOther =
      token.kind === 'currency' &&
      touched.some(({ unit, currency }) => unit === 'currency' && !token.codes.includes(currency ?? ''))
    if (isOther) return { reason: 'unsupported_currency', at: token.text }
  }
  const has = (kind: Token['kind']) => tokens.some(token => token.kind === kind)
  return {
    said,
    touched,
    names: {
      period: has('period'),
      base: has('base') || hasComparedPeriod(tokens),
      measure: has('measure'),
      partial: has('partial'),
    },
  }
}

const hasComparedPeriod = (tokens: Token[]) =>
  tokens.some(({ kind }, index) => kind === 'compare' && tokens.slice(index).some(it => it.kind === 'period'))
