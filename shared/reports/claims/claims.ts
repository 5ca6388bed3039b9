import type { Fact } from '../facts.ts'
import type { Direction } from './lexicon.ts'
import type { WrittenNumber } from './numbers.ts'
import { isFiller, type Segment } from './segments.ts'
import type { Problem, Token } from './tokens.ts'

/**
 * One thing that a segment says.
 * - `level`: a metric has this value; `before`: it had it in the period that it is compared with.
 * - `difference`: it moved by this much, in the direction; null: in the one of the claim before it.
 * - `share`: this much of the metric.
 */
export type Claim = { text: string } & (
  | {
      kind: 'number'
      number: WrittenNumber
      bound: 'about' | 'almost' | 'over' | null
      role: 'level' | 'before' | 'difference' | 'share' | 'open'
      direction: Direction | null
      /** From 500 to 560, in a language in which it could be by 500. */
      orDifference?: Direction | null
      /** Alone in parentheses. */
      isAside: boolean
      /** Of the noun that follows it: 20 orders. */
      metrics: string[] | null
    }
  | { kind: 'direction'; direction: Direction }
  | { kind: 'rank'; rank: number }
  | { kind: 'most' }
)
type NumberToken = Token & { kind: 'number' }

/** Words between a number and what it is said of that leave its role as it is. */
const isBetween = (token: Token) =>
  isFiller(token) ||
  [
    'period',
    'base',
    'entity',
    'measure',
    'of',
    'compare',
    'relative',
    'grain',
    'total',
    'dimension',
    'slight',
    'driver',
    'is',
    'movement',
    'thus',
  ].includes(token.kind)

/** @param facts for the units of metrics that nouns name */
export function readClaims({ tokens: written }: Segment, facts: Fact[]): Claim[] | Problem {
  const tokens = [...written]
  const lacking = resolveParticles(tokens)
  if (lacking) return lacking
  resolveRemaining(tokens)
  const directions = tokens.filter(({ kind }) => kind === 'direction')
  const claims: Claim[] = []
  for (const [index, token] of tokens.entries()) {
    if (isDangling(tokens, index)) return { reason: 'unknown_word', at: token.text }
    if (token.kind === 'number') {
      const claim = readNumberClaim(tokens, index, facts)
      if ('reason' in claim) return claim
      claims.push(claim)
    } else if (token.kind === 'direction')
      claims.push({ kind: 'direction', direction: token.direction, text: token.text })
    else if (token.kind === 'rank') {
      const rank = token.rank ?? 0
      const next = tokens[index + 1]
      // The biggest rise is no place by the metric, and first to reach is one in time.
      if (next?.kind === 'level' && /^to /u.test(next.text))
        return { reason: 'superlative', at: `${token.text} ${next.text}` }
      if (next?.kind === 'direction') return { reason: 'superlative', at: `${token.text} ${next.text}` }
      claims.push({ kind: 'rank', rank, text: token.text })
    } else if (token.kind === 'most') claims.push({ kind: 'most', text: token.text })
  }
  if (directions.length > 1)
    return { reason: 'two_directions', at: directions.map(({ text }) => text).join(' … ') }
  const hasDirection = directions.length > 0
  const other = tokens.find(({ kind }) => kind === 'rank' || kind === 'share' || kind === 'most')
  const thus = tokens.find(
    ({ kind }, index) =>
      kind === 'thus' && !/^(?:lag|lagen|liegt|liegen)$/u.test(tokens[index - 1]?.text ?? ''),
  )
  const moves = hasDirection || claims.some(claim => claim.kind === 'number' && claim.role === 'difference')
  // So it rose is a consequence; so it was 80 % is not.
  if (thus && moves) return { reason: 'unsupported_cause', at: thus.text }
  if (hasDirection && other) return { reason: 'direction_of_other', at: other.text }
  return claims
}

/** By without a number, about something that is none. */
function isDangling(tokens: Token[], index: number): boolean {
  const token = tokens[index] as Token
  if (token.kind === 'about') return tokens[index + 1]?.kind !== 'number'
  if (token.kind === 'after') return isWrongAfter(tokens, index)
  if (token.kind !== 'by') return false
  const next = tokens.slice(index + 1).find(it => !isFiller(it) && it.kind !== 'about')
  // Ranked by revenue.
  return !(
    next?.kind === 'number' ||
    next?.kind === 'driver' ||
    ((next?.kind === 'measure' || next?.kind === 'dimension') &&
      !tokens.some(({ kind }) => kind === 'direction'))
  )
}

/** After 500 before, or in German by what is measured; after something else happened is a time that no fact has. */
function isWrongAfter(tokens: Token[], index: number): boolean {
  const next = tokens.slice(index + 1).find(it => !isFiller(it) && it.kind !== 'about' && it.kind !== 'level')
  return (
    next?.kind !== 'number' &&
    !(
      (next?.kind === 'measure' || next?.kind === 'dimension') &&
      !tokens.some(({ kind }) => kind === 'direction')
    )
  )
}

/** Of a verb whose particle ends the clause, the particle becomes the direction. */
function resolveParticles(tokens: Token[]): Problem | undefined {
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'particle') continue
    const place = tokens.findLastIndex(
      ({ text }, later) => later > index && token.particles.has(text.toLowerCase()),
    )
    const direction = token.particles.get(tokens[place]?.text.toLowerCase() ?? '')
    if (direction === undefined) return { reason: 'unknown_word', at: token.text }
    tokens[index] =
      direction === 'none'
        ? { kind: 'neutral', text: token.text }
        : { kind: 'direction', direction, text: token.text }
    tokens.splice(place, 1)
    return resolveParticles(tokens)
  }
  return undefined
}

/** Remained stable says once that it is the same, and remained at 500 does too. */
function resolveRemaining(tokens: Token[]): void {
  const isSame = tokens.some(token => token.kind === 'direction' && token.direction === 'same')
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'remain') continue
    const isFirst = tokens.findIndex(token => token.kind === 'remain') === index
    tokens[index] =
      isSame || !isFirst ? { kind: 'neutral', text } : { kind: 'direction', direction: 'same', text }
    resolveRemaining(tokens)
    return
  }
}

function readNumberClaim(tokens: Token[], index: number, facts: Fact[]): Claim | Problem {
  const token = tokens[index] as NumberToken
  const { number, text } = token
  const before = tokens[index - 1]
  const bound = before?.kind === 'about' ? before.bound : null
  const next = tokens[index + 1]
  const noun =
    next?.kind === 'measure' && (number.unit === 'none' || number.unit === 'quantity') ? next.metrics : null
  const isCounted = noun?.every(metric => facts.some(fact => fact.metric === metric && isCount(fact)))
  const claim = {
    kind: 'number' as const,
    number,
    bound,
    text,
    metrics: isCounted ? noun : null,
    isAside: token.isAside === true,
    direction: null,
  }
  const start = bound === null ? index - 1 : index - 2
  const role = roleOf(tokens, index, start)
  if ('reason' in role) return role
  if (role.role === 'share' && (isOfEntity(tokens, index) || isOfNumber(tokens, index)))
    return { reason: 'unsupported_share', at: text }
  return { ...claim, ...role }
}

export const isCount = ({ unit }: Fact) => unit === 'count' || unit === 'quantity' || unit === 'days'

type Role = {
  role: 'level' | 'before' | 'difference' | 'share' | 'open'
  direction: Direction | null
  orDifference?: Direction | null
}

/** What a number is, by the words around it. @param start the token before it and its bound */
function roleOf(tokens: Token[], index: number, start: number): Role | Problem {
  const { number, text } = tokens[index] as NumberToken
  const previous = nearest(tokens, start, -1)
  const following = followingDirection(tokens, index)
  if (number.sign !== 0) {
    // Fell by -12 % says it twice.
    const isTwice = previous?.kind === 'by' || (number.sign < 0 && directionBefore(tokens, start) !== null)
    if (isTwice) return { reason: 'double_sign', at: text }
    return { role: 'difference', direction: number.sign > 0 ? 'up' : 'down' }
  }
  const isFinal = following !== null && previous?.kind === 'level' && isFinalVerb(tokens, index)
  if (following && !isFinal) return { role: 'difference', direction: following }
  if (previous?.kind === 'direction' && previous.direction !== 'same')
    return { role: 'difference', direction: previous.direction }
  if (previous?.kind === 'by' || previous?.kind === 'contribute')
    return { role: 'difference', direction: directionBefore(tokens, start) ?? onlyDirection(tokens) }
  const isThan = previous?.kind === 'relative' && /^qu/iu.test(previous.text)
  if (previous?.kind === 'compare' || previous?.kind === 'after' || isThan)
    return { role: 'before', direction: null }
  // The previous period's 500.
  if (previous?.kind === 'base' && /'s$/u.test(previous.text)) return { role: 'before', direction: null }
  if (isStartOfMove(tokens, index, start))
    return {
      role: 'before',
      direction: null,
      orDifference: previous?.kind === 'of' ? directionBefore(tokens, start) : null,
    }
  if (previous?.kind === 'level')
    return isShare(tokens, index) ? { role: 'share', direction: null } : { role: 'level', direction: null }
  const direction = directionBefore(tokens, start)
  if (direction) return { role: 'difference', direction }
  // A change of 500 says not in which direction.
  if (tokens.some(({ kind }) => kind === 'movement')) return { reason: 'unsupported_direction', at: text }
  if (isShare(tokens, index)) return { role: 'share', direction: null }
  return { role: 'open', direction: null }
}

/** The nearest token that is more than a filler. */
function nearest(tokens: Token[], from: number, step: 1 | -1): Token | undefined {
  let place = from
  let token = tokens[place]
  while (token && isFiller(token)) {
    place += step
    token = tokens[place]
  }
  return token
}

/** 12 % more, a 12 % increase; not 560 up 12 %, of which the direction is the second number's. */
function followingDirection(tokens: Token[], index: number): Direction | null {
  let place = index + 1
  while (
    tokens[place] &&
    (isFiller(tokens[place] as Token) || tokens[place]?.kind === 'of' || tokens[place]?.kind === 'slight')
  )
    place++
  const token = tokens[place]
  if (token?.kind !== 'direction' || token.direction === 'same') return null
  const after = tokens
    .slice(place + 1)
    .find(it => !isFiller(it) && it.kind !== 'by' && it.kind !== 'of' && it.kind !== 'about')
  if (after?.kind === 'number') return null
  return token.direction
}

/** Auf 560 stieg. */
const isFinalVerb = (tokens: Token[], index: number) => {
  const next = tokens[index + 1]
  return next?.kind === 'direction' && next.isFinal === true
}

/** Back to a direction, without another number on the way. */
function directionBefore(tokens: Token[], start: number): Direction | null {
  for (let place = start; place >= 0; place--) {
    const token = tokens[place] as Token
    if (token.kind === 'direction' && token.direction !== 'same') return token.direction
    if (
      !(
        isBetween(token) ||
        token.kind === 'direction' ||
        token.kind === 'by' ||
        token.kind === 'contribute' ||
        token.kind === 'from'
      )
    )
      return null
  }
  return null
}

/** Of a clause whose verb is at its end, or whose noun follows: the only one that it has. */
function onlyDirection(tokens: Token[]): Direction | null {
  const moves = tokens.filter(token => token.kind === 'direction' && token.direction !== 'same')
  return moves.length === 1 && moves[0]?.kind === 'direction' ? moves[0].direction : null
}

/** From 500 to 560, or to 560 from 500. */
function isStartOfMove(tokens: Token[], index: number, start: number): boolean {
  const previous = nearest(tokens, start, -1)
  const isFrom = previous?.kind === 'from' || previous?.kind === 'of' || previous?.kind === 'origin'
  if (!isFrom) return false
  const later = tokens.findIndex(({ kind }, place) => place > index && kind === 'number')
  if (later > 0) return tokens.slice(index + 1, later).some(({ kind }) => kind === 'level')
  const earlier = tokens.findLastIndex(({ kind }, place) => place < index && kind === 'number')
  return (
    earlier >= 0 &&
    previous.kind !== 'of' &&
    nearest(tokens, earlier - 1, -1)?.kind === 'level' &&
    tokens.some(({ kind }) => kind === 'direction')
  )
}

/** 22 % of 412. */
function isOfNumber(tokens: Token[], index: number): boolean {
  const [of, next] = tokens.slice(index + 1).filter(token => !isFiller(token))
  return of?.kind === 'of' && next?.kind === 'number'
}

/** 80 % of the revenue of Bikes is another share than that of Bikes. */
function isOfEntity(tokens: Token[], index: number): boolean {
  let place = index + 1
  if (!tokens.slice(place).some(({ kind }) => kind === 'of')) return false
  while (
    tokens[place] &&
    ['of', 'neutral', 'article', 'measure', 'dimension', 'from', 'total'].includes(tokens[place]?.kind ?? '')
  )
    place++
  return (
    place > index + 1 &&
    tokens.slice(index + 1, place).some(({ kind }) => kind === 'of') &&
    tokens[place]?.kind === 'entity'
  )
}

/** 45 % of revenue, a share of 45 %. */
function isShare(tokens: Token[], index: number): boolean {
  const { number } = tokens[index] as NumberToken
  if (number.unit !== 'percent') return false
  const next = tokens.slice(index + 1).find(token => !isFiller(token))
  const isSaid = (token: Token) =>
    token.kind === 'share' || (token.kind === 'licensed' && token.says === 'stock_share')
  return next?.kind === 'of' || tokens.some(isSaid)
}
