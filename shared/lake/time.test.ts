import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDate, formatTimestamp, parseDate, parseTimestamp } from './time.ts'

test('every day of four thousand years is the day that Date says, there and back', () => {
  for (let days = -300_000; days < 1_200_000; days += 17) {
    const text = new Date(days * 86_400_000).toISOString().slice(0, 10)
    assert.equal(parseDate(text), days)
    assert.equal(formatDate(days), text)
  }
})

test('a timestamp keeps its microseconds, from the year 1 to 9999', () => {
  for (const text of [
    '0001-01-01T00:00:00.000001',
    '1582-10-15T12:00:00.999999',
    '1969-12-31T23:59:59.999999',
    '1970-01-01T00:00:00.000000',
    '2024-02-29T23:59:59.123456',
    '9999-12-31T23:59:59.999999',
  ]) {
    const micros = parseTimestamp(text, false)
    assert.equal(parseTimestamp(`${text}Z`, true), micros)
    assert.equal(formatTimestamp(micros as bigint), text)
    const millis = BigInt(Date.parse(`${text.slice(0, 23)}Z`))
    assert.equal((micros as bigint) - millis * 1000n, BigInt(text.slice(-3)))
  }
})

test('a fraction may have one to six digits or none', () => {
  const second = parseTimestamp('2020-01-01T00:00:00', false) as bigint
  assert.equal(parseTimestamp('2020-01-01T00:00:00.5', false), second + 500_000n)
  assert.equal(parseTimestamp('2020-01-01T00:00:00.123Z', true), second + 123_000n)
})

test('what is not a date or a timestamp is refused, not mended', () => {
  for (const text of [
    '1900-02-29',
    '2100-02-29',
    '2023-02-29',
    '2023-13-01',
    '2023-00-01',
    '2023-01-32',
    '0000-01-01',
    '2023-1-01',
    '',
    'x',
  ])
    assert.equal(parseDate(text), undefined, text)
  for (const text of [
    '2023-02-29T00:00:00',
    '2023-01-01T24:00:00',
    '2023-01-01T00:60:00',
    '2023-01-01T00:00:60',
    '2023-01-01T00:00:00.',
    '2023-01-01T00:00:00.1234567',
    '2023-01-01T00:00:00.12x',
    '2023-01-01 00:00:00',
    '2023-01-01T00:00',
    '2023-01-01T00:00:00+00:00',
    '2023-01-01T00:00:00Z',
  ])
    assert.equal(parseTimestamp(text, false), undefined, text)
  assert.equal(parseTimestamp('2023-01-01T00:00:00', true), undefined)
})
