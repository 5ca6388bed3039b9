import type { ColumnType } from '../config/index.ts'

/** A value as a change event has it: see `Row` in shared/events. */
export type Value = string | number | boolean

/** A value that does not fit its column's declared type. Its message never carries the value. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(?:\+00(?::?00)?|Z)?$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const INTEGER = /^-?\d{1,19}$/
const DECIMAL = /^-?\d+(\.\d+)?$/

/**
 * Postgres' text of a value, as a change event has it. The session's DateStyle must be ISO and its time zone UTC.
 * @throws ValueError where the text is not of the declared type
 */
export function readPostgresValue(text: string, type: ColumnType): Value {
  switch (type.kind) {
    case 'string':
      return text
    case 'int':
      if (INTEGER.test(text) && Math.abs(Number(text)) <= 2_147_483_648) return Number(text)
      break
    case 'bigint':
      if (INTEGER.test(text)) return text
      break
    case 'decimal':
      if (DECIMAL.test(text)) return text
      break
    case 'double':
      if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
      break
    case 'boolean':
      if (text === 't' || text === 'f') return text === 't'
      break
    case 'date':
      if (DATE.test(text)) return text
      break
    case 'timestamp':
    case 'timestampNtz': {
      const [, day, time, fraction = ''] = TIMESTAMP.exec(text) ?? []
      if (day && time)
        return `${day}T${time}.${fraction.padEnd(6, '0')}${type.kind === 'timestamp' ? 'Z' : ''}`
      break
    }
    case 'binary':
      if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex').toString('base64')
      break
  }
  throw new ValueError(`is not a ${type.kind}`)
}
