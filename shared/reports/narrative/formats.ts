import { addDays } from '../../text/index.ts'
import type { Span } from '../calendar.ts'
import type { Fact, Language } from '../facts.ts'
import { dateFormat, dateOf, formatDay, isCurrencyCode, numberFormat } from '../intl.ts'
import { type Count, TEXTS } from './texts/index.ts'

/** From this size on, digits behind the point say nothing. */
const WITHOUT_CENTS = 100

/** What is smaller would be rounded to nothing. */
const LEAST_SHOWN = { ratio: 0.0005, others: 0.005 }

type Value = Pick<Fact, 'value' | 'unit' | 'currency'>

/** A value with its unit, rounded as a reader wants it, without its sign where it is a size. */
export function formatValue(
  { value, unit, currency }: Value,
  language: Language,
  { isSize = false } = {},
): string {
  const text = (isSize ? value.replace(/^-/, '') : value) as `${number}`
  const size = Math.abs(Number(text))
  const digits = size >= WITHOUT_CENTS ? 0 : 2
  const signed = isSize ? 'auto' : 'negative'
  // What is not nothing is not written as nothing.
  const isTiny = size > 0 && size < LEAST_SHOWN[unit === 'ratio' ? 'ratio' : 'others']
  const rounding = isTiny ? { maximumSignificantDigits: 1 } : undefined
  if (unit === 'ratio')
    return numberFormat(language, {
      ...{ style: 'percent', signDisplay: signed },
      ...(rounding ?? { maximumFractionDigits: 1 }),
    }).format(text)
  if (unit === 'currency' && isCurrencyCode(currency))
    return numberFormat(language, {
      ...{ style: 'currency', currency, signDisplay: signed },
      ...(rounding ?? { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    }).format(text)
  const number = numberFormat(language, {
    ...(rounding ?? { maximumFractionDigits: digits }),
    signDisplay: signed,
  }).format(text)
  return unit === 'currency' && currency ? `${number} ${currency}` : number
}

/** With its sign, whichever it is. */
export function formatChange(
  { value, currency }: Pick<Fact, 'value' | 'currency'>,
  language: Language,
): string {
  const size = formatValue({ value, unit: 'currency', currency }, language, { isSize: true })
  return value.startsWith('-') ? `−${size}` : `+${size}`
}

const plurals = new Map<string, Intl.PluralRules>()

/** What the words around a number go by: of a quantity as it is written. */
export function countOf(value: number, language: Language): Count {
  const rules = plurals.get(language) ?? new Intl.PluralRules(language, { maximumFractionDigits: 2 })
  plurals.set(language, rules)
  const text = formatValue({ value: String(value), unit: 'quantity', currency: null }, language)
  return { text, isOne: rules.select(value) === 'one' }
}

/** A month by its short name, such as Oct 2026. */
export const formatMonth = (day: string, language: Language): string =>
  dateFormat(language, { month: 'short', year: 'numeric' }).format(dateOf(day))

/** A day without its year. */
export const formatShortDay = (day: string, language: Language): string =>
  dateFormat(language, { day: 'numeric', month: 'short' }).format(dateOf(day))

/** From one day to another, such as 1–15 Jun 2026. */
export function formatShortDays(from: string, to: string, language: Language): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric' } as const
  return dateFormat(language, options).formatRange(dateOf(from), dateOf(to))
}

/** A moment as the language writes it, in UTC; a text that is none stays as it is. @param iso with its zone */
export function formatMoment(iso: string, language: Language): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return `${dateFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(at)} UTC`
}

/**
 * A period as part of a sentence: a whole month or year by its name, others from one day to another.
 * @param at of what is no sum over days: the end of the period, which it is of
 */
export function formatPeriod({ from, to }: Span, language: Language, at?: 'end'): string {
  const text = TEXTS[language]
  const isEnd = at === 'end'
  const next = addDays(to, 1)
  if (from.endsWith('-01-01') && next === `${Number(from.slice(0, 4)) + 1}-01-01`)
    return (isEnd ? text.endOfYear : text.inYear)(from.slice(0, 4))
  if (from.endsWith('-01') && next.endsWith('-01') && from.slice(0, 7) === to.slice(0, 7)) {
    const month = dateFormat(language, { month: 'long', year: 'numeric' }).format(dateOf(from))
    return (isEnd ? text.endOfMonth : text.inMonth)(month)
  }
  if (from === to || isEnd) return text.onDay(formatDay(to, language))
  return text.inDays(formatDay(from, language), formatDay(to, language))
}

/** Days in words, such as "3 days". */
export const formatDays = (days: number, language: Language): string =>
  numberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days)
