import type { Entity } from '../facts.ts'
import type { BaseKind, Driver, Grain } from './lexicon.ts'
import type { Days } from './periods.ts'
import { isComparedPeriod, isFiller, type Segment } from './segments.ts'
import type { Problem, Token } from './tokens.ts'

export type WrittenBase =
  | { kind: 'named'; base: BaseKind; grain: Grain | null; count: number | null; days: Days | null }
  | { kind: 'period'; days: Days }

/** What a segment's claims are of. */
export type Scope = {
  /** Readings, each of which has for each dimension what its name may be. */
  entities: Entity[][][]
  metrics: string[] | null
  driver: Driver | null
  period: Days | null
  base: WrittenBase | null
  currencies: string[] | null
  isSlight: boolean
  contributes: boolean
  /** What was measured before is the price. */
  isAfterPrice: boolean
}
/** A name or time that has been written; each must be used by a claim. */
export type Written = { text: string; isUsed: boolean }
type Slot<T> = Written & { value: T }

/** What one segment names by itself. */
export type Named = {
  entities: Slot<Entity[]>[]
  isTotal: boolean
  measure: Slot<string[]> | null
  driver: Slot<Driver> | null
  period: Slot<Days> | null
  base: Slot<WrittenBase> | null
  currencies: string[] | null
  isSlight: boolean
  contributes: boolean
  /** Its base is when it was, as in the previous period it was 500. */
  isThen: boolean
}

const slot = <T>(value: T, { text }: Token): Slot<T> => ({ value, text, isUsed: false })
const sameText = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** @param counted measures that are said of the number before them */
export function readNames({ tokens }: Segment, counted: ReadonlySet<string>): Named | Problem {
  const measures: Slot<string[]>[] = []
  const nouns: Slot<string[]>[] = []
  const named: Named = {
    entities: [],
    isTotal: false,
    measure: null,
    driver: null,
    period: null,
    base: null,
    currencies: null,
    isSlight: false,
    contributes: false,
    isThen: false,
  }
  for (const [index, token] of tokens.entries()) {
    const problem = readName(token, index)
    if (problem) return problem
  }
  const distinct = measures.filter(
    ({ value }, index) => measures.findIndex(it => sameText(it.value, value)) === index,
  )
  if (distinct.length > 1) return { reason: 'two_measures', at: distinct.map(({ text }) => text).join(' … ') }
  named.measure = distinct[0] ?? nouns[0] ?? null
  return named

  function readName(token: Token, index: number): Problem | undefined {
    switch (token.kind) {
      case 'entity': {
        // Superior to Helmets.
        const before = tokens[index - 1]
        if (
          before &&
          /^(?:à|au|aux|a|al)$/iu.test(before.text) &&
          tokens.some(({ kind }) => kind === 'direction')
        )
          return { reason: 'unknown_comparison', at: `${before.text} ${token.text}` }
        const dimensions = token.entities.map(({ dimension }) => dimension)
        const twin = named.entities.find(({ value }) =>
          value.some(({ dimension }) => dimensions.includes(dimension)),
        )
        if (twin && !sameText(twin.value, token.entities))
          return { reason: 'two_entities', at: `${twin.text} … ${token.text}` }
        if (!twin) named.entities.push(slot(token.entities, token))
        return undefined
      }
      case 'measure':
        if (token.metrics.length > 1) return { reason: 'ambiguous_name', at: token.text }
        if (tokens[index - 1]?.kind === 'number' && counted.has(token.text))
          nouns.push(slot(token.metrics, token))
        else measures.push(slot(token.metrics, token))
        return undefined
      case 'driver':
        if (named.driver && named.driver.value !== token.driver)
          return { reason: 'two_drivers', at: token.text }
        named.driver = slot(token.driver, token)
        return undefined
      case 'period':
        return isComparedPeriod(tokens, index)
          ? setBase({ kind: 'period', days: token.days }, token)
          : setPeriod(token.days, token)
      case 'base':
        named.isThen ||= isTime(tokens, index)
        return setBase(
          {
            kind: 'named',
            base: token.base,
            grain: token.grain,
            count: token.count,
            days: token.days ?? null,
          },
          token,
        )
      case 'compare':
      case 'relative':
        return checkCompared(tokens, index)
      case 'number':
        named.currencies = token.number.currencies ?? named.currencies
        return undefined
      case 'currency':
        named.currencies = token.codes
        return undefined
      default:
        named.isTotal ||= token.kind === 'total'
        named.isSlight ||= token.kind === 'slight'
        named.contributes ||= token.kind === 'contribute'
        return undefined
    }
  }
  function setPeriod(days: Days, token: Token): Problem | undefined {
    if (named.period && !sameText(named.period.value, days)) return { reason: 'two_periods', at: token.text }
    named.period = slot(days, token)
    return undefined
  }
  /** A base may be said twice: by its kind, and by its days. */
  function setBase(base: WrittenBase, token: Token): Problem | undefined {
    if (named.base && !sameText(named.base.value, base)) return { reason: 'two_comparisons', at: token.text }
    named.base = slot(base, token)
    return undefined
  }
}

/** Bases that compare by themselves: year on year. */
const COMPARES_ITSELF =
  /\bon\b|\bover\b|-on-|-over-|yoy|vergleich|jahresfrist|sur un|en un an|glissement|interanual/iu
/** In French and Spanish, that of the previous period. */
const IS_THAT = /^(?:celui|ceux|celle|celles|al del) /iu

/** A year earlier, without a word that compares before it, is when it was. */
function isTime(tokens: Token[], index: number): boolean {
  const text = tokens[index]?.text ?? ''
  if (COMPARES_ITSELF.test(text) || IS_THAT.test(text)) return false
  // Lower by 6 % to the forecast, as French has it.
  if (
    /^(?:à la|à l'|au|aux) /iu.test(text) &&
    tokens.slice(0, index).some(({ kind }) => kind === 'direction')
  )
    return false
  const place = nearestBefore(tokens, index)
  const before = tokens[place]
  // From 500 in the previous period to 560.
  if (before?.kind === 'number') return !compares(tokens[nearestBefore(tokens, place)])
  return !compares(before)
}

/** Back over what says nothing between a word of comparison and what follows it. */
function nearestBefore(tokens: Token[], index: number): number {
  let place = index - 1
  while (
    tokens[place] &&
    (isFiller(tokens[place] as Token) ||
      ['of', 'grain', 'about', 'level', 'dimension'].includes(tokens[place]?.kind ?? ''))
  )
    place--
  return place
}

const compares = (token: Token | undefined) =>
  token !== undefined &&
  (['compare', 'relative', 'from', 'after'].includes(token.kind) ||
    (token.kind === 'direction' && (token.direction === 'same' || /(?: del?| d')$/iu.test(token.text))))

/** A word of comparison is followed by a base, its days, or what the value was then. */
function checkCompared(tokens: Token[], index: number): Problem | undefined {
  const token = tokens[index] as Token
  const next = tokens
    .slice(index + 1)
    .find(
      it =>
        !isFiller(it) &&
        it.kind !== 'of' &&
        it.kind !== 'grain' &&
        it.kind !== 'about' &&
        it.kind !== 'level',
    )
  if (next?.kind === 'direction' && /^(?:n|q)/iu.test(token.text))
    return { reason: 'unknown_comparison', at: token.text }
  const isKnown =
    next?.kind === 'base' || next?.kind === 'period' || (token.kind === 'compare' && next?.kind === 'number')
  const isClause =
    token.kind === 'relative' &&
    next?.kind !== 'entity' &&
    !(next?.kind === 'measure' && /^qu/iu.test(token.text))
  if (isKnown || isClause) return undefined
  return { reason: 'unknown_comparison', at: next ? `${token.text} ${next.text}` : token.text }
}

/** Names that last from one segment to the next. */
export type Context = {
  entities: Slot<Entity[]>[]
  measure: Slot<string[]> | null
  driver: Slot<Driver> | null
  period: Slot<Days> | null
  base: Slot<WrittenBase> | null
  currencies: string[] | null
}

/** Where a sentence has one period or base, it is that of all of its claims. */
export type Shared = {
  period: Slot<Days> | null
  base: Slot<WrittenBase> | null
  measure: Slot<string[]> | null
}

export function sharedOf(all: Named[]): Shared {
  const only = <T>(slots: (Slot<T> | null)[]) => {
    const found = slots.filter(it => it !== null)
    return found.every(it => sameText(it.value, found[0]?.value)) ? (found[0] ?? null) : null
  }
  return {
    period: only(all.map(({ period }) => period)),
    base: only(all.map(({ base }) => base)),
    measure: only(all.map(({ measure }) => measure)),
  }
}

/** @returns the scope of a segment's claims, the context after it, and what they use */
export function enter(
  before: Context,
  named: Named,
  shared: Shared,
  segment: Segment,
): { scope: Scope; after: Context; uses: Written[]; bases: Written[]; leaves: Written[] } {
  const { entities, isReplaced, readings } = joinEntities(before.entities, named, segment)
  // Thanks to Bikes (+500), revenue rose: where nothing is measured yet, it is what the sentence measures.
  // What something contributes is of what is told, whatever was measured before.
  const measure = named.measure ?? (named.contributes ? null : (before.measure ?? shared.measure))
  const namesNothing = named.entities.length === 0 && !named.measure && !named.isTotal
  const driver = named.driver ?? (namesNothing && !segment.isStrong ? before.driver : null)
  const period = shared.period ?? named.period ?? before.period
  const base = shared.base ?? named.base ?? before.base
  const currencies = named.currencies ?? before.currencies
  const scope: Scope = {
    entities: readings.map(reading => reading.map(({ value }) => value)),
    metrics: measure?.value ?? null,
    driver: driver?.value ?? null,
    period: period?.value ?? null,
    base: base?.value ?? null,
    currencies,
    isSlight: named.isSlight,
    contributes: named.contributes,
    isAfterPrice: before.measure?.value.every(metric => metric === 'revenue_per_unit') ?? false,
  }
  // Stock that no longer sells, 500 was its cost: one measure by two names.
  const isAgain = before.measure !== null && sameText(named.measure?.value, before.measure.value)
  const again = isAgain ? before.measure : null
  const uses = [...entities, measure, again, driver, period, named.period].filter(it => it !== null)
  // What something is compared with needs a claim that compares.
  const bases = [base, named.base].filter(it => it !== null)
  const leaves = [
    ...(isReplaced ? before.entities.filter(it => !entities.includes(it)) : []),
    ...(named.measure && !isAgain ? [before.measure] : []),
    ...(named.driver ? [before.driver] : []),
  ].filter(it => it !== null)
  return { scope, after: { entities, measure, driver, period, base, currencies }, uses, bases, leaves }
}

function joinEntities(before: Context['entities'], named: Named, segment: Segment) {
  const own = named.entities
  if (own.length === 0) {
    const entities = named.isTotal ? [] : before
    return { entities, isReplaced: named.isTotal, readings: [entities] }
  }
  const dimensionsOf = (slots: Context['entities']) =>
    slots.flatMap(({ value }) => value.map(({ dimension }) => dimension))
  const taken = dimensionsOf(own)
  const kept = before.filter(({ value }) => !value.some(({ dimension }) => taken.includes(dimension)))
  const all = [...kept, ...own]
  if (segment.isStrong || kept.length === 0) return { entities: own, isReplaced: true, readings: [own] }
  // Because of Bikes: of those of what it explains, or of all of them.
  return { entities: all, isReplaced: true, readings: segment.isCause ? [all, own] : [all] }
}
