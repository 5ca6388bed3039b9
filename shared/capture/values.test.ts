import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType } from '../config/index.ts'
import { NoPlaceError, readPostgresValue, ValueError } from './values.ts'

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
    ['double', '-1e+300', -1e300],
    ['double', '5e-324', 5e-324],
    ['double', '4.9E-324', 5e-324],
    ['double', '1.6303252356507712e+15', 1630325235650771 + 0.25],
    ['double', '4.8562348084175296e+16', 48562348084175296],
    ['double', '8.396185807362579e+16', 83961858073625792],
    ['double', '1.7976931348623157e+308', 1.7976931348623157e308],
    ['double', '12345678901234567000', 12345678901234567000],
    ['double', '1234567890.12', 1234567890.12],
    ['double', '0.1000000000000000000000', 0.1],
    ['double', 'NaN', 'NaN'],
    ['double', 'Infinity', 'Infinity'],
    ['double', '-Infinity', '-Infinity'],
    ['double', '-0', '-0'],
    ['int', '12.00', 12],
    ['int', '-2147483648', -2147483648],
    ['int', '2147483647.0', 2147483647],
    ['bigint', '-9223372036854775808.000', '-9223372036854775808'],
    ['bigint', '4294967295', '4294967295'],
    ['decimal', '$1,234,567.80', '1234567.80'],
    ['decimal', '-$92,233,720,368,547,758.08', '-92233720368547758.08'],
    ['decimal', '$0.00', '0.00'],
    ['boolean', 't', true],
    ['boolean', 'f', false],
    ['string', '', ''],
    ['string', "O'Hara 艾米 😀", "O'Hara 艾米 😀"],
    ['date', '2017-06-30', '2017-06-30'],
    ['timestampNtz', '2017-06-30 10:00:00', '2017-06-30T10:00:00.000000'],
    ['timestampNtz', '2017-06-30 10:00:00.12', '2017-06-30T10:00:00.120000'],
    ['timestamp', '2017-06-30 10:00:00.123456+00', '2017-06-30T10:00:00.123456Z'],
    ['binary', '\\x00ff', 'AP8='],
    ['binary', '\\x', ''],
  ] as const)
    assert.deepEqual(read(text, kind), value, `${kind} ${text}`)
})

test('what is not of the declared type is refused without saying the value', () => {
  for (const [kind, text] of [
    ['int', '2147483649'],
    ['int', '2147483648'],
    ['int', '-2147483649'],
    ['int', '12.5'],
    ['bigint', '9223372036854775808'],
    ['bigint', '12.000001'],
    ['int', '1.5'],
    ['int', ''],
    ['bigint', '1e3'],
    ['decimal', '1,5'],
    ['decimal', '1.234,50 €'],
    ['decimal', '($1,234.50)'],
    ['decimal', '1e-7'],
    ['double', ' '],
    ['double', '0x10'],
    ['double', '9007199254740993'],
    ['double', '0.12345678901234567890'],
    ['double', '1e400'],
    ['double', '1e-400'],
    ['boolean', 'true'],
    ['date', '2017-06'],
    ['date', 'x2017-06-30'],
    ['date', '-2017-06-30 BC'],
    ['date', '2017-06-30 AD'],
    ['timestamp', 'x2017-06-30 10:00:00'],
    ['timestamp', '2017-06-30 10:00:00 x'],
    ['timestamp', '2017-06-30 10:00:00.1234567'],
    ['bigint', 'x12'],
    ['bigint', '12x'],
    ['decimal', 'x$1.00'],
    ['decimal', '$1.00x'],
    ['double', '1x'],
    ['timestamp', '2017-06-30'],
    ['timestamp', '2017-06-30 10:00:00+02'],
    ['binary', 'abc'],
    ['binary', '\\x0'],
    ['binary', '\\x0g'],
  ] as const)
    assert.throws(
      () => read(text, kind),
      (error: Error) => error instanceof ValueError && (text.trim() === '' || !error.message.includes(text)),
      `${kind} ${text}`,
    )
})

test('what does not fit its type says why', () => {
  for (const [kind, text, reason] of [
    ['decimal', 'NaN', 'nan'],
    ['decimal', '-Infinity', 'infinity'],
    ['int', 'NaN', 'nan'],
    ['bigint', 'Infinity', 'infinity'],
    ['date', 'infinity', 'infinity'],
    ['date', '0044-03-15 BC', 'year_out_of_range'],
    ['date', '10000-01-01', 'year_out_of_range'],
    ['timestamp', '-infinity', 'infinity'],
    ['timestamp', '0044-03-15 00:00:00+00 BC', 'year_out_of_range'],
    ['timestampNtz', '294276-12-31 23:59:59.999999', 'year_out_of_range'],
    ['timestampNtz', '-infinity', 'infinity'],
  ] as const)
    assert.throws(
      () => read(text, kind),
      (error: Error) => error instanceof NoPlaceError && error.reason === reason,
      `${kind} ${text}`,
    )
})
