import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType } from '../config/index.ts'
import { readPostgresValue, ValueError } from './values.ts'

const read = (text: string, kind: string) =>
  readPostgresValue(text, kind === 'decimal' ? { kind, precision: 19, scale: 4 } : ({ kind } as ColumnType))

test('values come as a change event has them', () => {
  for (const [kind, text, value] of [
    ['int', '-42', -42],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['decimal', '12345678901234.5678', '12345678901234.5678'],
    ['decimal', '-0', '-0'],
    ['double', '0.1', 0.1],
    ['double', '-1e300', -1e300],
    ['boolean', 't', true],
    ['boolean', 'f', false],
    ['string', '', ''],
    ['string', "O'Hara 艾米 😀", "O'Hara 艾米 😀"],
    ['date', '2017-06-30', '2017-06-30'],
    ['timestampNtz', '2017-06-30 10:00:00', '2017-06-30T10:00:00.000000'],
    ['timestampNtz', '2017-06-30 10:00:00.12', '2017-06-30T10:00:00.120000'],
    ['timestamp', '2017-06-30 10:00:00.123456+00', '2017-06-30T10:00:00.123456Z'],
    ['binary', '\\x00ff', 'AP8='],
  ] as const)
    assert.deepEqual(read(text, kind), value, `${kind} ${text}`)
})

test('what is not of the declared type is refused without saying the value', () => {
  for (const [kind, text] of [
    ['int', '2147483649'],
    ['int', '1.5'],
    ['int', ''],
    ['bigint', '1e3'],
    ['decimal', 'NaN'],
    ['decimal', '1e-7'],
    ['double', 'NaN'],
    ['double', 'Infinity'],
    ['double', ' '],
    ['boolean', 'true'],
    ['date', 'infinity'],
    ['date', '0044-03-15 BC'],
    ['timestamp', '2017-06-30'],
    ['timestampNtz', '-infinity'],
    ['timestamp', '2017-06-30 10:00:00+02'],
    ['binary', 'abc'],
  ] as const)
    assert.throws(
      () => read(text, kind),
      (error: Error) => error instanceof ValueError && (text.trim() === '' || !error.message.includes(text)),
      `${kind} ${text}`,
    )
})
