import type { Lexicon } from './lexicon.ts'

export type Days = { from: string; to: string }
type Read = { days: Days | null; end: number }
/** Parts of a date as far as they are written. */
type Parts = { year: number | undefined; month: number; day: number; end: number }

const DAY = '(\\d{1,2})(?:st|nd|rd|th|er|re|º|°|\\.)?'
const pad = (number: number, width = 2) => String(number).padStart(width, '0')
const toDay = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)
const oneOf = (phrases: string) =>
  phrases
    .split('|')
    .sort((one, other) => other.length - one.length)
    .map(phrase => phrase.replaceAll(/[.*+?()[\]\\^$]/g, '\\$&'))
    .join('|')

/** How a language writes dates, as expressions that stick to a place. */
function makePatterns({ words, language }: Lexicon) {
  const month = `(${words.months.map(oneOf).join('|')})\\.?(?![\\p{L}])`
  const part = `(?: ?(?:${oneOf(words.datePart)}))?`
  const year = `(?:,?${part} ?(\\d{4}))?(?!\\d)`
  const article = "(?:(?:the|le|el|dem|den|der|l') ?)?"
  const sticky = (source: string) => new RegExp(source, 'iuy')
  const slash = language === 'fr' || language === 'es'
  return {
    dayMonth: sticky(`${article}${DAY}${part} ?${month}${year}`),
    monthDay: language === 'en' ? sticky(`${month} ${DAY}${year}`) : undefined,
    iso: sticky('(\\d{4})-(\\d{2})-(\\d{2})(?!\\d)'),
    numeric:
      language === 'de'
        ? sticky('(?:dem |den )?(\\d{1,2})\\. ?(\\d{1,2})\\.(?: ?(\\d{4}))?(?!\\d)')
        : slash
          ? sticky(`${article}(\\d{1,2})/(\\d{1,2})(?:/(\\d{4}))?(?![\\d/])`)
          : undefined,
    bareDay: sticky(`${article}${DAY}`),
    month: sticky(`${month}${year}`),
    before: sticky(`(?:${oneOf(words.rangeBefore)}) `),
    between: sticky(` ?[–—-] ?| (?:${oneOf(words.rangeBetween)}) `),
    weekOf: sticky(`(?:${oneOf(words.weekOf)}) `),
    week: sticky(`(?:${oneOf(words.week)}) (\\d{1,2})(?:(?:/|,?${part} ?)(\\d{4}))?(?![\\d.,]*\\d)`),
    quarterNamed: sticky(`(${words.quarterNames.map(oneOf).join('|')}) (?:${oneOf(words.quarter)})${year}`),
    quarterShort: sticky(`[QT]([1-4])(?:(?:/|,?${part} ?)(\\d{4}))?(?!\\d)`),
    year: sticky(`(?:${oneOf(words.year)}) (\\d{4})(?![\\d.,' ]*\\d| ?[%$€£])`),
  }
}

const patternsOf = new Map<string, ReturnType<typeof makePatterns>>()

/**
 * The period that is written at a place of the text.
 * @param known the periods that facts have: a date without its year is one of them, if only one fits
 * @returns undefined where there is none; `days` is null where no fact has it
 */
export function readPeriod(text: string, from: number, lexicon: Lexicon, known: Days[]): Read | undefined {
  const patterns = patternsOf.get(lexicon.language) ?? makePatterns(lexicon)
  patternsOf.set(lexicon.language, patterns)
  const { words } = lexicon
  const match = (pattern: RegExp | undefined, place: number) => {
    if (!pattern) return undefined
    pattern.lastIndex = place
    return pattern.exec(text) ?? undefined
  }
  const isCapital = (place: number) =>
    lexicon.language === 'es' || lexicon.language === 'fr' || /\p{Lu}/u.test(text[place] ?? '')
  const monthOf = (name = '') =>
    words.months.findIndex(names => names.split('|').includes(name.toLowerCase()))
  const number = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits))

  function readDate(place: number): Parts | undefined {
    const iso = match(patterns.iso, place)
    if (iso)
      return {
        year: number(iso[1]),
        month: Number(iso[2]) - 1,
        day: Number(iso[3]),
        end: place + iso[0].length,
      }
    const dayFirst = match(patterns.dayMonth, place)
    if (dayFirst)
      return {
        year: number(dayFirst[3]),
        month: monthOf(dayFirst[2]),
        day: Number(dayFirst[1]),
        end: place + dayFirst[0].length,
      }
    const monthFirst = match(patterns.monthDay, place)
    if (monthFirst && isCapital(place))
      return {
        year: number(monthFirst[3]),
        month: monthOf(monthFirst[1]),
        day: Number(monthFirst[2]),
        end: place + monthFirst[0].length,
      }
    const numeric = match(patterns.numeric, place)
    if (numeric)
      return {
        year: number(numeric[3]),
        month: Number(numeric[2]) - 1,
        day: Number(numeric[1]),
        end: place + numeric[0].length,
      }
    return undefined
  }
  function readMonth(place: number) {
    const found = match(patterns.month, place)
    if (!found || !isCapital(place)) return undefined
    return { year: number(found[2]), month: monthOf(found[1]), end: place + found[0].length }
  }

  /** Both ends of a range; the first may lack what the second has. */
  function readRange(place: number): Read | undefined {
    const first = readDate(place) ?? readBareDay(place)
    if (first) {
      const link = match(patterns.between, first.end)
      if (!link) return undefined
      const next = first.end + link[0].length
      const last = readDate(next) ?? (first.month >= 0 ? readBareDayAndYear(next, first) : undefined)
      if (!last) return undefined
      const start = {
        ...first,
        month: first.month < 0 ? last.month : first.month,
        year: first.year ?? last.year,
      }
      return { days: fit(start, { ...last, year: last.year ?? first.year }, known), end: last.end }
    }
    const start = readMonth(place)
    const link = start && match(patterns.between, start.end)
    const end = start && link ? readMonth(start.end + link[0].length) : undefined
    if (!start || !end) return undefined
    const year = start.year ?? end.year
    return {
      days: fit(
        { year, month: start.month, day: 1 },
        { year: end.year ?? year, month: end.month + 1, day: 0 },
        known,
      ),
      end: end.end,
    }
  }
  function readBareDay(place: number): Parts | undefined {
    const found = match(patterns.bareDay, place)
    return found && { year: undefined, month: -1, day: Number(found[1]), end: place + found[0].length }
  }
  /** Of November 2–29, 2026. */
  function readBareDayAndYear(place: number, { month }: Parts): Parts | undefined {
    const found = /^(\d{1,2})(?:,? (\d{4}))?(?!\d)/u.exec(text.slice(place))
    return found
      ? { year: number(found[2]), month, day: Number(found[1]), end: place + found[0].length }
      : undefined
  }

  const before = match(patterns.before, from)
  const range = (before && readRange(from + before[0].length)) ?? readRange(from)
  if (range?.days) return range
  const weekOf = match(patterns.weekOf, from)
  const monday = weekOf && readDate(from + weekOf[0].length)
  if (monday) return { days: fit(monday, { ...monday, day: monday.day + 6 }, known), end: monday.end }
  const date = readDate(from)
  if (date) return { days: fit(date, date, known), end: date.end }
  const month = readMonth(from)
  if (month)
    return {
      days: fit({ ...month, day: 1 }, { ...month, month: month.month + 1, day: 0 }, known),
      end: month.end,
    }
  const quarter = match(patterns.quarterNamed, from) ?? match(patterns.quarterShort, from)
  if (quarter) {
    const named = words.quarterNames.findIndex(names =>
      names.split('|').includes((quarter[1] ?? '').toLowerCase()),
    )
    const first = 3 * (named < 0 ? Number(quarter[1]) - 1 : named)
    const year = number(quarter[2])
    return {
      days: fit({ year, month: first, day: 1 }, { year, month: first + 3, day: 0 }, known),
      end: from + quarter[0].length,
    }
  }
  const week = match(patterns.week, from)
  if (week) return { days: fitWeek(Number(week[1]), number(week[2]), known), end: from + week[0].length }
  const year = match(patterns.year, from)
  if (!year) return range
  const days = fit(
    { year: Number(year[1]), month: 0, day: 1 },
    { year: Number(year[1]), month: 11, day: 31 },
    known,
  )
  return days ? { days, end: from + year[0].length } : range
}

/** The known period with these ends, where exactly one has them. */
function fit(
  start: { year: number | undefined; month: number; day: number },
  end: { year: number | undefined; month: number; day: number },
  known: Days[],
): Days | null {
  const fitting = known.filter(({ from, to }) => {
    const firstYear = start.year ?? Number(from.slice(0, 4))
    const lastYear = end.year ?? Number(to.slice(0, 4))
    return (
      toDay(firstYear, start.month, start.day) === from &&
      toDay(lastYear, end.month, end.day) === to &&
      // A 31st of November is none.
      (end.day < 1 || start.day !== end.day || from !== to || from.endsWith(pad(start.day)))
    )
  })
  return fitting.length === 1 ? (fitting[0] ?? null) : null
}

function fitWeek(week: number, year: number | undefined, known: Days[]): Days | null {
  const fitting = known.filter(({ from, to }) => {
    const monday = new Date(`${from}T00:00:00Z`)
    const thursday = new Date(monday.getTime() + 3 * 86_400_000)
    const ofYear = thursday.getUTCFullYear()
    const number = 1 + Math.floor((thursday.getTime() - Date.UTC(ofYear, 0, 1)) / (7 * 86_400_000))
    return (
      monday.getUTCDay() === 1 && daysIn({ from, to }) === 7 && number === week && (year ?? ofYear) === ofYear
    )
  })
  return fitting.length === 1 ? (fitting[0] ?? null) : null
}

/** Both ends included. */
export function daysIn({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
}
