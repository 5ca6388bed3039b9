import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType, Value } from '../config/index.ts'
import { ParquetFile, RowBuffer } from './parquet.ts'

type Statistics = {
  numRecords: number
  minValues: { c?: unknown }
  maxValues: { c?: unknown }
  nullCount: { c: number }
}

function statisticsOf(type: ColumnType, groups: Value[][]): Statistics {
  const columns = [{ name: 'c', type }]
  const file = new ParquetFile(columns)
  for (const values of groups) {
    const rows = new RowBuffer(columns)
    for (const value of values) assert.equal(rows.add({ c: value }), undefined)
    file.writeRowGroup(rows.values)
  }
  return JSON.parse(file.finish().statistics)
}

const bounds = (type: ColumnType, ...groups: Value[][]) => {
  const { minValues, maxValues } = statisticsOf(type, groups)
  return [minValues.c, maxValues.c]
}

test('bounds and nulls are those of all row groups together', () => {
  const statistics = statisticsOf({ kind: 'int' }, [[3, null, 5], [null], [-7, 4]])
  assert.deepEqual(statistics, {
    numRecords: 6,
    minValues: { c: -7 },
    maxValues: { c: 5 },
    nullCount: { c: 2 },
  })
})

test('a long text is cut to a bound that still holds', () => {
  const long = 'x'.repeat(40)
  const [min, max] = bounds({ kind: 'string' }, [long]) as [string, string]
  assert.equal(min, 'x'.repeat(32))
  assert.equal(max, `${'x'.repeat(31)}y`)
})

test('the upper bound of a text is raised in whole characters, over the surrogates', () => {
  const last = String.fromCodePoint(0x10ffff)
  assert.deepEqual(bounds({ kind: 'string' }, [`a${'\ud7ff'.repeat(40)}`]), [
    `a${'\ud7ff'.repeat(31)}`,
    `a${'\ud7ff'.repeat(30)}\ue000`,
  ])
  assert.deepEqual(bounds({ kind: 'string' }, [`b${last.repeat(40)}`]), [`b${last.repeat(31)}`, 'c'])
  assert.deepEqual(bounds({ kind: 'string' }, [last.repeat(40)]), [last.repeat(32), undefined])
})

test('texts compare by code point, and a lone surrogate is what it is written as', () => {
  assert.deepEqual(bounds({ kind: 'string' }, ['😀', '\uffee'], ['a']), ['a', '😀'])
  assert.deepEqual(bounds({ kind: 'string' }, ['\ud800']), ['\ufffd', '\ufffd'])
})

test('wide decimals compare signed', () => {
  const type: ColumnType = { kind: 'decimal', precision: 19, scale: 4 }
  assert.deepEqual(bounds(type, ['-1.5', '2', '-3.25'], ['0.0001']), [-3.25, 2])
})

test('a column with NaN has no bounds, and an infinite bound is left out', () => {
  assert.deepEqual(bounds({ kind: 'double' }, [1, 2], ['NaN']), [undefined, undefined])
  assert.deepEqual(bounds({ kind: 'double' }, [1, 'Infinity']), [1, undefined])
})

test('booleans and bytes have a count of nulls only', () => {
  for (const [kind, value] of [
    ['boolean', true],
    ['binary', 'AA=='],
  ] as const)
    assert.deepEqual(statisticsOf({ kind }, [[value, null]]), {
      numRecords: 2,
      minValues: {},
      maxValues: {},
      nullCount: { c: 1 },
    })
})
