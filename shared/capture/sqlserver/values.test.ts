import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType } from '../../config/index.ts'
import { NoPlaceError, ValueError } from '../values.ts'
import { readSingle, readSqlServerValue, type SqlServerValue } from './values.ts'

const kind = (name: Exclude<ColumnType['kind'], 'decimal'>): ColumnType => ({ kind: name })
const DECIMAL: ColumnType = { kind: 'decimal', precision: 38, scale: 10 }

const READ: [SqlServerValue, ColumnType, unknown][] = [
  [true, kind('boolean'), true],
  [true, kind('int'), 1],
  [false, kind('string'), '0'],
  [255, kind('int'), 255],
  [-32_768, kind('bigint'), '-32768'],
  ['9223372036854775807', kind('bigint'), '9223372036854775807'],
  ['12.00', kind('int'), 12],
  ['-1234567890123456789012345678.0123456789', DECIMAL, '-1234567890123456789012345678.0123456789'],
  ['-922337203685477.5808', DECIMAL, '-922337203685477.5808'],
  [0.1, kind('double'), 0.1],
  [-0, kind('double'), '-0'],
  ['2026-11-26', kind('date'), '2026-11-26'],
  ['2026-11-26 00:00:00.000', kind('date'), '2026-11-26'],
  ['2026-11-26 11:13:14.1234567', kind('timestampNtz'), '2026-11-26T11:13:14.123456'],
  ['2026-11-26 11:13:14', kind('timestampNtz'), '2026-11-26T11:13:14.000000'],
  ['2026-11-26 11:13:14.1234567', kind('string'), '2026-11-26 11:13:14.1234567'],
  ['2026-11-26 00:30:00.1234567 +05:30', kind('timestamp'), '2026-11-25T19:00:00.123456Z'],
  ['2026-12-31 23:30:00.5 -01:00', kind('timestamp'), '2027-01-01T00:30:00.500000Z'],
  ['Grüße 日本 😀', kind('string'), 'Grüße 日本 😀'],
  ['', kind('string'), ''],
  [Buffer.from('00ff', 'hex'), kind('binary'), 'AP8='],
  [Buffer.from('00ff', 'hex'), kind('string'), '0x00FF'],
]

for (const [value, type, expected] of READ)
  test(`${Buffer.isBuffer(value) ? value.toString('hex') : String(value)} as ${type.kind} is ${expected}`, () =>
    assert.deepEqual(readSqlServerValue(value, type), expected))

const REFUSED: [SqlServerValue, ColumnType][] = [
  [1, kind('boolean')],
  ['12.5', kind('int')],
  ['2026-11-26 11:13:14.000', kind('date')],
  ['2026-11-26 11:13:14', kind('timestamp')],
  ['2026-11-26 11:13:14 +00:00', kind('timestampNtz')],
  ['0x00', kind('binary')],
  ['11:13:14', kind('timestampNtz')],
]

for (const [value, type] of REFUSED)
  test(`${value} is no ${type.kind}`, () => assert.throws(() => readSqlServerValue(value, type), ValueError))

test('an instant before the year 1, or after 9999, has no place', () => {
  for (const text of ['0001-01-01 00:30:00 +05:30', '9999-12-31 23:30:00 -05:30'])
    assert.throws(() => readSqlServerValue(text, kind('timestamp')), NoPlaceError)
})

test('a single-precision number has as few digits as tell it apart', () => {
  for (const value of [0.1, 1 / 3, 16_777_217, 3.4e38, 1e-45, -0.25, 123.456])
    assert.equal(Math.fround(readSingle(Math.fround(value))), Math.fround(value))
  assert.equal(readSingle(Math.fround(0.1)), 0.1)
})
