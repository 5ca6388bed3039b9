import type { Span } from '../calendar.ts'
import type { Fact, Language } from '../facts.ts'

/** Numbers and dates as a language writes them, by Intl; decimal texts stay exact. */
const numbers = new Map<string, Intl.NumberFormat>()

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const known = numbers.get(key) ?? new Intl.NumberFormat(language, options)
  numbers.set(key, known)
  return known
}

const exactly = (value: string) => value as `${number}`
const isCurrency = (code: string | null): code is string => /^[A-Za-z]{3}$/.test(code ?? '')

/** A fact's value with its unit, without the sign of a difference. */
export function formatValue({ value, unit, currency, kind }: Fact, language: Language): string {
  const size = kind === 'difference' || kind === 'change' ? value.replace(/^-/, '') : value
  switch (unit) {
    case 'currency':
      if (isCurrency(currency))
        return formatter(language, { style: 'currency', currency }).format(exactly(size))
      return `${formatter(language, { maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(exactly(size))} ${currency ?? ''}`.trim()
    case 'ratio':
      return formatter(language, { style: 'percent', maximumFractionDigits: 1 }).format(exactly(size))
    default:
      return formatter(language, { maximumFractionDigits: 2 }).format(exactly(size))
  }
}

export const formatCount = (count: number, language: Language): string =>
  formatter(language, {}).format(count)

const dates = new Map<Language, Intl.DateTimeFormat>()
const toDate = (day: string) => new Date(`${day}T00:00:00Z`)

function dateFormat(language: Language): Intl.DateTimeFormat {
  // English dates with the day first: no reader takes one part for another.
  const locale = language === 'en' ? 'en-GB' : language
  const known = dates.get(language) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  dates.set(language, known)
  return known
}

export const formatDay = (day: string, language: Language): string => dateFormat(language).format(toDate(day))

/** From which day to which, with plain spaces. */
export function formatSpan({ from, to }: Span, language: Language): string {
  if (from === to) return formatDay(from, language)
  return dateFormat(language)
    .formatRange(toDate(from), toDate(to))
    .replaceAll(/[\u2009\u202f]/g, ' ')
}
