import { isoWeek, type Span, toDay, type Unit, unitAround, upTo } from '../calendar.ts'
import type { Language } from '../facts.ts'
import type { Clock } from '../published.ts'
import type { Lexicon } from './lexicon.ts'
import type { Token } from './tokens.ts'
import type { Time } from './words/index.ts'

/** A period as it stands in a question; which dates it means, the data's last day decides. */
export type PeriodWords = {
  length: number
  unit?: Unit | undefined
  relative?: 'this' | 'last' | 'previous' | undefined
  /** Undefined where there is no such day or week. @param year of a month that names none */
  at(clock: Clock, year?: number): Span | undefined
  /** Both ends of a range. */
  ends?: [PeriodWords, PeriodWords]
  /** Of a month, quarter or day that names no year. */
  isYearless?: boolean
}

type Place = { lexicon: Lexicon; tokens: Token[]; at: number }

const yearAt = ({ tokens }: Place, at: number) => {
  const key = tokens[at]?.key ?? ''
  return /^(?:19|20)\d\d$/.test(key) ? Number(key) : undefined
}

/** Articles and prepositions, and "year" before its number. */
export function skip({ lexicon, tokens }: Place, from: number): number {
  let at = from
  for (let count = 0; count < 4; count++) at += lexicon.timeAt('filler', tokens, at)
  return at
}

/** "Year" before its number, "month" or "month of" before its name, "day" before its date. */
function skipUnit({ lexicon, tokens }: Place, from: number, unit: Unit): number {
  const own = lexicon.unitAt(tokens, from)
  if (own?.unit !== unit) return from
  const end = from + own.length
  const isOf = unit === 'month' && ['of', 'de', 'd'].includes(tokens[end]?.key ?? '')
  return isOf ? end + 1 : end
}

/** The latest that has begun, where no year is named. */
function latest(clock: Clock, make: (year: number) => Span | undefined): Span | undefined {
  const year = Number(clock.today.slice(0, 4))
  const own = make(year)
  return own && own.from <= clock.today ? own : make(year - 1)
}

/** Something with a year behind it, or without. */
function withYear(
  place: Place,
  end: number,
  unit: Unit,
  make: (year: number) => Span | undefined,
): PeriodWords {
  const at = skipUnit(place, skip(place, end), 'year')
  const year = yearAt(place, at)
  if (year !== undefined) return { length: at + 1 - place.at, unit, at: () => make(year) }
  return {
    length: end - place.at,
    unit,
    isYearless: true,
    at: (clock, given) => (given === undefined ? latest(clock, make) : make(given)),
  }
}

export const isSpan = (from: string | undefined): Span | undefined => (from ? { from, to: from } : undefined)

/** 2016-03-01, 2016-03, 1.3.2016, and 13/3/2016: which of two numbers up to 12 is the month is not known in English. */
function readDate(place: Place, at: number): PeriodWords | undefined {
  const key = place.tokens[at]?.key ?? ''
  const length = at + 1 - place.at
  const iso = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(key)
  if (iso) {
    const [, year, month, day] = iso.map(Number)
    const from = toDay(year ?? 0, month ?? 0, iso[3] === undefined ? 1 : (day ?? 0))
    const isMonth = iso[3] === undefined
    return {
      length,
      unit: isMonth ? 'month' : 'day',
      at: () => (from && isMonth ? unitAround(from, 'month') : isSpan(from)),
    }
  }
  const parts = /^(\d{1,2})([./])(\d{1,2})[./](\d{4})$/.exec(key)
  if (!parts) return undefined
  const [first, second, year] = [Number(parts[1]), Number(parts[3]), Number(parts[4])]
  const isEnglish = place.lexicon.words.language === 'en' && parts[2] === '/'
  if (isEnglish && first <= 12 && second <= 12 && first !== second) return { length, at: () => undefined }
  const [day, month] = isEnglish && second > 12 ? [second, first] : [first, second]
  return { length, unit: 'day', at: () => isSpan(toDay(year, month, day)) }
}

const TO_DATE: [Time, Unit][] = [
  ['yearToDate', 'year'],
  ['quarterToDate', 'quarter'],
  ['monthToDate', 'month'],
  ['weekToDate', 'week'],
]

/** German for the month, or another unit, before this one. */
const VOR = /^vor(jahr|monat|woche|quartal|tag)e?s?$/

function readDays(place: Place, at: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const days: [Time, number][] = [
    ['dayBefore', -2],
    ['yesterday', -1],
    ['today', 0],
  ]
  for (const [time, further] of days) {
    const length = lexicon.timeAt(time, tokens, at)
    if (length > 0)
      return {
        length: at + length - place.at,
        unit: 'day',
        ...(further === 0 && { relative: 'this' }),
        at: ({ today }) => unitAround(today, 'day', further),
      }
  }
  // "Above the month before" compares.
  const isAbove = tokens.slice(Math.max(0, at - 2), at).some(({ key }) => key === 'uber' || key === 'unter')
  const before =
    lexicon.words.language === 'de' && !isAbove ? VOR.exec(tokens[at]?.key ?? '')?.[1] : undefined
  if (before) {
    const unit = lexicon.unitAt([{ text: before, key: before }], 0)?.unit ?? 'month'
    return {
      length: at + 1 - place.at,
      unit,
      relative: 'previous',
      at: ({ today }) => unitAround(today, unit, -1),
    }
  }
  for (const [time, unit] of TO_DATE) {
    const length = lexicon.timeAt(time, tokens, at)
    if (length > 0)
      return {
        length: at + length - place.at,
        unit,
        relative: 'this',
        at: ({ today }) => ({ from: unitAround(today, unit).from, to: today }),
      }
  }
  return undefined
}

/** 3 March 2016, March 3, 2016, March 2016. */
function readMonth(place: Place, from: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const at = skipUnit(place, skipUnit(place, from, 'day'), 'month')
  const day = lexicon.ordinalAt(tokens, at)
  if (day !== undefined && day <= 31) {
    const then = skip(place, at + 1)
    const month = lexicon.monthAt(tokens, then)
    if (month) return withYear(place, then + 1, 'day', year => isSpan(toDay(year, month, day)))
  }
  const month = lexicon.monthAt(tokens, at)
  if (!month) return undefined
  const after = lexicon.words.language === 'en' ? lexicon.ordinalAt(tokens, at + 1) : undefined
  if (after !== undefined && after <= 31)
    return withYear(place, at + 2, 'day', year => isSpan(toDay(year, month, after)))
  return withYear(place, at + 1, 'month', year =>
    unitAround(`${year}-${String(month).padStart(2, '0')}-01`, 'month'),
  )
}

/** Q3 2016, third quarter, first half of 2016, week 12. */
function readNumbered(place: Place, at: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const nth = (unit: Unit, number: number) => (year: number) => {
    const span = unitAround(`${year}-01-01`, unit, number - 1)
    return span.from.startsWith(String(year)) ? span : undefined
  }
  const [, letter = '', digit] = /^([qths])([1-4])$/.exec(tokens[at]?.key ?? '') ?? []
  if (digit) {
    const unit = letter === 'q' || letter === 't' ? 'quarter' : 'half'
    return withYear(place, at + 1, unit, nth(unit, Number(digit)))
  }
  const year = yearAt(place, at)
  const [, own] = /^q([1-4])$/.exec(tokens[at + 1]?.key ?? '') ?? []
  if (year !== undefined && own)
    return { length: at + 2 - place.at, unit: 'quarter', at: () => nth('quarter', Number(own))(year) }
  const ordinal = lexicon.ordinalAt(tokens, at)
  const unit = ordinal === undefined ? lexicon.unitAt(tokens, at) : lexicon.unitAt(tokens, at + 1)
  if (unit?.unit === 'quarter' || unit?.unit === 'half') {
    const number = ordinal ?? lexicon.ordinalAt(tokens, at + unit.length)
    const end = at + unit.length + 1
    if (number !== undefined && number >= 1 && number <= (unit.unit === 'half' ? 2 : 4))
      return withYear(place, end, unit.unit, nth(unit.unit, number))
  }
  const week = lexicon.weekNumberAt(tokens, at)
  const number = /^\d{1,2}$/.exec(tokens[at + week]?.key ?? '')?.[0]
  if (week > 0 && number) return withYear(place, at + week + 1, 'week', year => isoWeek(year, Number(number)))
  return undefined
}

/** Last month, le mois dernier, this year so far, the last 7 days, two months ago. */
function readRelative(place: Place, at: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const lengthOf = (end: number) => end - place.at
  const before = lexicon.timeAt('agoBefore', tokens, at)
  const count = lexicon.numberAt(tokens, at + before)
  const counted = count === undefined ? undefined : lexicon.unitAt(tokens, at + before + 1)
  if (count !== undefined && counted) {
    const end = at + before + 1 + counted.length
    const after = before > 0 ? 0 : lexicon.timeAt('ago', tokens, end)
    if (before > 0 || after > 0)
      return {
        length: lengthOf(end + after),
        unit: counted.unit,
        at: ({ today }) => unitAround(today, counted.unit, -count),
      }
  }
  return readRolling(place, at) ?? readCalendar(place, at)
}

const BEFORE = ['beforeLast', 'last', 'previous', 'this'] as const
/** What stands behind its unit: "the month before last", "le mois dernier", "el mes en curso". */
const BEHIND: Record<Language, readonly ('beforeLast' | 'last' | 'previous' | 'current')[]> = {
  en: ['beforeLast'],
  de: [],
  fr: ['beforeLast', 'last', 'previous', 'current'],
  es: ['beforeLast', 'last', 'previous', 'current'],
}

const relationAt = <Relation extends Time>(
  { lexicon, tokens }: Place,
  at: number,
  times: readonly Relation[],
) =>
  times
    .map(time => ({ time, length: lexicon.timeAt(time, tokens, at) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)[0]

/** The last 7 days, les 7 derniers jours. */
function readRolling(place: Place, at: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const from = at + (relationAt(place, at, ['this'])?.length ?? 0)
  const first = relationAt(place, from, BEFORE)
  const number = lexicon.numberAt(tokens, from + (first?.length ?? 0))
  if (number === undefined || number < 1 || number > 1000) return undefined
  // "top 5 last month" has no five months in it.
  if (!first && !['fr', 'es'].includes(lexicon.words.language)) return undefined
  let end = from + (first?.length ?? 0) + 1
  const second = first ? undefined : relationAt(place, end, BEFORE)
  end += second?.length ?? 0
  const unit = lexicon.unitAt(tokens, end)
  const relation = (first ?? second)?.time
  if (!unit || (relation !== 'last' && relation !== 'previous')) {
    const late = unit && !first && !second ? relationAt(place, end + unit.length, BEFORE) : undefined
    if (!unit || late?.time !== 'last') return undefined
    end += late.length
  }
  return { length: end + unit.length - place.at, at: ({ today }) => upTo(today, unit.unit, number) }
}

const FURTHER = { this: 0, current: 0, last: -1, previous: -1, beforeLast: -2 } as const

/** Last month, le mois dernier, this year so far. */
function readCalendar(place: Place, at: number): PeriodWords | undefined {
  const { lexicon, tokens } = place
  const first = relationAt(place, at, BEFORE)
  const unit = lexicon.unitAt(tokens, at + (first?.length ?? 0))
  if (!unit) return undefined
  let end = at + (first?.length ?? 0) + unit.length
  const behind = relationAt(place, end, BEHIND[lexicon.words.language])
  // "le mois dernier", "este mes pasado": what stands behind says more than what stands before.
  const relation = behind && (!first || first.time === 'this') ? behind : first
  if (!relation) return undefined
  if (relation === behind) end += behind.length
  if (tokens[end]?.key === 'ci') end += 1
  const { time } = relation
  if (time === 'this') end += lexicon.timeAt('soFar', tokens, end)
  return {
    length: end - place.at,
    unit: unit.unit,
    relative: time === 'beforeLast' ? undefined : time === 'current' ? 'this' : time,
    at: ({ today }) => {
      const span = unitAround(today, unit.unit, FURTHER[time])
      return span.to > today ? { from: span.from, to: today } : span
    },
  }
}

function readYear(place: Place, from: number): PeriodWords | undefined {
  const at = skipUnit(place, from, 'year')
  const year = yearAt(place, at)
  if (year === undefined) return undefined
  return { length: at + 1 - place.at, unit: 'year', at: () => unitAround(`${year}-01-01`, 'year') }
}

const READERS = [readDate, readDays, readMonth, readNumbered, readRelative, readYear]

/** The longest single period at a place. */
export function readSingle(lexicon: Lexicon, tokens: Token[], at: number): PeriodWords | undefined {
  const place = { lexicon, tokens, at }
  const found = [...new Set([at, skip(place, at)])].flatMap(from =>
    READERS.map(read => read(place, from)).filter(each => each !== undefined),
  )
  return found.sort((a, b) => b.length - a.length)[0]
}
