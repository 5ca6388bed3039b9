import type { Span } from '../calendar.ts'
import type { Fact, Language } from '../facts.ts'
import { dateFormat, dateOf, formatDay, isCurrencyCode, numberFormat } from '../intl.ts'

/** Decimal texts stay exact. */
const exactly = (value: string) => value as `${number}`

/** A fact's value with its unit, without the sign of a difference. */
export function formatValue({ value, unit, currency, kind }: Fact, language: Language): string {
  const size = kind === 'difference' || kind === 'change' ? value.replace(/^-/, '') : value
  switch (unit) {
    case 'currency':
      if (isCurrencyCode(currency))
        return numberFormat(language, { style: 'currency', currency }).format(exactly(size))
      return `${numberFormat(language, { maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(exactly(size))} ${currency ?? ''}`.trim()
    case 'ratio':
      return numberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(exactly(size))
    default:
      return numberFormat(language, { maximumFractionDigits: 2 }).format(exactly(size))
  }
}

export const formatCount = (count: number, language: Language): string =>
  numberFormat(language, {}).format(count)

/** From which day to which, with plain spaces. */
export function formatSpan({ from, to }: Span, language: Language): string {
  if (from === to) return formatDay(from, language)
  return dateFormat(language, { dateStyle: 'long' })
    .formatRange(dateOf(from), dateOf(to))
    .replaceAll(/[\u2009\u202f]/g, ' ')
}
