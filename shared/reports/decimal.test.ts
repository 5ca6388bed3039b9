import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, ratio, readDecimal, signOf, subtract } from './decimal.ts'

test('decimals are subtracted to their last digit, whatever their length', () => {
  assert.equal(subtract('0.3', '0.1'), '0.2')
  assert.equal(subtract('12345678901234567890.0001', '0.00002'), '12345678901234567890.00008')
  assert.equal(subtract('-1.50', '2'), '-3.50')
  assert.equal(subtract('5', '5.00'), '0.00')
  assert.equal(signOf('-0.00'), 0)
  assert.ok(compare('10', '9.99') > 0 && compare('-10', '-9') < 0)
  assert.throws(() => subtract('1e3', '1'), RangeError)
})

test('a ratio is rounded half up at its sixth digit, and of nothing there is none', () => {
  assert.equal(ratio('1', '3'), '0.333333')
  assert.equal(ratio('2', '3'), '0.666667')
  assert.equal(ratio('-1', '3'), '-0.333333')
  assert.equal(ratio('1', '-4'), '-0.250000')
  assert.equal(ratio('0', '7'), '0.000000')
  assert.equal(ratio('7', '0.00'), null)
})

test('numbers of a database are read as decimals, and what is none is none', () => {
  assert.equal(readDecimal('1e+15'), '1000000000000000')
  assert.equal(readDecimal('-1.5e-7'), '-0.00000015')
  assert.equal(readDecimal('12.3400'), '12.3400')
  for (const text of ['NaN', 'Infinity', '-Infinity', '', 'e5', null, undefined])
    assert.equal(readDecimal(text), undefined, String(text))
})
