import type { Fact, Language } from '../facts.ts'
import { hasLength } from './bind.ts'
import { bindClaim, bindNamed, inherit } from './bind-claim.ts'
import { makeCauses } from './causes.ts'
import { type Claim, isCount, readClaims } from './claims.ts'
import { driversOf, isProblem, type Known, type Named as Mentioned, type Needs } from './known.ts'
import { lexiconOf } from './lexicon.ts'
import type { Days } from './periods.ts'
import { type Context, enter, type Named, readNames, sharedOf, type Written } from './scope.ts'
import { isComparedPeriod, isFiller, type Segment, splitSegments } from './segments.ts'
import { readText } from './text.ts'
import { type Problem, readTokens, type Token } from './tokens.ts'

/** What a sentence says: facts by what they are said for, and what it has besides claims. */
export type Reading = {
  /** Said with their value. */
  said: Set<string>
  /** Said in any way. */
  touched: Fact[]
  names: Mentioned
}

/** What a sentence says, or the first piece of it that its facts do not say. */
export function readSentence(sentence: string, known: Known, needs: Needs): Reading | Problem {
  const text = readText(sentence)
  if (isProblem(text)) return text
  const lexicon = lexiconOf(known.language)
  const read = readTokens(text.text, known.facts, lexicon)
  if (isProblem(read)) return read
  const refused = read.find(({ kind }) => kind === 'refused')
  if (refused?.kind === 'refused') return { reason: refused.reason, at: refused.text }
  const tokens = joinBases(read, known.facts)
  const segments = splitSegments(turnCauses(tokens))
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
    const names = readNames(segment, counted)
    if (isProblem(names)) return names
    named.push(names)
  }
  const bound = bindSegments(segments, named, known, needs)
  if (isProblem(bound)) return bound
  return checkRest(tokens, bound, needs)
}

const isSamePeriod = (one: Days, other: Days) => one.from === other.from && one.to === other.to

/** The previous period (5 October to 1 November) is one base. */
function joinBases(tokens: Token[], facts: Fact[]): Token[] {
  const joined: Token[] = []
  for (const token of tokens) {
    const place = joined.findLastIndex(it => !(isFiller(it) || it.kind === 'stop' || it.kind === 'of'))
    const base = joined[place]
    const isDays =
      token.kind === 'period' &&
      base?.kind === 'base' &&
      facts.some(fact => fact.base?.kind === base.base && isSamePeriod(fact.base.period, token.days)) &&
      !facts.some(({ period, kind }) => kind !== 'value' && isSamePeriod(period, token.days))
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
  let lastLevel: Fact | undefined
  for (const [index, segment] of segments.entries()) {
    const named = lendName(index, segments, all)
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
    if (segment.isStrong) last = null
    const facts: Fact[] = []
    const isThen = named.isThen || (named.base !== null && !read.some(compares))
    // A forecast is no value of its time, and a time by itself is none of what stands beside it.
    if ((named.isThen && read.length === 0) || (isThen && read.length > 0 && isForecast(named)))
      return { reason: 'unknown_comparison', at: named.base?.text ?? '' }
    for (const claim of read) {
      if (isThen && (claim.kind !== 'number' || claim.role === 'difference'))
        return { reason: 'unsupported_period', at: claim.text }
      const full = inherit(asShare(claim, last), last, {
        isBefore: isThen || isBaseAside(segment, segments[index - 1]),
        isLone: isLone(named),
      })
      const fact = bindClaim(full, entered.scope, known, needs, causes.isCause() ? drivers : null)
      if (isProblem(fact)) return fact
      facts.push(fact)
      if (full.kind === 'number' && full.role !== 'before') last = asBound(full, fact)
      if (full.kind !== 'direction') said.add(fact.id)
    }
    // Because of Bikes: a name that is a cause says something without a number.
    if (segment.isCause && read.length === 0) {
      const fact = bindNamed(entered.scope, known, textOf(segment))
      if (isProblem(fact)) return fact
      facts.push(fact)
    }
    for (const fact of facts) causes.note(fact)
    const level = facts.find(({ kind }) => kind === 'value')
    if (segment.isFollowing && !isNext(level, lastLevel, known.facts))
      return { reason: 'unsupported_order', at: textOf(segment) }
    lastLevel = level ?? lastLevel
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

/** Because it was out of stock, Bikes made less: it is what is named next. */
function lendName(index: number, segments: Segment[], all: Named[]): Named {
  const named = all[index] as Named
  const isIt = segments[index]?.tokens.some(({ text }) => /^(?:it|they|er|sie|es|il|elle)$/iu.test(text))
  const isOfStock = named.measure?.value.every(metric => metric === 'days_out_of_stock')
  const isOpen = index === 0 && named.entities.length === 0 && !named.isTotal && (isIt || isOfStock)
  return isOpen ? { ...named, entities: all[1]?.entities ?? [] } : named
}

/** What a number that could be either turned out to be. */
const asBound = (claim: Claim & { kind: 'number' }, { kind }: Fact): Claim & { kind: 'number' } =>
  claim.role === 'level' && claim.orDifference && kind !== 'value'
    ? { ...claim, role: 'difference', direction: claim.orDifference }
    : claim

const isForecast = ({ base }: Named) => base?.value.kind === 'named' && base.value.base === 'forecast'

const isLone = ({ entities, measure, driver }: Named) => entities.length === 0 && !measure && !driver

/** Volume drove an increase is an increase because of volume. */
function turnCauses(tokens: Token[]): Token[] {
  const place = tokens.findIndex(({ kind }) => kind === 'drives')
  const drives = tokens[place]
  if (!drives) return tokens
  const end = tokens.findLastIndex(token => token.kind !== 'stop') + 1
  return [...tokens.slice(place + 1, end), { kind: 'cause', text: drives.text }, ...tokens.slice(0, place)]
}

/** Bikes 500 (80 %) is a share. */
function asShare(claim: Claim, last: Claim | null): Claim {
  const isLone = claim.kind === 'number' && claim.role === 'open' && claim.number.unit === 'percent'
  const isAfterLevel = last?.kind === 'number' && last.role === 'level' && last.number.unit !== 'percent'
  return isLone && claim.isAside && isAfterLevel ? { ...claim, role: 'share' } : claim
}

/** Followed by: the next lower value of the same, with none between them. */
function isNext(fact: Fact | undefined, before: Fact | undefined, facts: Fact[]): boolean {
  if (!fact || !before || fact.metric !== before.metric || fact.currency !== before.currency) return false
  const isBetween = (other: Fact) =>
    other.kind === 'value' &&
    other.metric === fact.metric &&
    other.currency === fact.currency &&
    isSamePeriod(other.period, fact.period) &&
    other.entity.length === fact.entity.length &&
    Number(other.value) < Number(before.value) &&
    Number(other.value) > Number(fact.value)
  return (
    isSamePeriod(fact.period, before.period) &&
    Number(fact.value) < Number(before.value) &&
    !facts.some(isBetween)
  )
}

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

/** What a segment has besides its claims. */
function checkSegment({ tokens }: Segment, named: Named, claims: Claim[], touched: Fact[]): Problem | null {
  const token = tokens.find(({ kind }) => kind === 'future')
  // How far off forecasts were is none.
  const isForecast = ({ metric }: Fact) => metric.includes('forecast') && metric !== 'forecast_error'
  if (token && (touched.length === 0 || !touched.every(isForecast)))
    return { reason: 'unsupported_future', at: token.text }
  const share = tokens.find(({ kind }) => kind === 'share')
  const hasShare = claims.some(
    claim => (claim.kind === 'number' && claim.role === 'share') || claim.kind === 'most',
  )
  // Bikes accounted for 500.
  const hasLevel = claims.some(
    claim =>
      claim.kind === 'number' && (claim.role === 'open' || claim.role === 'level' || claim.number.sign !== 0),
  )
  if (share && !hasShare && !hasLevel && !claims.some(({ kind }) => kind === 'rank'))
    return { reason: 'unsupported_share', at: share.text }
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
  // For the first time: as of what a template says so.
  const licensed = tokens.find(
    token =>
      token.kind === 'licensed' &&
      needs.size > 0 &&
      !touched.every(({ id }) => needs.get(id)?.licensed.includes(token.says)),
  )
  if (licensed) return { reason: 'unsupported_word', at: licensed.text }
  // Of a stock each day is the end of something, unless it is said to be a day.
  const isOfEnd = needs.size > 0 && touched.some(({ id }) => needs.get(id)?.licensed.includes('end'))
  const without = isOfEnd && tokens.find((token, index) => token.kind === 'period' && !isEnd(tokens, index))
  if (without) return { reason: 'unsupported_time', at: without.text }
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
  return { said, touched, names: namesIn(tokens) }
}

/** At the end of May. */
function isEnd(tokens: Token[], index: number): boolean {
  const token = tokens[index - 1]
  if (!token || !(isFiller(token) || token.kind === 'of')) return false
  return token.kind === 'licensed' || isEnd(tokens, index - 1)
}

/** What a text names, whether all of its words are known or not. */
export function namesOf(text: string, facts: Fact[], language: Language): Mentioned {
  const read = readText(text)
  const tokens = isProblem(read)
    ? read
    : readTokens(read.text, facts, lexiconOf(language), { skipUnknown: true })
  return namesIn(isProblem(tokens) ? [] : tokens)
}

function namesIn(tokens: Token[]): Mentioned {
  const has = (kind: Token['kind']) => tokens.some(token => token.kind === kind)
  return {
    period: tokens.some(({ kind }, index) => kind === 'period' && !isComparedPeriod(tokens, index)),
    base:
      has('base') || tokens.some(({ kind }, index) => kind === 'period' && isComparedPeriod(tokens, index)),
    measure: has('measure'),
    partial: has('partial'),
    licensed: tokens.flatMap(token => (token.kind === 'licensed' ? [token.says] : [])),
  }
}
