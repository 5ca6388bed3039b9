import type { Language } from '../facts.ts'
import type { Lexicon } from './lexicon.ts'
import { LETTER } from './text.ts'

/** A number as it is written. `step`: of its last digit, so that it stands for all numbers within half of that. */
export type WrittenNumber = {
  value: number
  step: number
  unit: 'percent' | 'points' | 'currency' | 'quantity' | 'days' | 'none'
  /** Codes of ISO 4217 that its sign may mean. */
  currencies: string[] | null
  sign: 1 | -1 | 0
  /** It is a word, or has one: two million. */
  isScaled: boolean
}

const GROUPED: Record<Language, { groups: string; decimal: string }> = {
  en: { groups: "[ ,']", decimal: '\\.' },
  de: { groups: "[ .']", decimal: ',' },
  fr: { groups: "[ ']", decimal: ',' },
  es: { groups: "[ .']", decimal: ',' },
}
const DIGITS = Object.fromEntries(
  Object.entries(GROUPED).map(([language, { groups, decimal }]) => [
    language,
    new RegExp(
      `\\d{1,3}(?:(${groups})\\d{3})(?:\\1\\d{3})*(?:${decimal}\\d+)?(?!\\d)|\\d+(?:${decimal}\\d+)?`,
      'y',
    ),
  ]),
) as Record<Language, RegExp>

const CODES = new Set(Intl.supportedValuesOf('currency'))
const CODE = /[A-Z]{3}(?![A-Za-zÀ-ÿ])/y
/** Of languages: signs by currency as their readers write them, and $ for the US dollar. */
const SYMBOLS = new Map<Language, [symbol: string, codes: string[]][]>()

function symbolsOf(language: Language): [symbol: string, codes: string[]][] {
  const known = SYMBOLS.get(language)
  if (known) return known
  const codes = new Map<string, string[]>([
    ['$', ['USD']],
    ['€', ['EUR']],
    ['£', ['GBP']],
    ['¥', ['JPY']],
    ['US$', ['USD']],
    ['Fr.', ['CHF']],
  ])
  for (const currency of CODES) {
    const format = new Intl.NumberFormat(language, { style: 'currency', currency })
    const symbol = format
      .formatToParts(1)
      .find(({ type }) => type === 'currency')
      ?.value.replaceAll(/\s/gu, ' ')
    if (symbol && symbol !== currency)
      codes.set(symbol, [...new Set([...(codes.get(symbol) ?? []), currency])])
  }
  const sorted = [...codes].sort(([one], [other]) => other.length - one.length)
  SYMBOLS.set(language, sorted)
  return sorted
}

const at = (pattern: RegExp, text: string, from: number) => {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0]
}

/** A currency's sign, code or name at a place of the text. */
export function readCurrency(
  text: string,
  from: number,
  lexicon: Lexicon,
): { codes: string[]; end: number } | undefined {
  const found = symbolsOf(lexicon.language).find(
    ([symbol]) => text.startsWith(symbol, from) && !isInWord(text, from, symbol),
  )
  if (found) return { codes: found[1], end: from + found[0].length }
  const code = at(CODE, text, from)
  if (code && CODES.has(code)) return { codes: [code], end: from + 3 }
  for (const [named, names] of Object.entries(lexicon.words.currencies)) {
    const name = longestOf(names, text, from)
    if (name) return { codes: [named], end: from + name.length }
  }
  return undefined
}

/** A sign of letters is a word of its own. */
const isInWord = (text: string, from: number, symbol: string) =>
  (LETTER.test(symbol.at(-1) ?? '') && LETTER.test(text[from + symbol.length] ?? '')) ||
  (LETTER.test(symbol[0] ?? '') && LETTER.test(text[from - 1] ?? ''))

const splits = new Map<string, string[]>()
function splitOf(phrases: string): string[] {
  const known = splits.get(phrases) ?? phrases.split('|')
  splits.set(phrases, known)
  return known
}

/** The longest of phrases in bars that stands there as a whole word. */
export function longestOf(phrases: string, text: string, from: number): string | undefined {
  const rest = text.slice(from, from + 30).toLowerCase()
  let found = ''
  for (const phrase of splitOf(phrases)) {
    const isWhole = !LETTER.test(phrase.at(-1) ?? '') || !LETTER.test(rest[phrase.length] ?? '')
    if (phrase.length > found.length && rest.startsWith(phrase) && isWhole) found = phrase
  }
  return found || undefined
}

/**
 * The number at a place of the text, with its sign, scale, unit and currency before or after it.
 * @param isName whether a name begins there: no unit is read of it
 * @returns undefined where there is none; `malformed` where it is not written as in the language
 */
export function readNumber(
  text: string,
  from: number,
  lexicon: Lexicon,
  isName: (place: number) => boolean,
): { number: WrittenNumber; end: number } | 'malformed' | undefined {
  let place = from
  let sign: WrittenNumber['sign'] = 0
  const readSign = () => {
    const found = /^[+\-−–] ?/u.exec(text.slice(place, place + 2))?.[0]
    if (!found || sign !== 0) return
    sign = found.startsWith('+') ? 1 : -1
    place += found.length
  }
  readSign()
  let currency = readCurrency(text, place, lexicon)
  if (currency) {
    place = currency.end
    if (text[place] === ' ') place++
    readSign()
  }
  const digits = readDigits(text, place, lexicon)
  if (digits === 'malformed') return 'malformed'
  if (!digits) return undefined
  place = digits.end
  let { value, step } = digits
  const skip = (width: number) => {
    place += width
  }
  const gap = () => (text[place] === ' ' ? 1 : 0)
  let isScaled = digits.isWord
  for (let round = 0; round < 2; round++)
    for (const [scale, names] of Object.entries(lexicon.words.scales)) {
      const name = longestOf(names, text, place + gap())
      if (!name) continue
      skip(gap() + name.length)
      value *= Number(scale)
      step *= Number(scale)
      isScaled = true
      break
    }
  const unit = readUnit()
  return { number: { value, step, unit, currencies: currency?.codes ?? null, sign, isScaled }, end: place }

  function readUnit(): WrittenNumber['unit'] {
    if (currency) return 'currency'
    for (const [unit, names] of [
      ['points', lexicon.words.points],
      ['percent', lexicon.words.percent],
    ] as const) {
      const name = longestOf(names, text, place + gap())
      if (!name) continue
      skip(gap() + name.length)
      return unit
    }
    const linked = isScaled
      ? (/^ ?(?:of |de |d')/u.exec(text.slice(place, place + 5))?.[0].length ?? gap())
      : gap()
    currency = readCurrency(text, place + linked, lexicon)
    if (currency) {
      place = currency.end
      return 'currency'
    }
    if (gap() === 0 || isName(place + 1)) return 'none'
    for (const [unit, names] of [
      ['quantity', lexicon.words.units],
      ['days', lexicon.words.days],
    ] as const) {
      const name = longestOf(names, text, place + 1)
      if (!name) continue
      skip(1 + name.length)
      return unit
    }
    return 'none'
  }
}

function readDigits(text: string, from: number, lexicon: Lexicon) {
  const digits = at(DIGITS[lexicon.language], text, from)
  if (digits === undefined) {
    const word = /^[\p{L}]+/u.exec(text.slice(from, from + 24))?.[0].toLowerCase() ?? ''
    const value = lexicon.numbers.get(word)
    return value === undefined ? undefined : { value, step: 1, end: from + word.length, isWord: true }
  }
  const end = from + digits.length
  // Another language's separators, a date, a version: read as a number it would be another one.
  if (/^(?:[.,'/:]\d|[A-Za-zÀ-ÿ]{4,}\d|\d|[–-] ?\d)/u.test(text.slice(end, end + 6)))
    return 'malformed' as const
  const { groups, decimal } = GROUPED[lexicon.language]
  const [whole, part] = splitLast(digits, decimal.at(-1) ?? '.')
  const value = Number(`${whole.replaceAll(new RegExp(groups, 'g'), '')}.${part || '0'}`)
  return { value, step: 10 ** -part.length, end, isWord: false }
}

function splitLast(digits: string, decimal: string): [string, string] {
  const place = digits.lastIndexOf(decimal)
  return place < 0 ? [digits, ''] : [digits.slice(0, place), digits.slice(place + 1)]
}
