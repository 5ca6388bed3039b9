import { storeValue } from '../database/values.ts'
import { parseUnits, writeUnits } from '../tds/decimals.ts'
import { SqlError } from '../tds/errors.ts'
import { type SqlType, type Value, writeType } from '../tds/types.ts'

/** ODBC's canonical form of times, and binary as `0x…`: the styles that the double knows, besides the default. */
const CANONICAL = 121
const HEX_WITH_PREFIX = 1
const ALL_DIGITS_OF_MONEY = 2

const TEXTS = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'text', 'ntext'])
const TIMES = new Set(['date', 'time', 'datetime', 'datetime2', 'datetimeoffset', 'smalldatetime'])
const BINARIES = new Set(['binary', 'varbinary', 'image', 'rowversion'])

/** CONVERT(type, value, style), for the conversions that are asked of the double; others are an error, not a guess. */
export function convert(to: SqlType, value: Value, from: SqlType, style: number): Value {
  if (value === null) return null
  if (TEXTS.has(to.name)) return cutToLength(to, toText(value, from, style))
  if (TEXTS.has(from.name)) return fromText(to, String(value).trim(), style)
  if (style !== 0) throw notKnown(to, from, style)
  return storeValue(to, value)
}

function toText(value: NonNullable<Value>, from: SqlType, style: number): string {
  if (TIMES.has(from.name) && style === CANONICAL) return canonicalTime(String(value), from)
  if (from.name === 'money' || from.name === 'smallmoney') return moneyText(String(value), from, style)
  if (Buffer.isBuffer(value)) {
    if (style === HEX_WITH_PREFIX) return `0x${value.toString('hex').toUpperCase()}`
    throw notKnown({ name: 'text' }, from, style)
  }
  if (style !== 0 || TIMES.has(from.name) || from.name === 'float' || from.name === 'real')
    throw notKnown({ name: 'text' }, from, style)
  return typeof value === 'boolean' ? String(Number(value)) : String(value)
}

function canonicalTime(value: string, { name }: SqlType): string {
  const spaced = value
    .replace('T', ' ')
    .replace(/([+-]\d\d:\d\d)$/, zone => (name === 'datetimeoffset' ? ` ${zone}` : zone))
  return name === 'smalldatetime' ? `${spaced}.000` : spaced
}

/** Without a style money has two digits, rounded. */
function moneyText(value: string, from: SqlType, style: number): string {
  if (style === ALL_DIGITS_OF_MONEY) return value
  if (style !== 0) throw notKnown({ name: 'text' }, from, style)
  const { negative, units } = parseUnits(value, 4)
  const rounded = (BigInt(units) + 50n) / 100n
  return writeUnits(negative ? -rounded : rounded, 2)
}

function cutToLength(to: SqlType, text: string): string {
  if (!('length' in to) || to.length === 'max') return text
  const cut = text.slice(0, to.length)
  return to.name === 'char' || to.name === 'nchar' ? cut.padEnd(to.length) : cut
}

function fromText(to: SqlType, text: string, style: number): Value {
  if (BINARIES.has(to.name)) {
    if (style === HEX_WITH_PREFIX && /^0x([0-9a-f]{2})*$/i.test(text))
      return storeValue(to, Buffer.from(text.slice(2), 'hex'))
    throw new SqlError(8114, 'Error converting data type nvarchar to varbinary.')
  }
  if (TIMES.has(to.name)) {
    if (style !== CANONICAL) throw notKnown(to, { name: 'text' }, style)
    return storeValue(to, text.replace(/ (?=[+-]\d\d:\d\d$)/, ''))
  }
  if (style !== 0) throw notKnown(to, { name: 'text' }, style)
  if (to.name === 'bit') return storeValue(to, /^(true|[1-9]\d*)$/i.test(text))
  if (to.name === 'uniqueidentifier' && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new SqlError(8169, 'Conversion failed when converting from a character string to uniqueidentifier.')
  return storeValue(to, text)
}

const notKnown = (to: SqlType, from: SqlType, style: number) =>
  new SqlError(
    281,
    `The double does not know CONVERT from ${writeType(from)} to ${writeType(to)} with style ${style}.`,
  )
