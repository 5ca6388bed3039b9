import type { Token } from './tokens.ts'

/** A part of a sentence whose numbers are of one thing. */
export type Segment = {
  tokens: Token[]
  /** A sentence of its own, or after a semicolon. */
  isStrong: boolean
  /** Begins with a word of contrast: what a cause reaches is over. */
  isContrast: boolean
  /** Begins with a word of cause. */
  isCause: boolean
  /** Is the next of a list by size. */
  isFollowing: boolean
  /** Begins with what moved against it. */
  isOffset: boolean
  /** In parentheses. */
  isAside: boolean
}

/** What says nothing by itself between two words that belong together. */
export const isFiller = (token: Token) =>
  token.kind === 'neutral' || token.kind === 'article' || (token.kind === 'licensed' && token.says === 'end')
const namesSubject = ({ kind }: Token) => kind === 'measure' || kind === 'driver' || kind === 'total'
const hasEntity = ({ tokens }: Segment) => tokens.some(({ kind }) => kind === 'entity')
const startsEmpty = (segment: Segment) =>
  !segment.tokens.some(token => namesSubject(token) || token.kind === 'entity')

/** Splits at punctuation, and, contrast, cause, and where a level is set against another one. */
export function splitSegments(tokens: Token[]): Segment[] {
  const segments: Segment[] = []
  const begin = (marks: Partial<Segment> = {}) =>
    segments.push({
      tokens: [],
      isStrong: false,
      isContrast: false,
      isCause: false,
      isAside: false,
      isOffset: false,
      isFollowing: false,
      ...marks,
    })
  begin()
  tokens.forEach((token, index) => {
    const last = segments.at(-1) as Segment
    const next = tokens.slice(index + 1).find(it => !isFiller(it))
    if (token.kind === 'stop') begin({ isStrong: token.isStrong, isAside: token.text === '(' })
    else if (token.kind === 'and') begin()
    else if (token.kind === 'followed') begin({ isFollowing: true })
    else if (token.kind === 'contrast') begin({ isContrast: true })
    else if (token.kind === 'cause' && isPartOf(last, next))
      last.tokens.push({ kind: 'neutral', text: token.text })
    else if (token.kind === 'cause' || (token.kind === 'origin' && isOfMovement(last)))
      begin({ isCause: true })
    else if (token.kind === 'offset') begin({ isCause: true, isOffset: true })
    else if (
      (token.kind === 'compare' || token.kind === 'relative' || token.kind === 'after') &&
      next?.kind === 'number' &&
      last.tokens.some(it => it.kind === 'number')
    ) {
      begin()
      segments.at(-1)?.tokens.push(token)
    } else last.tokens.push(token)
  })
  return mergeEndings(mergeBeginnings(joinEmpty(segments))).flatMap(splitByPeriods)
}

const isOfMovement = ({ tokens }: Segment) =>
  tokens.some(({ kind }) => kind === 'direction') &&
  !tokens.some(({ kind }) => kind === 'number' || kind === 'share')

/** +500 durch Preise: a part of a change, and what made it. */
const isPartOf = ({ tokens }: Segment, next: Token | undefined) =>
  next?.kind === 'driver' &&
  tokens.findLast(token => !isFiller(token))?.kind === 'number' &&
  !tokens.some(({ kind }) => kind === 'entity' || kind === 'direction' || kind === 'driver')

/** What stops leave without a token passes its marks on. */
function joinEmpty(segments: Segment[]): Segment[] {
  const kept: Segment[] = []
  let marks = {
    isStrong: false,
    isContrast: false,
    isCause: false,
    isAside: false,
    isOffset: false,
    isFollowing: false,
  }
  for (const segment of segments) {
    const joined = {
      isStrong: segment.isStrong || marks.isStrong,
      isContrast: segment.isContrast || marks.isContrast,
      isCause: segment.isCause || marks.isCause,
      isAside: segment.isAside || marks.isAside,
      isOffset: segment.isOffset || marks.isOffset,
      isFollowing: segment.isFollowing || marks.isFollowing,
    }
    if (segment.tokens.every(isFiller)) {
      marks = joined
      continue
    }
    kept.push({ tokens: segment.tokens, ...joined })
    marks = {
      isStrong: false,
      isContrast: false,
      isCause: false,
      isAside: false,
      isOffset: false,
      isFollowing: false,
    }
  }
  return kept
}

/** What comes before anything is named belongs to what is named then: In November, revenue rose. */
function mergeBeginnings(segments: Segment[]): Segment[] {
  const [first, second, ...rest] = segments
  if (!first || !second || second.isStrong || second.isCause) return segments
  // The change of 500 is made of parts: it is of everything.
  if (first.tokens.some(({ kind }) => kind === 'movement') && says(first)) return segments
  const isOpen =
    startsEmpty(first) ||
    isAttendant(first) ||
    (!first.tokens.some(namesSubject) && !first.isCause && !says(first))
  if (!isOpen || (hasEntity(first) && hasEntity(second))) return segments
  return mergeBeginnings([
    {
      ...first,
      tokens: [...first.tokens, ...second.tokens],
      isContrast: first.isContrast || second.isContrast,
    },
    ...rest,
  ])
}

/** With 412 orders and a share of 22 %, Germany was second: of what the main clause names. */
const isAttendant = ({ tokens, isCause }: Segment) =>
  !isCause &&
  tokens[0]?.kind === 'level' &&
  !tokens.some(({ kind }) => kind === 'entity' || kind === 'direction' || kind === 'driver')

/** 80 % of revenue, that is 500, came from Bikes: what is named at the end without a number is of all before. */
function mergeEndings(segments: Segment[]): Segment[] {
  const merged: Segment[] = []
  for (const segment of segments) {
    const first = segment.tokens.find(token => !isFiller(token))?.kind
    const isAfterAside = merged.at(-1)?.isAside === true && !segment.isAside && !segment.isContrast
    const isNamed =
      (first === 'origin' || first === 'share' || isAfterAside) && hasEntity(segment) && !says(segment)
    let start = merged.length
    if (isNamed && !segment.isCause && !segment.isStrong)
      while (start > 0 && !hasEntity(merged[start - 1] as Segment)) {
        start--
        if (merged[start]?.isStrong) break
      }
    const joined = merged.splice(start)
    const tokens = [...joined.flatMap(it => it.tokens), ...segment.tokens]
    merged.push({ ...(joined[0] ?? segment), tokens })
  }
  return merged
}

const says = ({ tokens }: Segment) =>
  tokens.some(
    ({ kind }) =>
      kind === 'number' || kind === 'direction' || kind === 'rank' || kind === 'fraction' || kind === 'most',
  )

/** 500 in October and 560 in November, without the and: as many numbers as periods, one after the other. */
function splitByPeriods(segment: Segment): Segment[] {
  const marks = segment.tokens.flatMap((token, index) => {
    const isBase = isComparedPeriod(segment.tokens, index)
    return (token.kind === 'period' && !isBase) || token.kind === 'number'
      ? [{ kind: token.kind, index }]
      : []
  })
  const periods = marks.filter(({ kind }) => kind === 'period')
  const alternates = marks.every(({ kind }, index) => index === 0 || kind !== marks[index - 1]?.kind)
  if (periods.length < 2 || marks.length !== 2 * periods.length || !alternates) return [segment]
  const ends = marks.filter((_, index) => index % 2 === 1).map(({ index }) => index + 1)
  return ends.map((end, index) => {
    const isLast = index === ends.length - 1
    const tokens = segment.tokens.slice(ends[index - 1] ?? 0, isLast ? undefined : end)
    return {
      ...segment,
      tokens,
      isCause: segment.isCause && index === 0,
      isStrong: segment.isStrong && index === 0,
    }
  })
}

/** A period after a word of comparison is what something is compared with. */
export function isComparedPeriod(tokens: Token[], index: number): boolean {
  for (let before = index - 1; before >= 0; before--) {
    const token = tokens[before]
    if (
      token?.kind === 'compare' ||
      token?.kind === 'relative' ||
      token?.kind === 'from' ||
      (token?.kind === 'direction' && token.direction === 'same')
    )
      return true
    if (!token || !(isFiller(token) || token.kind === 'of' || token.kind === 'grain')) return false
  }
  return false
}
