import { addDays } from '../../text/index.ts'
import { type Span, toDay } from '../calendar.ts'
import type { Clock } from '../published.ts'
import type { Lexicon } from './lexicon.ts'
import { isSpan, type PeriodWords, readSingle } from './periods.ts'
import type { Token } from './tokens.ts'
import type { Time } from './words/index.ts'

/** Both ends of a range: what names no year has that of the other, or the latest. */
function toRange(first: PeriodWords, second: PeriodWords) {
  return (clock: Clock): Span | undefined => {
    const end = second.at(clock)
    if (!end) return undefined
    const year = Number(end.from.slice(0, 4))
    let start = first.isYearless ? first.at(clock, year) : first.at(clock)
    if (start && first.isYearless && start.from > end.to) start = first.at(clock, year - 1)
    if (start && !first.isYearless && second.isYearless) {
      const own = second.at(clock, Number(start.from.slice(0, 4)))
      if (own && own.to >= start.from) return { from: start.from, to: own.to }
    }
    return start && start.from <= end.to ? { from: start.from, to: end.to } : undefined
  }
}

/** From the 1st to 15 March: a day whose month stands behind the other one. */
function readDayOnly(
  lexicon: Lexicon,
  tokens: Token[],
  at: number,
  to: PeriodWords,
): PeriodWords | undefined {
  const day = lexicon.ordinalAt(tokens, at)
  if (day === undefined || day > 31 || to.unit !== 'day') return undefined
  return {
    length: 1,
    at(clock) {
      const end = to.at(clock)
      if (!end) return undefined
      const [year = 0, month = 0] = end.from.split('-').map(Number)
      return isSpan(toDay(year, month, day))
    },
  }
}

function readRange(lexicon: Lexicon, tokens: Token[], at: number): PeriodWords | undefined {
  const between = lexicon.timeAt('between', tokens, at)
  const opening = between || lexicon.timeAt('from', tokens, at)
  for (const begin of new Set([at + opening, at])) {
    const single = readSingle(lexicon, tokens, begin)
    for (const end of [single && begin + single.length, begin + 1]) {
      if (end === undefined) continue
      const to = lexicon.timeAt('to', tokens, end)
      const isList = to > 0 && lexicon.rolesAt(tokens, end).roles.includes('and')
      if (to === 0 || (isList && between === 0)) continue
      const second = readSingle(lexicon, tokens, end + to)
      if (!second) continue
      const first =
        single && begin + single.length === end ? single : readDayOnly(lexicon, tokens, begin, second)
      if (first)
        return { length: end + to + second.length - at, at: toRange(first, second), ends: [first, second] }
    }
  }
  return undefined
}

/** Since March, until 2016, before and after a day. */
function readOpen(lexicon: Lexicon, tokens: Token[], at: number): PeriodWords | undefined {
  const make: Partial<Record<Time, (span: Span, clock: Clock) => Span>> = {
    since: ({ from }, { today }) => ({ from, to: today }),
    until: ({ to }, { first }) => ({ from: first, to }),
    before: ({ from }, { first }) => ({ from: first, to: addDays(from, -1) }),
    after: ({ to }, { today }) => ({ from: addDays(to, 1), to: today }),
  }
  const open = (length: number, time: Time, single: PeriodWords): PeriodWords => ({
    length,
    at(clock) {
      const span = single.at(clock)
      const made = span && make[time]?.(span, clock)
      return made && made.from <= made.to ? made : undefined
    },
  })
  for (const time of ['since', 'until', 'before', 'after'] as const) {
    const length = lexicon.timeAt(time, tokens, at)
    const single = length > 0 ? readSingle(lexicon, tokens, at + length) : undefined
    if (single) return open(length + single.length, time, single)
  }
  const from = lexicon.timeAt('from', tokens, at)
  const single = from > 0 ? readSingle(lexicon, tokens, at + from) : undefined
  const onwards = single ? lexicon.timeAt('onwards', tokens, at + from + single.length) : 0
  return single && onwards > 0 ? open(from + single.length + onwards, 'since', single) : undefined
}

/** The longest period that begins at a place. */
export function readPeriod(lexicon: Lexicon, tokens: Token[], at: number): PeriodWords | undefined {
  const found = [readSingle, readRange, readOpen].map(read => read(lexicon, tokens, at))
  return found.filter(each => each !== undefined).sort((a, b) => b.length - a.length)[0]
}
