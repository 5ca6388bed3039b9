import { previousOf, type Span, shift, type Unit } from '../calendar.ts'
import type { Lexicon } from './lexicon.ts'
import { skip } from './periods.ts'
import type { Token } from './tokens.ts'
import type { Time } from './words/index.ts'

/** With what something is compared, where no period is named: the one before, or a year ago. */
export type BaseWords = { length: number; kind: 'previous' | 'year_ago'; unit?: Unit }

const BASES: [Time, BaseWords['kind'], Unit?][] = [
  ['yearAgo', 'year_ago'],
  ['periodAgo', 'previous'],
  ['quarterAgo', 'previous', 'quarter'],
  ['monthAgo', 'previous', 'month'],
  ['weekAgo', 'previous', 'week'],
  ['dayAgo', 'previous', 'day'],
]

export function readBase(lexicon: Lexicon, tokens: Token[], at: number): BaseWords | undefined {
  const from = skip({ lexicon, tokens, at }, at)
  const found = [at, from].flatMap(begin =>
    BASES.map(([time, kind, unit]) => ({
      length: lexicon.timeAt(time, tokens, begin) && lexicon.timeAt(time, tokens, begin) + begin - at,
      kind,
      ...(unit && { unit }),
    })),
  )
  return found.filter(({ length }) => length > 0).sort((a, b) => b.length - a.length)[0]
}

/** Of a period as it was asked for: so much of the one before as there is of it. */
export const beforeOf = (span: Span, unit: Unit | undefined): Span =>
  unit ? shift(span, unit, 1) : previousOf(span)
