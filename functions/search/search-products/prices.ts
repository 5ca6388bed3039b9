import * as words from './price-words.ts'

export type Prices = {
  filters: { priceMin?: number; priceMax?: number }
  /** The query without what became a filter. */
  rest: string
}

const BOUNDARY = String.raw`(?![\p{L}\p{N}\p{M}])`
const SIGN = String.raw`(?:us|ca|au)?\$|[€£¥₹₽₺]|(?:usd|eur|gbp|chf|cad|aud|jpy|inr|pln|sek|nok|dkk|czk|rs)\.?(?!\p{L})`
/** Pounds are a weight as well: a price has a £, or GBP. */
const CURRENCY = String.raw`[$€£¥₹₽₺]|(?:dollars?|bucks|euros?|usd|eur|gbp|chf|cad|aud|jpy|inr|pln|sek|nok|dkk|czk|quid|pounds sterling|francs?|franken|kronor|kroner|rupees?|yen|zł|złoty(?:ch)?|руб(?:лей)?\.?|kč)${BOUNDARY}`
const DIGITS = String.raw`\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?`
const NUMBER = String.raw`(?:${DIGITS})(?:\s?k${BOUNDARY})?(?:[.,][-–](?!\d))?`
/** The first group of each amount is all of it: `readAmount` takes it apart. */
const AMOUNT = String.raw`((?:(?:${SIGN})\s?)?${NUMBER}(?:\s?(?:${CURRENCY}))?)`
const START = String.raw`(?<![\p{L}\p{N}\p{M}.,/_-])`
const ABOUT = String.raw`(?:(?:${words.ABOUT}):?\s+)?`
/** "no less than" is no "less than". */
const NOT_NEGATED = String.raw`(?<!(?:^|\s)(?:no|not|nicht)\s)`

type Kind = 'said' | 'since' | 'range'
type Limit = { pattern: RegExp; low?: number; high?: number; kind: Kind }

const define = (source: string, limit: Omit<Limit, 'pattern'>): Limit => ({
  pattern: new RegExp(START + ABOUT + source, 'giu'),
  ...limit,
})
const before = (alternatives: string) =>
  String.raw`${NOT_NEGATED}(?:${alternatives})(?:(?<=[<>=≤≥.])\s?|:?\s+)${AMOUNT}`
const between = String.raw`\s*(?:${words.AND})\s*`

/** What says a limit, in the order in which it is looked for; `low` and `high` say which of its amounts is which. */
const LIMITS: Limit[] = [
  define(String.raw`(?:${words.BETWEEN})\s+${AMOUNT}${between}${AMOUNT}`, { low: 1, high: 2, kind: 'since' }),
  define(String.raw`${AMOUNT}\s*(?:to|bis|[-–—])\s*${AMOUNT}`, { low: 1, high: 2, kind: 'range' }),
  define(before(words.UNDER), { high: 1, kind: 'said' }),
  define(before(words.OVER), { low: 1, kind: 'said' }),
  define(before(words.SINCE), { low: 1, kind: 'since' }),
  define(String.raw`${AMOUNT}\s?(?:${words.OR_LESS})${BOUNDARY}`, { high: 1, kind: 'said' }),
  define(String.raw`${AMOUNT}\s?(?:${words.OR_MORE})${BOUNDARY}`, { low: 1, kind: 'said' }),
]

/**
 * Reads limits of price and removes them. A number is a price where it has a currency, or where it ends a phrase: at
 * the end of the query or of a clause, before a preposition or a colour. Before a unit or any other word it is something else.
 */
export function readPrices(query: string): Prices {
  const filters: Prices['filters'] = {}
  let rest = query
  for (const limit of LIMITS)
    for (const found of rest.matchAll(limit.pattern)) {
      const read = readLimit(limit, found, rest)
      if (!read || Object.keys(read).some(name => name in filters)) continue
      Object.assign(filters, read)
      rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/^[\s,.;:!?]+|\s[\s,.;:!?]*$/g, '')
      break
    }
  return { filters, rest }
}

function readLimit(
  { low, high, kind }: Limit,
  found: RegExpExecArray,
  text: string,
): Prices['filters'] | undefined {
  const after = text.slice(found.index + found[0].length)
  const amounts = found.slice(1).map(readAmount)
  if (!amounts.some(({ isMoney }) => isMoney)) {
    const last = amounts.at(-1)
    if (!last || !endsAmount(after, last.value)) return undefined
    if (kind === 'since' && amounts.every(({ isYear }) => isYear)) return undefined
    if (kind === 'range' && !isBareRange(amounts, text.slice(0, found.index), after)) return undefined
  } else if (!/^(?![\p{L}\p{N}\p{M}])/u.test(after)) return undefined
  const values = amounts.map(({ value }) => value)
  // "1-2k" is in thousands on both sides; "200 to 100" is reversed.
  if (low && high) {
    const [first = 0, second = 0] = values.toSorted((a, b) => a - b)
    return { priceMin: first, priceMax: second }
  }
  return low ? { priceMin: values[low - 1] ?? 0 } : { priceMax: values[(high ?? 1) - 1] ?? 0 }
}

type Amount = { value: number; isMoney: boolean; isYear: boolean }

const DIGITS_OF = new RegExp(DIGITS, 'u')
const IS_MONEY = new RegExp(`${SIGN}|${CURRENCY}`, 'iu')

function readAmount(text: string): Amount {
  const [digits = ''] = DIGITS_OF.exec(text) ?? []
  const around = text.replace(digits, ' ')
  const isThousands = /^\s*k/i.test(text.slice(text.indexOf(digits) + digits.length))
  const value = toNumber(digits, isThousands) * (isThousands ? 1000 : 1)
  return {
    value: Math.round(value * 10_000) / 10_000,
    isMoney: /[.,][-–]/.test(around) || IS_MONEY.test(around),
    isYear: /^(19|20)\d\d$/.test(text.trim()),
  }
}

/**
 * The one rule of separators: three digits after one are thousands, any other count are decimals. Where there are both a
 * point and a comma the later one is the decimal one; before a k, and after a single 0, every one is.
 */
function toNumber(digits: string, isThousands: boolean): number {
  const text = digits.replaceAll(/['’ ]/g, '')
  const at = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  if (at === -1) return Number(text)
  const separator = text[at] ?? ''
  const isOnly = text.indexOf(separator) === at
  const hasBoth = text.includes(separator === '.' ? ',' : '.')
  const isDecimal = text.length - at - 1 !== 3 || (isOnly && (hasBoth || isThousands || /^0\D/.test(text)))
  const whole = (isDecimal ? text.slice(0, at) : text).replaceAll(/[.,]/g, '')
  return Number(isDecimal ? `${whole}.${text.slice(at + 1)}` : whole)
}

const CLAUSE_END = /^\s*(?:[.,;:!?)\]]+(?=\s|$)|$)/u
const ENDED = new RegExp(String.raw`^\s+(?:${words.CONNECTIVES}|${words.COLOURS})${BOUNDARY}`, 'iu')
const NEXT_LIMIT = new RegExp(
  String.raw`^\s*(?:${words.JOINED})?\s*(?:(?:${words.UNDER}|${words.OVER}|${words.SINCE})\s*)?${AMOUNT}`,
  'iu',
)
const IN = new RegExp(String.raw`^\s+in(?:\s+(${words.NO_INCHES})${BOUNDARY}|\s+\S|\s*$)`, 'iu')

/** Whether no unit follows a bare number. */
function endsAmount(after: string, value: number): boolean {
  const next = NEXT_LIMIT.exec(after)
  if (next?.[1] !== undefined) {
    const { isMoney, value: nextValue } = readAmount(next[1])
    return isMoney || endsAmount(after.slice(next[0].length), nextValue)
  }
  if (CLAUSE_END.test(after)) return true
  const inches = IN.exec(after)
  // "27.5 in wheel" is inches; with "in red" and 100 or more it is a price.
  if (inches) return inches[1] !== undefined || (value >= 100 && inches[0].trim() !== 'in')
  return ENDED.test(after)
}

/** "bikes 100-200": not a number such as 100-200 alone, nor sizes, ages or years. */
function isBareRange(amounts: Amount[], said: string, after: string): boolean {
  const [low, high] = amounts
  if (!low || !high || low.value >= high.value || high.value < 100) return false
  if (amounts.every(({ isYear }) => isYear)) return false
  if (said.trim() === '' && after.trim() === '') return false
  return !new RegExp(String.raw`(?:^|\s)(?:${words.SIZES})\s*$`, 'iu').test(said)
}
