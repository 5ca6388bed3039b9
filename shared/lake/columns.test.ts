import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType, Value } from '../config/index.ts'
import { columnTypeOf, decimalFromBytes, deltaTypeName, makeEncode } from './columns.ts'

const encode = (type: ColumnType, value: Exclude<Value, null>) => makeEncode(type)(value)
const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale })

test('64-bit integers come through exactly at both ends, and not one beyond', () => {
  assert.equal(encode({ kind: 'bigint' }, '9223372036854775807'), 9223372036854775807n)
  assert.equal(encode({ kind: 'bigint' }, '-9223372036854775808'), -9223372036854775808n)
  for (const value of ['9223372036854775808', '-9223372036854775809', '1.0', '', '1e3', 2 ** 31, 0.5, -0])
    assert.equal(encode({ kind: 'bigint' }, value), undefined)
  // An int whose column has become a bigint while it was on its way.
  assert.equal(encode({ kind: 'bigint' }, 42), 42n)
})

test('32-bit integers are whole numbers within their range', () => {
  for (const value of [0, 2147483647, -2147483648]) assert.equal(encode({ kind: 'int' }, value), value)
  for (const value of [2147483648, -2147483649, 1.5, '1', true, Number.NaN])
    assert.equal(encode({ kind: 'int' }, value), undefined)
})

test('decimals of every width keep every digit', () => {
  for (const [precision, scale] of [
    [5, 2],
    [9, 0],
    [15, 15],
    [18, 4],
    [19, 4],
    [28, 10],
    [38, 0],
    [38, 38],
  ] as const) {
    const nines = '9'.repeat(precision)
    const text = `${nines.slice(0, precision - scale)}.${nines.slice(precision - scale)}`
    for (const [given, unscaled] of [
      [text, BigInt(nines)],
      [`-${text}`, -BigInt(nines)],
      ['0', 0n],
      ['-0.0', 0n],
      [`0.${'0'.repeat(Math.max(scale - 1, 0))}${scale ? '1' : ''}`, scale ? 1n : 0n],
    ] as const) {
      const stored = encode(decimal(precision, scale), given)
      const value =
        stored instanceof Uint8Array ? decimalFromBytes(stored) : BigInt(stored as number | bigint)
      assert.equal(value, unscaled, `${given} as decimal(${precision},${scale})`)
    }
  }
})

test('a decimal is neither rounded nor cut', () => {
  assert.equal(encode(decimal(5, 2), '1.500'), 150)
  assert.equal(encode(decimal(5, 2), '000001.5'), 150)
  for (const value of ['1.005', '1000.00', 'NaN', '1e2', '', '.', '-', '1,5', ' 1', 1.5])
    assert.equal(encode(decimal(5, 2), value), undefined, String(value))
})

test('binary is base64, and nothing else', () => {
  assert.deepEqual(encode({ kind: 'binary' }, 'AP8='), Buffer.from([0, 255]))
  assert.deepEqual(encode({ kind: 'binary' }, ''), Buffer.alloc(0))
  assert.equal(encode({ kind: 'binary' }, 'AP8'), undefined)
  assert.equal(encode({ kind: 'binary' }, '\\x00ff'), undefined)
})

test('doubles keep what JSON has no number for', () => {
  assert.equal(encode({ kind: 'double' }, 0.1), 0.1)
  assert.equal(encode({ kind: 'double' }, 'Infinity'), Number.POSITIVE_INFINITY)
  assert.equal(encode({ kind: 'double' }, '0.1'), undefined)
})

test('every type has a Delta name that reads back as itself', () => {
  const kinds = [
    'int',
    'bigint',
    'double',
    'boolean',
    'string',
    'binary',
    'date',
    'timestamp',
    'timestampNtz',
  ] as const
  for (const type of [...kinds.map(kind => ({ kind })), decimal(38, 10)])
    assert.deepEqual(columnTypeOf(deltaTypeName(type)), type)
  assert.equal(columnTypeOf('array'), undefined)
  assert.equal(columnTypeOf({ type: 'struct', fields: [] }), undefined)
})
