import type { Language } from './facts.ts'

/** Formatters of Intl are kept: to make one takes longer than all that a report formats with it. */
const numbers = new Map<string, Intl.NumberFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()

export function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const known = numbers.get(key) ?? new Intl.NumberFormat(language, options)
  numbers.set(key, known)
  return known
}

/** English dates with the day first: no reader takes one part for another. In UTC. */
export function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const locale = language === 'en' ? 'en-GB' : language
  const known = dates.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
  dates.set(key, known)
  return known
}

/** Whether Intl knows it as the code of a currency. */
export const isCurrencyCode = (code: string | null): code is string => /^[A-Za-z]{3}$/.test(code ?? '')

/** A business date, YYYY-MM-DD, for a formatter in UTC. */
export const dateOf = (day: string): Date => new Date(`${day}T00:00:00Z`)

export const formatDay = (day: string, language: Language): string =>
  dateFormat(language, { dateStyle: 'long' }).format(dateOf(day))
